"""``convert``: a PD model as one ``.nb`` file a target and kind of weights.

Seed, threads and processor decide nothing here: the rewriting is exact arithmetic or rounded in one order,
``opt`` writes the same bytes on every processor, and what runs on random images is a proof, no artifact.
"""

from __future__ import annotations

from typing import Any

from pipeline.plan.inputs import Source
from pipeline.plan.stages.spec import Basis, StageSpec
from stages.contract.artifacts import LINEAGE
from stages.contract.variant import Variant


def _parameters(basis: Basis) -> dict[str, Any]:
    settings = basis.project.settings
    told = settings.convert.model_dump(exclude={"models"})
    return {"task": settings.model.task, "image_shape": settings.model.image_shape, **told}


def _inputs(basis: Basis) -> dict[str, Source]:
    convert = basis.project.settings.convert
    given = [Variant(target).given for target in convert.models]
    rounded = [name for kind in convert.rounded for name in kind.inputs]
    return basis.take("pdmodel", "pdiparams", *given, *rounded)


def _makes(basis: Basis) -> dict[str, str]:
    return {each.model: each.file for each in basis.project.settings.convert.variants}


SPEC = StageSpec(
    "convert", _parameters, _inputs, _makes, documents=(LINEAGE,), ships=(Variant("*").file,)
)
