"""``export``: a checkpoint, or a PIR model, as a legacy PD model."""

from __future__ import annotations

from typing import Any

from pipeline.plan.inputs import Source
from pipeline.plan.stages.spec import Basis, StageSpec
from pipeline.plan.start import PD_FILES
from pipeline.plan.surroundings import Surrounding
from stages.contract.artifacts import DESCRIPTION
from stages.message import msg


def _skipped(basis: Basis) -> str:
    return msg("the project starts from a PD model") if basis.start.pd else ""


def _parameters(basis: Basis) -> dict[str, Any]:
    return basis.model


def _inputs(basis: Basis) -> dict[str, Source]:
    if basis.start.pir:
        model = basis.take("pir", "test", "test_labels")
    else:
        model = {**basis.take("checkpoint"), **basis.take_if_there("config")}
    return {**model, **(basis.take("dict", "dict_rules") if basis.reads else {})}


def _makes(_basis: Basis) -> dict[str, str]:
    return {**PD_FILES, "description": DESCRIPTION}


def _decided_by(basis: Basis) -> tuple[Surrounding, ...]:
    """Paddle folds a checkpoint's branches, with a square root of the kernel set.

    Of a PIR model no weight is computed. Threads only serve the proof, and what they share out is no sum.
    """
    return () if basis.start.pir else ("kernels",)


SPEC = StageSpec("export", _parameters, _inputs, _makes, skipped=_skipped, decided_by=_decided_by)
