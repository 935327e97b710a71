"""``train``: from the project's lines, and what it starts from, to a checkpoint."""

from __future__ import annotations

from typing import Any

from pipeline.plan.inputs import Source
from pipeline.plan.stages.spec import Basis, StageSpec
from pipeline.plan.surroundings import SURROUNDINGS, Surrounding
from stages.contract.artifacts import CHECKPOINT, CONFIGURATION, CURVE
from stages.message import msg

#: The service that has Paddle for GPUs.
ON_GPU = "train-gpu"


def _skipped(basis: Basis) -> str:
    if basis.start.pd:
        return msg("the project starts from a PD model")
    if basis.start.pir:
        return msg("the project starts from a PIR model")
    if basis.start.checkpoint:
        return msg("the project starts from a checkpoint")
    return ""


def _parameters(basis: Basis) -> dict[str, Any]:
    settings = basis.project.settings
    # one device goes without saying: so its results keep the keys that they have
    one = {"devices"} if settings.train.devices == 1 else set()
    return {
        **settings.train.model_dump(exclude={"checkpoint", *SURROUNDINGS, *one}),
        "architecture": settings.model.architecture,
        "image_shape": settings.model.image_shape,
        "use_space_char": settings.data.use_space_char,
        "max_text_length": settings.data.max_text_length,
    }


def _inputs(basis: Basis) -> dict[str, Source]:
    return {
        **basis.take("train", "val", "dict", "dict_rules", "train_labels", "val_labels"),
        **basis.take_if_there("pretrained", "config"),
    }


def _makes(_basis: Basis) -> dict[str, str]:
    return {"checkpoint": CHECKPOINT, "config": CONFIGURATION}


def _decided_by(basis: Basis) -> tuple[Surrounding, ...]:
    """Order and dropout hang on the seed; PaddleOCR's trainer shares its sums out over the threads.

    Mode frozen does not: it computes with one thread, in more processes where there are more.
    """
    if basis.project.settings.train.mode == "frozen":
        return ("seed", "kernels")
    return ("seed", "threads", "kernels")


def _service(basis: Basis) -> str:
    """Paddle for a GPU is another wheel, and so in an image of its own."""
    return ON_GPU if basis.project.settings.train.device == "gpu" else ""


SPEC = StageSpec(
    "train",
    _parameters,
    _inputs,
    _makes,
    skipped=_skipped,
    decided_by=_decided_by,
    documents=(CURVE,),
    service=_service,
)
