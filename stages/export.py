"""Stage ``export``: from a checkpoint to the legacy inference model (docs/stage-contract.md).

PaddleOCR's ``tools/export_model.py`` does it, unmodified. What it only warns of, or does without a
word (random weights where a name or a shape does not fit, PIR instead of ``.pdmodel``), fails here.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from stages.errors import IntegrityError, StageError
from stages.files import write_text
from stages.ppocr.checkpoint import load_parameters, save_parameters
from stages.ppocr.config import dump_config
from stages.ppocr.lineage import compare_parameters
from stages.ppocr.network import build
from stages.ppocr.tool import Tool, failure
from stages.ppocr.trainer_log import Mismatch, parse_line
from stages.ppocr.user_config import image_shape_of, read_config
from stages.program.params import read_program, read_tensors
from stages.runtime import Context
from stages.text.dictionary import Dictionary

FILES = ("inference.pdmodel", "inference.pdiparams", "inference.yml")
_SCRIPT = "export_model.py"
_STEPS = 4


def run(context: Context) -> dict[str, Any]:
    """Export the checkpoint and prove that the result is its own.

    Raises:
        IntegrityError: checkpoint, dictionary, configuration and export do not fit together.
        StageError: the tool failed, or wrote a PIR model.
    """
    parameters = context.parameters
    dictionary = Dictionary.load(context.input("dict"), parameters["use_space_char"])
    config = read_config(context.input("config"))
    _check_config(config, parameters)
    context.progress(0, _STEPS, "steps", "loading the checkpoint")
    checkpoint = load_parameters(context.input("checkpoint"))
    check_classes(config, checkpoint, dictionary)
    build(config["Architecture"], dictionary.classes, checkpoint)
    context.progress(1, _STEPS, "steps", "PaddleOCR's export_model.py")
    folder = _export(context, config, checkpoint)
    context.progress(2, _STEPS, "steps", "comparing every parameter with the checkpoint")
    program = read_program(folder / FILES[0])
    exported = read_tensors(program, folder / FILES[1])
    compared = compare_parameters(config["Architecture"], dictionary.classes, checkpoint, exported)
    context.progress(3, _STEPS, "steps", "writing")
    for name in FILES:
        shutil.copyfile(folder / name, context.output / name)
    context.progress(_STEPS, _STEPS, "steps")
    return {
        "parameters_compared": compared.parameters,
        "max_difference": compared.max_difference,
        "operators": sum(len(block.ops) for block in program.blocks),
    }


def check_classes(
    config: Mapping[str, Any], checkpoint: Mapping[str, np.ndarray], dictionary: Dictionary
) -> None:
    """Refuse a classifier that is not the dictionary's, before anything else names a shape.

    Raises:
        IntegrityError: the classes are not the dictionary's entries and the blank.
    """
    multi = config["Architecture"]["Head"]["name"] == "MultiHead"
    name = "head.ctc_head.fc.bias" if multi else "head.fc.bias"
    classes = len(checkpoint[name]) if name in checkpoint else dictionary.classes
    if classes != dictionary.classes:
        raise IntegrityError(
            f"the checkpoint's classifier has {classes} classes ({name}), the dictionary "
            f"{len(dictionary.characters)} entries, which with the blank makes {dictionary.classes}",
            name,
            "use the dictionary (and use_space_char) that the checkpoint was trained with",
        )


def _check_config(config: Mapping[str, Any], parameters: Mapping[str, Any]) -> None:
    """Compare the configuration with the project.

    Raises:
        IntegrityError: it was trained with another image shape or another rule for the space.
    """
    pairs = {
        "image_shape": (image_shape_of(config, "Eval"), parameters["image_shape"]),
        "use_space_char": (
            bool(config["Global"].get("use_space_char", False)),
            parameters["use_space_char"],
        ),
    }
    for name, (trained, wanted) in pairs.items():
        if trained is not None and trained != wanted:
            raise IntegrityError(
                f"the checkpoint was trained with {name} {trained}, the project says {wanted}",
                name,
                "train again, or give the project the values of the training",
            )


def _export(context: Context, config: Mapping[str, Any], checkpoint: Mapping[str, Any]) -> Path:
    """Run the tool in the scratch folder and return the folder with its files."""
    work, folder = context.scratch, context.scratch / "inference"
    shutil.rmtree(folder, ignore_errors=True)
    write_text(work / "config.yml", dump_config(dict(config)))
    save_parameters(work / "checkpoint.pdparams", checkpoint)
    mismatches: list[str] = []
    ended = Tool(context, _SCRIPT, _arguments(context, work, folder), work).follow(
        lambda line: _note(line, mismatches)
    )
    context.check_stop()
    if mismatches:
        raise IntegrityError(
            f"PaddleOCR left {len(mismatches)} parameters out: {mismatches[0][:300]}",
            "checkpoint.pdparams",
            "use the configuration and the dictionary that the checkpoint was trained with",
        )
    if ended.code != 0:
        raise failure(_SCRIPT, ended)
    _check_legacy(folder)
    return folder


def _arguments(context: Context, work: Path, folder: Path) -> list[str]:
    options = {
        "Global.pretrained_model": work / "checkpoint.pdparams",
        "Global.checkpoints": "",
        "Global.save_inference_dir": folder,
        "Global.character_dict_path": context.input("dict"),
        "Global.export_with_pir": False,
    }
    pairs = [f"{key}={value}" for key, value in options.items()]
    return ["-c", str(work / "config.yml"), "-o", *pairs]


def _note(line: str, mismatches: list[str]) -> None:
    event = parse_line(line)
    if isinstance(event, Mismatch):
        mismatches.append(event.text)


def _check_legacy(folder: Path) -> None:
    if (folder / "inference.json").is_file() and not (folder / FILES[0]).is_file():
        raise StageError(
            "the export is a PIR model (inference.json), which Paddle-Lite's opt cannot read",
            "Global.export_with_pir",
            "this PaddleOCR ignores Global.export_with_pir=False: give its 3.1 tree",
        )
    for name in FILES:
        if not (folder / name).is_file():
            raise StageError(f"PaddleOCR's export left no {name}", _SCRIPT, "see the stage's log")
