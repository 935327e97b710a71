"""What most pitfalls' tests start from, made once a session: a small trained network, and conversions."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from stages.contract import Result
from stages.ppocr.config import DataPaths, Settings, ctc_config, dump_config
from support import bare
from support.caught import Ended, result_in, run_stage
from support.legacy import ALPHANUMERIC, alphanumeric_model
from support.lines import draw_split
from support.once import once_for_all_workers
from support.processes import shared_folder

SHAPE = [3, 32, 100]
BOTH: dict[str, Any] = {"targets": ["arm", "x86"], "fp16": False}
#: A MobileNet and an LSTM that train an epoch of four lines in a second.
CRNN: dict[str, Any] = {
    "model_type": "rec",
    "algorithm": "CRNN",
    "Transform": None,
    "Backbone": {"name": "MobileNetV3", "scale": 0.35, "model_name": "small"},
    "Neck": {"name": "SequenceEncoder", "encoder_type": "rnn", "hidden_size": 24},
    "Head": {"name": "CTCHead", "fc_decay": 0.0},
}


@dataclass(frozen=True)
class Data:
    """A data set and the configuration that PaddleOCR's tools take."""

    folder: Path

    @property
    def dictionary(self) -> Path:
        """One character a line."""
        return self.folder / "dict.txt"

    @property
    def config(self) -> Path:
        """PaddleOCR's YAML."""
        return self.folder / "config.yml"

    def labels(self, split: str) -> Path:
        """The label file of ``train`` or ``val``; the images lie in the folder beside it."""
        return self.folder / f"{split}.txt"

    def reconfigure(self, **changes: Any) -> None:
        """Write the configuration with other sections or, dotted with ``__``, other values."""
        config = yaml.safe_load(self.config.read_text(encoding="utf-8"))
        for name, value in changes.items():
            *path, last = name.split("__")
            section = config
            for step in path:
                section = section[step]
            section[last] = value
        self.config.write_text(dump_config(config), encoding="utf-8")


def data(folder: Path, characters: str = ALPHANUMERIC, use_space_char: bool = False) -> Data:
    """Draw four lines to train on and two to validate with, and write their configuration."""
    made = Data(folder)
    draw_split(folder, "train", 4, seed=1)
    draw_split(folder, "val", 2, seed=2)
    made.dictionary.write_text("\n".join(characters) + "\n", encoding="utf-8")
    paths = DataPaths(
        folder / "train", made.labels("train"), folder / "val", made.labels("val"), made.dictionary
    )
    settings = Settings((SHAPE[0], SHAPE[1], SHAPE[2]), use_space_char, 25, 1, 2, 1e-3, 42, 0)
    config = ctc_config(CRNN, paths, settings)
    made.config.write_text(dump_config(config), encoding="utf-8")
    return made


@dataclass(frozen=True)
class Trained:
    """What ``tools/train.py`` and ``tools/export_model.py`` left."""

    data: Data
    checkpoint: Path
    model: Path

    @property
    def files(self) -> tuple[Path, Path]:
        """The legacy model's two files."""
        return self.model / "inference.pdmodel", self.model / "inference.pdiparams"


@lru_cache(maxsize=1)
def trained() -> Trained:
    """Train the small network for one epoch and export it, by hand."""
    made = Data(once_for_all_workers(shared_folder(), "trained", _train))
    return Trained(made, made.folder / "out/latest.pdparams", made.folder / "inference")


def _train(folder: Path) -> None:
    made = data(folder)
    done = bare.paddleocr("train.py", made.config, save_model_dir="out")
    assert done.code == 0, done.log
    checkpoint = made.folder / "out/latest"
    model = made.folder / "inference"
    done = bare.paddleocr(
        "export_model.py", made.config, pretrained_model=checkpoint, save_inference_dir=model
    )
    assert done.code == 0, done.log


@dataclass(frozen=True)
class Converted:
    """What the convert stage left."""

    output: Path

    @property
    def result(self) -> Result:
        """What it says of itself."""
        return result_in(self.output)


@lru_cache(maxsize=1)
def converted() -> Converted:
    """Convert the alphanumeric PP-OCRv5 model through Paddock."""
    return Converted(once_for_all_workers(shared_folder(), "converted", _convert) / "convert")


def _convert(folder: Path) -> None:
    model = alphanumeric_model()
    done = convert(folder, (model.pdmodel, model.pdiparams))
    assert done.code == 0, done.log[-3000:]


def convert(folder: Path, files: tuple[Path, Path], **changes: Any) -> Ended:
    """Run the convert stage."""
    inputs = {"pdmodel": files[0], "pdiparams": files[1]}
    return run_stage("convert", folder, inputs, {**BOTH, **changes})
