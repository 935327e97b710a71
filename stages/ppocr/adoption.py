"""A PaddleOCR YAML made a project's own: its data, dictionary, shape and text length, wherever they stand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

from stages.errors import StageError
from stages.message import msg
from stages.ppocr.config import Config, DataPaths, Settings
from stages.ppocr.dictionary_record import without_record
from stages.ppocr.user_config import Say
from stages.text.printable import printable
from stages.text.yaml import at

#: Transforms that bring lines to the project's shape.
_RESIZES = ("RecResizeImg", "SVTRRecResizeImg")
#: Data sets that read label files (ppocr/data/__init__.py), and those that hold the same in a data base.
_LABEL_FILES = ("SimpleDataSet", "MultiScaleDataSet", "TextRecDataset", "MSTextRecDataset")
_DATA_BASES = ("LMDBDataSet", "LMDBDataSetSR")
#: Keys of a data set that say which lines of the user's own lists are taken.
_OWN_LISTS = ("ratio_list",)
_LENGTH = "max_text_length"


def adopt(config: Config, paths: DataPaths, settings: Settings, say: Say) -> Config:
    """Give a user's configuration the project's data, dictionary, shape and text length.

    Epochs, batch size, learning rate and all else stay as the YAML has them.

    Args:
        config: as it was read.
        paths: where the data are.
        settings: what the project decides.
        say: is told what of the YAML is not taken as it is.

    Raises:
        StageError: a data set is of a kind that no label file can stand for.
    """
    config = deepcopy(without_record(config))  # YAML's anchors make one object of several places
    width = _width_in(config)
    config["Global"].update(
        {
            "character_dict_path": str(paths.dictionary),
            "use_space_char": settings.use_space_char,
            "max_text_length": settings.max_text_length,
            "use_gpu": settings.gpu,
            "seed": settings.seed,
            "distributed": False,
            "pretrained_model": None,
            "checkpoints": None,
            "save_epoch_step": 1,
            "print_batch_step": 1,
            "eval_batch_step": [0, 1],
            "eval_batch_epoch": 1,
            "cal_metric_during_train": True,
            "uniform_output_enabled": False,
            "export_with_pir": False,
            "d2s_train_image_shape": list(settings.image_shape),
        }
    )
    for part in ("Architecture", "Train", "Eval"):
        for place in _places_of(config[part], _LENGTH):
            place[_LENGTH] = settings.max_text_length
    _adopt_split(config, "Train", paths.train_root, paths.train_labels, settings, say)
    _adopt_split(config, "Eval", paths.val_root, paths.val_labels, settings, say)
    _adopt_scales(config["Train"], width, settings.image_shape[2])
    return config


def _adopt_split(
    config: Config, name: str, root: Path, labels: Path, settings: Settings, say: Say
) -> None:
    split, (channels, height, width) = config[name], settings.image_shape
    _adopt_kind(split["dataset"], name, say)
    split["dataset"].update({"data_dir": str(root), "label_file_list": [str(labels)]})
    for key in _OWN_LISTS:
        split["dataset"].pop(key, None)
    for transform in split["dataset"]["transforms"]:
        for resize in _RESIZES:
            if isinstance(at(transform, resize), dict):
                transform[resize]["image_shape"] = [channels, height, width]
        if isinstance(at(transform, "RecConAug"), dict):
            transform["RecConAug"]["image_shape"] = [height, width, channels]


def _adopt_kind(dataset: Config, split: str, say: Say) -> None:
    """Have the data set read label files.

    Raises:
        StageError: it is of another kind than those of text recognition.
    """
    kind = dataset.get("name")
    if kind in _DATA_BASES:
        dataset["name"] = _LABEL_FILES[0]
        say(
            msg(
                "{split}: {kind} is taken as {simple}: the project's label files are read, no data base",
                split,
                kind,
                _LABEL_FILES[0],
            )
        )
    elif kind not in _LABEL_FILES:
        raise StageError(
            msg(
                "{split}.dataset.name is {kind}; allowed are {allowed}",
                split,
                printable(str(kind)),
                ", ".join((*_LABEL_FILES, *_DATA_BASES)),
            ),
            f"{split}.dataset.name",
            msg("name a data set of text recognition; the project's label files are its data"),
        )


def _adopt_scales(train: Config, before: int, width: int) -> None:
    """Let the sizes that the sampler mixes be as wide as the project's images: [width, height] each.

    Heights stay: they are the recipe's.
    """
    scales = at(train, "sampler", "scales")
    if not isinstance(scales, list):
        return
    pairs = [scale for scale in scales if isinstance(scale, list) and len(scale) == 2]
    base = before or max((pair[0] for pair in pairs), default=width)
    for pair in pairs:
        pair[0] = max(1, round(pair[0] * width / base))


def _width_in(config: Mapping[str, Any]) -> int:
    """Return the width that the YAML itself brings images to; 0 if it does not say."""
    for transform in config["Eval"]["dataset"]["transforms"]:
        for resize in _RESIZES:
            shape = at(transform, resize, "image_shape")
            if isinstance(shape, list) and len(shape) == 3 and isinstance(shape[2], int):
                return shape[2]
    return 0


def _places_of(document: Any, key: str) -> Iterator[dict[str, Any]]:
    """Give every mapping below ``document`` that has ``key``."""
    if isinstance(document, dict):
        if key in document:
            yield document
        for value in document.values():
            yield from _places_of(value, key)
    elif isinstance(document, list):
        for value in document:
            yield from _places_of(value, key)
