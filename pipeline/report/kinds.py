"""The kinds of files that a run makes, each judged for itself: float32, int16, int8, half precision.

Whatever is wrong with a file with float32 weights is wrong with the run. What makes a file small may cost too
much, and then its kind is not delivered, for whatever target: one file stands for the others.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator

from stages.contract import ModelEntry, Parity, Quantisation
from stages.contract.variant import Variant, Weights
from stages.message import msg

HALF = "fp16"
_ROUNDED = {kind.reference: kind.value for kind in Weights if kind.are_integers}


def kind_of(model: str) -> str:
    """Return the kind that a row stands for and that can be left out: int16, int8, fp16; "" for others."""
    variant = Variant.of_model(model)
    if variant is None:
        return _ROUNDED.get(model, "")
    if variant.half:
        return HALF
    return variant.weights.value if variant.weights.are_integers else ""


def files_of(parity: Parity, kinds: Collection[str]) -> tuple[str, ...]:
    """Return the NB models of these kinds."""
    return tuple(
        model.name for model in parity.models if model.is_nb and kind_of(model.name) in kinds
    )


def without(models: Iterable[ModelEntry], kinds: Collection[str]) -> tuple[ModelEntry, ...]:
    """Return the rows of all other kinds."""
    return tuple(model for model in models if kind_of(model.name) not in kinds)


def left_out(bad: Iterable[str], quantisation: Quantisation | None) -> Iterator[str]:
    """Say of each kind that is not delivered which layer costs most, where it is the rounding that costs.

    Args:
        bad: the models that are not good enough. Where only files are, which do not compute what the rounded
            model does, no layer is to blame.
        quantisation: what rounding cost, layer by layer.
    """
    models = list(bad)
    for kind in dict.fromkeys(kind for model in models if (kind := kind_of(model))):
        rounded = quantisation.kinds.get(kind) if quantisation else None
        by_rounding = any(_ROUNDED.get(model) == kind for model in models)
        if by_rounding and rounded and rounded.worst:
            layer = rounded.worst
            yield msg(
                "{kind} is not delivered; of its layers {layer} ({operator} {shape}) costs most: {loss} of "
                "what it gives",
                kind,
                layer.weights,
                layer.operator,
                list(layer.shape),
                share_lost(layer.loss_after),
            )
        else:
            yield msg("{kind} is not delivered", kind)


def share_lost(energy: float) -> str:
    """Return how much of what a layer gives is lost, of the error's share in its energy."""
    return f"{math.sqrt(energy):.2%}"
