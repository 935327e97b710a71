"""A ``.nb`` file that another ``opt`` made of the same PD model, or of another one."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from stages.lite.opt import run_opt
from support.caught import Ended, run_stage
from support.legacy import new_folder, official
from support.small import converted

PARAMETERS = {"targets": ["arm", "x86"], "fp16": False}


def files() -> dict[str, Path]:
    """Return the PD model that the project names."""
    folder = official("PP-OCRv4_mobile_rec")
    return {
        "pdmodel": folder / "inference.pdmodel",
        "pdiparams": folder / "inference.pdiparams",
    }


@lru_cache(maxsize=1)
def made_by_hand() -> Path:
    """Return the arm file that ``opt`` makes of the PD model as it is, without Paddock's rules."""
    out = new_folder() / "mine.nb"
    run_opt(files()["pdmodel"], files()["pdiparams"], "arm", out, fp16=False)
    return out


def convert(given: Path) -> Ended:
    """Run the stage with an arm file from elsewhere; the x86 file is made."""
    return run_stage("convert", new_folder(), {**files(), "given-arm": given}, PARAMETERS)


@lru_cache(maxsize=1)
def adopted() -> Ended:
    """Convert with the model's own file, once."""
    return convert(made_by_hand())


def step(done: Ended, model: str) -> dict[str, Any]:
    """Return what the lineage says of a file."""
    lineage = json.loads((done.output / "lineage.json").read_text("utf-8"))
    return next(item for item in lineage["steps"] if item["to"] == model)


def test_the_file_is_taken_as_it_is_and_the_other_target_made() -> None:
    done = adopted()
    assert done.code == 0, done.log[-3000:]
    assert (done.output / "model_arm.nb").read_bytes() == made_by_hand().read_bytes()
    assert (done.output / "model_x86.nb").stat().st_size > 1_000_000
    assert done.result.metrics["given"] == ["arm"]


def test_its_tensors_are_traced_to_the_pd_model_as_far_as_they_can_be() -> None:
    traced = step(adopted(), "nb-arm")
    assert traced["from"] == "pd"
    known, tensors = traced["same"] + traced["derived"], traced["tensors"]
    assert tensors * 0.5 < known <= tensors
    assert len(traced.get("untraced", ())) == min(tensors - known, 10)


def test_another_model_s_file_is_said_to_be_one_and_not_refused() -> None:
    done = convert(converted().output / "model_arm.nb")
    assert done.code == 0, done.log[-3000:]
    traced = step(done, "nb-arm")
    assert (traced["same"] + traced["derived"]) * 2 < traced["tensors"]


def test_a_file_for_another_target_is_refused() -> None:
    done = convert(converted().output / "model_x86.nb")
    assert (done.code, done.failure.pitfall) == (5, "foreign-target")


@pytest.mark.parametrize("content", [b"", b"no model", b"\0" * 4096])
def test_what_is_no_nb_file_is_refused_by_name(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.nb"
    path.write_bytes(content)
    done = convert(path)
    assert done.code == 3 and "x.nb" in done.failure.message
