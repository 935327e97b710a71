"""PIR models as Paddle 3 saves them, and their legacy forms."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import paddle
import yaml

from stages.pir.parameters import read_parameters
from stages.pir.program import Program, read_program
from stages.pir.replay import replay
from stages.ppocr.tracing import quickened
from stages.program.params import write_parameters, write_program
from stages.published.files import DESCRIPTION, PARAMETERS, PROGRAM
from stages.runners import pd
from support.legacy import ALPHANUMERIC, SHAPE, alphanumeric_network
from support.once import once_for_all_workers
from support.processes import shared_folder


def save_pir(layer: paddle.nn.Layer, folder: Path, shape: list[int]) -> Path:
    """Save ``layer`` as PaddleOCR's export does with ``export_with_pir=True``; return the folder."""
    layer.eval()
    specification = paddle.static.InputSpec(shape=shape, dtype="float32", name="x")
    with quickened():
        static = paddle.jit.to_static(layer, input_spec=[specification], full_graph=True)
        paddle.jit.save(static, str(folder / "inference"))
    return folder


@lru_cache(maxsize=1)
def alphanumeric_pir() -> Path:
    """Save PP-OCRv5 with 36 of its classes as a PIR model, described as PaddleOCR's export does."""
    return once_for_all_workers(shared_folder(), "alphanumeric-pir", _save_alphanumeric)


def _save_alphanumeric(folder: Path) -> None:
    save_pir(alphanumeric_network(), folder, [-1, 3, 48, -1])
    transforms = [
        {"DecodeImage": {"channel_first": False, "img_mode": "BGR"}},
        {"RecResizeImg": {"image_shape": list(SHAPE)}},
    ]
    description = {
        "Global": {"model_name": "alphanumeric"},
        "PreProcess": {"transform_ops": transforms},
        "PostProcess": {"name": "CTCLabelDecode", "character_dict": list(ALPHANUMERIC)},
    }
    text = yaml.safe_dump(description, allow_unicode=True)
    (folder / DESCRIPTION).write_text(text, encoding="utf-8")


def take_over(folder: Path) -> tuple[Program, tuple[Path, Path]]:
    """Replay the PIR model in ``folder``; return its program and the legacy model's files."""
    program = read_program(folder / PROGRAM)
    files = folder / "legacy.pdmodel", folder / "legacy.pdiparams"
    write_program(files[0], replay(program))
    write_parameters(files[1], read_parameters(folder / PARAMETERS, program.shapes()))
    return program, files


def difference(folder: Path, files: tuple[Path, Path], image: np.ndarray) -> float:
    """Return the largest difference of the two models' outputs for one image [1, 3, H, W]."""
    expected = pd.load(1, str(folder / PROGRAM), str(folder / PARAMETERS))(image)
    found = pd.load(1, *map(str, files))(image)
    assert found.shape == expected.shape
    assert expected.std() > 0, "a constant output proves nothing"
    return float(np.abs(found - expected).max())


def edit(folder: Path, change: Callable[[list[dict[str, Any]]], None]) -> None:
    """Change the list of operators of a PIR program in place."""
    path = folder / PROGRAM
    document = json.loads(path.read_text(encoding="utf-8"))
    change(document["program"]["regions"][0]["blocks"][0]["ops"])
    path.write_text(json.dumps(document), encoding="utf-8")
