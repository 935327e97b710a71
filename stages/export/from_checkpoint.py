"""A checkpoint as a legacy inference model, by PaddleOCR's unmodified ``tools/export_model.py``.

What the tool only warns of, or does without a word (random weights where a name or a shape does not
fit, PIR instead of ``.pdmodel``), fails here.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

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
from stages.kernels.use import use
from stages.message import msg
from stages.pitfalls import Pitfall
from stages.ppocr.checkpoint import load_parameters, save_parameters
from stages.ppocr.config import dump_config
from stages.ppocr.dictionary_record import without_record
from stages.ppocr.tool import Tool, failure
from stages.ppocr.trainer_log import Mismatch, parse_line
from stages.ppocr.user_config import read_config
from stages.program.params import read_program, read_tensors
from stages.runtime import Context
from stages.text.dictionary import Dictionary
from stages.text.documents import read_document

if TYPE_CHECKING:
    from stages.ppocr.export_check import Compared

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
    folder = context.scratch / "inference"
    with ExitStack() as unless_built:
        tool = _start(context, config, checkpoint, dictionary, folder)
        unless_built.callback(tool.stop)
        proof = _Proof(context, config, checkpoint, dictionary)
        unless_built.pop_all()
    context.progress(1, _STEPS, "steps", msg("PaddleOCR's export_model.py"))
    _follow(context, tool)
    _check_legacy(folder)
    _compare_made(context, folder, dictionary)
    context.progress(2, _STEPS, "steps", msg("comparing every parameter with the checkpoint"))
    program = read_program(folder / FILES[0])
    exported = read_tensors(program, folder / FILES[1])
    with context.guarding():
        compared = proof.compare(exported)
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


class _Proof:
    """The checkpoint in PaddleOCR's network, to hold the export against.

    It is built while the tool runs; only here Paddle is needed, which takes two seconds to import.
    """

    def __init__(
        self,
        context: Context,
        config: Mapping[str, Any],
        checkpoint: Mapping[str, np.ndarray],
        dictionary: Dictionary,
    ) -> None:
        """Build the network.

        Raises:
            StageError, IntegrityError: checkpoint, configuration and kernels do not fit together.
        """
        from stages.ppocr.network import build  # noqa: PLC0415

        use(context.spec.kernels)
        self._fused = build(config["Architecture"], dictionary.classes, checkpoint, fused=True)
        self._shape = context.parameters["image_shape"]

    def compare(self, exported: Mapping[str, np.ndarray]) -> Compared:
        """Compare every parameter; raises as :func:`stages.ppocr.export_check.compare_parameters`."""
        from stages.ppocr.export_check import compare_parameters  # noqa: PLC0415

        return compare_parameters(self._fused, exported, self._shape)


def _start(
    context: Context,
    config: Mapping[str, Any],
    checkpoint: Mapping[str, Any],
    dictionary: Dictionary,
    folder: Path,
) -> Tool:
    """Start the tool in the scratch folder; ``folder`` will have its files."""
    work = context.scratch
    shutil.rmtree(folder, ignore_errors=True)
    write_text(work / "config.yml", dump_config(without_record(config)))
    save_parameters(work / CHECKPOINT, checkpoint)
    return Tool(context, _SCRIPT, _arguments(context, work, folder, dictionary), work)


def _follow(context: Context, tool: Tool) -> None:
    """Wait for the tool to end.

    Raises:
        IntegrityError: it left parameters out.
        StageError: it failed.
    """
    mismatches: list[str] = []
    ended = tool.follow(lambda line: _note(line, mismatches))
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
