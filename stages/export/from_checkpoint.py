"""A checkpoint as a legacy inference model, by PaddleOCR's unmodified ``tools/export_model.py``.

What the tool only warns of, or does without a word (random weights where a name or a shape does not
fit, PIR instead of ``.pdmodel``), fails here.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from stages.contract import ExportMetrics
from stages.contract.artifacts import (
    CHECKPOINT,
    DESCRIPTION,
    PD_PARAMETERS,
    PD_PROGRAM,
    PIR_PROGRAM,
)
from stages.dataset.dictionary import given_dictionary
from stages.errors import IntegrityError, StageError
from stages.files import write_text
from stages.guards import dictionary as dictionaries
from stages.guards import preprocessing
from stages.guards.comparison import refuse_difference
from stages.message import msg
from stages.pitfalls import Pitfall
from stages.ppocr.checkpoint import load_parameters, save_parameters
from stages.ppocr.config import dump_config
from stages.ppocr.dictionary_record import without_record
from stages.ppocr.export_check import compare_parameters
from stages.ppocr.network import build
from stages.ppocr.tool import Tool, failure
from stages.ppocr.trainer_log import Mismatch, parse_line
from stages.ppocr.user_config import read_config
from stages.program.params import read_program, read_tensors
from stages.runtime import Context
from stages.text.dictionary import Dictionary
from stages.text.documents import read_document

FILES = (PD_PROGRAM, PD_PARAMETERS, DESCRIPTION)
_SCRIPT = "export_model.py"
_STEPS = 4


def run(context: Context) -> ExportMetrics:
    """Export the checkpoint and prove that the result is its own.

    Raises:
        IntegrityError: checkpoint, dictionary, configuration and export do not fit together.
        StageError: the tool failed, or wrote a PIR model.
    """
    dictionary = given_dictionary(context)
    config = read_config(context.input("config"), context.warn)
    context.progress(0, _STEPS, "steps", msg("loading the checkpoint"))
    checkpoint = load_parameters(context.input("checkpoint"), context.warn)
    _compare_given(context, config, checkpoint, dictionary)
    fused = build(config["Architecture"], dictionary.classes, checkpoint, fused=True)
    context.progress(1, _STEPS, "steps", msg("PaddleOCR's export_model.py"))
    folder = _export(context, config, checkpoint, dictionary)
    _compare_made(context, folder, dictionary)
    context.progress(2, _STEPS, "steps", msg("comparing every parameter with the checkpoint"))
    program = read_program(folder / FILES[0])
    exported = read_tensors(program, folder / FILES[1])
    with context.guarding():
        compared = compare_parameters(fused, exported, context.parameters["image_shape"])
    context.progress(3, _STEPS, "steps", "writing")
    for name in FILES:
        shutil.copyfile(folder / name, context.output / name)
    context.progress(_STEPS, _STEPS, "steps")
    operators = sum(len(block.ops) for block in program.blocks)
    return ExportMetrics(operators, compared.parameters, compared.max_difference)


def _compare_given(
    context: Context,
    config: Mapping[str, Any],
    checkpoint: Mapping[str, np.ndarray],
    dictionary: Dictionary,
) -> None:
    """Hold configuration and checkpoint against the project, before anything is built from them.

    Raises:
        IntegrityError: they were trained with another dictionary, shape or preprocessing.
    """
    shape = context.parameters["image_shape"]
    with context.guarding():
        refuse_difference(dictionaries.in_configuration(config, dictionary))
        refuse_difference([dictionaries.in_checkpoint(checkpoint, dictionary)])
        refuse_difference(preprocessing.in_configuration(config, shape))


def _compare_made(context: Context, folder: Path, dictionary: Dictionary) -> None:
    """Hold what the tool wrote against the project.

    Raises:
        IntegrityError: the export takes other images, or gives other classes, than the project's.
    """
    shape = context.parameters["image_shape"]
    with context.guarding():
        description = read_document(folder / DESCRIPTION)
        refuse_difference([dictionaries.in_description(description, dictionary)])
        refuse_difference([dictionaries.in_program(folder / FILES[0], dictionary)])
        refuse_difference(preprocessing.in_description(description, shape))
        refuse_difference([preprocessing.in_program(folder / FILES[0], shape)])


def _export(
    context: Context,
    config: Mapping[str, Any],
    checkpoint: Mapping[str, Any],
    dictionary: Dictionary,
) -> Path:
    """Run the tool in the scratch folder and return the folder with its files."""
    work, folder = context.scratch, context.scratch / "inference"
    shutil.rmtree(folder, ignore_errors=True)
    write_text(work / "config.yml", dump_config(without_record(config)))
    save_parameters(work / CHECKPOINT, checkpoint)
    mismatches: list[str] = []
    ended = Tool(context, _SCRIPT, _arguments(context, work, folder, dictionary), work).follow(
        lambda line: _note(line, mismatches)
    )
    context.check_stop()
    if mismatches:
        raise IntegrityError(
            msg(
                "PaddleOCR left {mismatches} parameters out: {mismatches2}",
                len(mismatches),
                mismatches[0][:300],
            ),
            CHECKPOINT,
            msg("use the configuration and the dictionary that the checkpoint was trained with"),
            Pitfall.SHAPE_MISMATCH,
        )
    if ended.code != 0:
        raise failure(_SCRIPT, ended)
    _check_legacy(folder)
    return folder


def _arguments(context: Context, work: Path, folder: Path, dictionary: Dictionary) -> list[str]:
    options = {
        "Global.pretrained_model": work / CHECKPOINT,
        "Global.checkpoints": "",
        "Global.save_inference_dir": folder,
        "Global.character_dict_path": context.input("dict"),
        "Global.use_space_char": dictionary.space_added,
        "Global.export_with_pir": False,
    }
    pairs = [f"{key}={value}" for key, value in options.items()]
    return ["-c", str(work / "config.yml"), "-o", *pairs]


def _note(line: str, mismatches: list[str]) -> None:
    event = parse_line(line)
    if isinstance(event, Mismatch):
        mismatches.append(event.text)


def _check_legacy(folder: Path) -> None:
    if (folder / PIR_PROGRAM).is_file() and not (folder / FILES[0]).is_file():
        raise StageError(
            msg("the export is a PIR model (inference.json), which Paddle-Lite's opt cannot read"),
            "Global.export_with_pir",
            msg("this PaddleOCR ignores Global.export_with_pir=False: give its 3.1 tree"),
            Pitfall.PIR_GIVEN_TO_OPT,
        )
    for name in FILES:
        if not (folder / name).is_file():
            raise StageError(
                msg("PaddleOCR's export left no {name}", name), _SCRIPT, msg("see the stage's log")
            )
