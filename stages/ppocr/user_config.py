"""A PaddleOCR YAML that comes from outside: read without running it.

PaddleOCR reads its configuration and its ``-o`` options with a YAML loader that runs Python tags.
Here they are read with the safe one first, and only what it accepted is passed on.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from stages.contract.checkpoints import STUDENT, no_student
from stages.errors import StageError
from stages.message import msg
from stages.ppocr.config import Config
from stages.ppocr.distillation import networks_in, student_of
from stages.text.printable import printable
from stages.text.yaml import at, load_yaml, parse_yaml

#: Is told what was not taken as it is.
Say = Callable[[str], None]
_SECTIONS = ("Global", "Architecture", "PostProcess", "Train", "Eval")
_KEY = re.compile(r"\w+(\.\w+)*")
#: What the project decides; an override of it would make the lineage a lie.
RESERVED = (
    "Global.character_dict_path",
    "Global.use_space_char",
    "Global.max_text_length",
    "Global.save_model_dir",
    "Global.save_epoch_step",
    "Global.pretrained_model",
    "Global.checkpoints",
    "Global.uniform_output_enabled",
    "Global.distributed",
)


def _ignore(_text: str) -> None:
    return


def read_config(path: Path, say: Say = _ignore) -> Config:
    """Read a configuration.

    Args:
        path: of the YAML.
        say: is told if it is a distillation's, of which the student is taken.

    Raises:
        StageError: it is not YAML, holds a Python tag, or lacks a section.
    """
    try:
        config = load_yaml(path)
    except ValueError as error:
        raise _refusal(path, msg("it is not plain YAML: {reason}", error)) from error
    config = _of_one_network(path, config, say)
    missing = [name for name in _SECTIONS if not isinstance(at(config, name), dict)]
    if missing and at(config, "PreProcess") is not None:
        raise _refusal(path, msg("it is the description of an exported model, not of a training"))
    if missing:
        raise _refusal(path, msg("it has no section {missing}", ", ".join(missing)))
    for split in ("Train", "Eval"):
        if not isinstance(at(config, split, "dataset", "transforms"), list):
            raise _refusal(path, msg("{split}.dataset.transforms is not a list", split))
    if not isinstance(at(config, "Architecture", "Head", "name"), str):
        raise _refusal(path, msg("Architecture has no Head with a name"))
    decoder = at(config, "PostProcess", "name")
    if decoder != "CTCLabelDecode":
        raise _refusal(
            path,
            msg("PostProcess.name is {decoder}; allowed is CTCLabelDecode", f"{decoder!r:.60}"),
        )
    return dict(config)


def _of_one_network(path: Path, config: Any, say: Say) -> Any:
    """Return the configuration; of a distillation that of its student.

    Raises:
        StageError: a distillation has no student.
    """
    names = networks_in(config)
    if not names:
        return config
    shown = list(map(printable, names))
    if STUDENT not in names or not isinstance(at(config, "Architecture", "Models", STUDENT), dict):
        raise _refusal(path, no_student(shown))
    say(
        msg(
            "{path} is a distillation of the networks {names}; {student} is taken, on its own",
            printable(path.name),
            ", ".join(shown),
            STUDENT,
        )
    )
    return student_of(config)


def check_overrides(overrides: Iterable[str]) -> list[str]:
    """Return the ``KEY=VALUE`` options if PaddleOCR can take them and the project allows them.

    Raises:
        StageError: one is malformed, holds a Python tag, or is for the project to decide.
    """
    checked = []
    for option in overrides:
        key, _, value = option.partition("=")
        if not key or "=" in value or "=" not in option or not _KEY.fullmatch(key):
            raise _bad_override(option, msg("allowed is KEY=VALUE with one ="))
        if key in RESERVED:
            raise _bad_override(option, msg("{key} is set by Paddock", key))
        if key in _SECTIONS:
            raise _bad_override(option, msg("{key} is a whole section; name a key in it", key))
        try:
            parse_yaml(value)
        except ValueError as error:
            raise _bad_override(option, msg("the value is not plain YAML")) from error
        checked.append(option)
    return checked


def _refusal(path: Path, why: str) -> StageError:
    return StageError(
        msg(
            "{path} is not a PaddleOCR configuration that Paddock takes: {why}",
            printable(path.name),
            why,
        ),
        printable(str(path), 400),
        msg("give a recognition YAML of PaddleOCR's configs/rec"),
    )


def _bad_override(option: str, why: str) -> StageError:
    return StageError(
        msg("the override {option}: {why}", repr(printable(option)), why), "train.overrides"
    )
