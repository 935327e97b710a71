"""``quantize``: a PD model rounded to weights of 8 and 16 bits, for ``opt`` to write as they are."""

from __future__ import annotations

from typing import Any

from pipeline.plan.inputs import Source
from pipeline.plan.stages.spec import Basis, StageSpec
from pipeline.plan.surroundings import Surrounding
from stages.contract.artifacts import QUANTISATION
from stages.contract.variant import Weights
from stages.message import msg


def _skipped(basis: Basis) -> str:
    return "" if _kinds(basis) else msg("[convert] weights asks for no integers")


def _kinds(basis: Basis) -> tuple[Weights, ...]:
    return basis.project.settings.convert.rounded


def _parameters(basis: Basis) -> dict[str, Any]:
    """Tell what decides the weights; the limits of ``[quantize]`` are the verdict's."""
    model = basis.project.settings.model
    kinds = _kinds(basis)
    told = {
        "task": model.task,
        "image_shape": model.image_shape,
        "weights": [kind.value for kind in kinds],
    }
    images = {"images": basis.project.settings.quantize.images} if Weights.INT8 in kinds else {}
    return {**told, **images}


def _inputs(basis: Basis) -> dict[str, Source]:
    images = basis.take("train", "train_labels") if Weights.INT8 in _kinds(basis) else {}
    return {**basis.take("pdmodel", "pdiparams"), **basis.take_if_there("description"), **images}


def _makes(basis: Basis) -> dict[str, str]:
    return {
        name: file
        for kind in _kinds(basis)
        for name, file in zip(kind.inputs, kind.files, strict=True)
    }


def _decided_by(basis: Basis) -> tuple[Surrounding, ...]:
    """The seed chooses the images of int8; what the model makes of them are sums, operator by operator.

    Of 16 bits each weight goes to the nearest number. The number of threads decides nothing of both.
    """
    return ("seed", "kernels") if Weights.INT8 in _kinds(basis) else ()


SPEC = StageSpec(
    "quantize",
    _parameters,
    _inputs,
    _makes,
    skipped=_skipped,
    decided_by=_decided_by,
    documents=(QUANTISATION,),
)
