"""Inference models that a stage is given: one rule for two programs, and quantised ones by their name."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from paddle.base.proto import framework_pb2 as proto

from stages.contract import Exit
from stages.errors import IntegrityError
from stages.program.params import read_program, write_program
from stages.published.model import is_legacy, model_characters, model_files
from support.small import convert, trained

QUANTISER = "fake_quantize_dequantize_moving_average_abs_max"


@pytest.mark.parametrize("ask", [is_legacy, model_files, model_characters])
def test_two_programs_in_one_folder_are_refused_by_everybody(tmp_path: Path, ask: object) -> None:
    for name in ("inference.json", "inference.pdmodel", "inference.pdiparams"):
        (tmp_path / name).touch()
    assert callable(ask)
    with pytest.raises(IntegrityError, match=r"inference\.json and inference\.pdmodel"):
        ask(tmp_path)


def test_a_quantised_model_is_called_so_before_opt_is_started(tmp_path: Path) -> None:
    files = trained().files
    program = read_program(files[0])
    for number in range(3):
        program.blocks[0].ops.append(proto.OpDesc(type=QUANTISER))
        program.blocks[0].ops[-1].inputs.add(parameter="X", arguments=[f"x_{number}"])
    quantised = tmp_path / "inference.pdmodel", tmp_path / "inference.pdiparams"
    write_program(quantised[0], program)
    shutil.copyfile(files[1], quantised[1])
    run = convert(tmp_path, quantised)
    assert run.code == Exit.STAGE
    assert run.failure.message == (
        f'inference.pdmodel is of a quantised ("slim") model: 3 times {QUANTISER}'
    )
    assert not list(run.output.glob("*.nb"))
