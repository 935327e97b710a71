"""``verify``: all models of the run on the same test images."""

from __future__ import annotations

from typing import Any

from pipeline.plan.inputs import Source
from pipeline.plan.stages.spec import Basis, StageSpec
from pipeline.plan.surroundings import Surrounding
from stages.contract.artifacts import (
    ARM_RUNTIME,
    EVIDENCE,
    GOLDEN,
    GOLDEN_FILES,
    PARITY,
    PREPROCESS,
)
from stages.contract.pages import PAGES
from stages.contract.variant import Variant

#: A model that is measured has one of these, the official model's own description and dictionary beside it.
_ORIGINALS = ("checkpoint", "config", "pir", "description")


def _parameters(basis: Basis) -> dict[str, Any]:
    return basis.model


def _inputs(basis: Basis) -> dict[str, Source]:
    return {
        **basis.take("test", "test_labels", "pdmodel", "pdiparams"),
        **(basis.take("dict", "dict_rules") if basis.reads else {}),
        **basis.take_if_there(
            *_ORIGINALS, *_rounded(basis), *_converted(basis), *_recogniser(basis), ARM_RUNTIME
        ),
        **(basis.take_if_there("keys") if basis.start.pd else {}),
        **({"pretrained": basis.start.official} if basis.start.official else {}),
    }


def _rounded(basis: Basis) -> list[str]:
    return [name for kind in basis.project.settings.convert.rounded for name in kind.inputs]


def _converted(basis: Basis) -> list[str]:
    return [name for name in basis.there if Variant.of_model(name)]


def _recogniser(basis: Basis) -> list[str]:
    return [name for name in basis.there if name.startswith("reader-")]


def _makes(_basis: Basis) -> dict[str, str]:
    return {}


def _decided_by(basis: Basis) -> tuple[Surrounding, ...]:
    """Paddle Inference folds batch norms with the processor's own square roots, whatever the kernels.

    Every model reads with one thread; a recogniser that reads what detection finds takes all there are.
    """
    more = _recogniser(basis)
    return ("threads", "kernels", "processor") if more else ("kernels", "processor")


def _service(basis: Basis) -> str:
    """A library for ARM needs a compiler and an emulator, which are in an image of their own."""
    return "verify-arm" if ARM_RUNTIME in basis.there else ""


SPEC = StageSpec(
    "verify",
    _parameters,
    _inputs,
    _makes,
    decided_by=_decided_by,
    documents=(PARITY, EVIDENCE),
    ships=(PREPROCESS, GOLDEN),
    kept=(PAGES, GOLDEN, GOLDEN_FILES),
    service=_service,
)
