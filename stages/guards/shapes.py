"""The shape of the models' input, held against every place that declares it; for any task."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from stages.contract.artifacts import PREPROCESS
from stages.guards.buffer import read_input_shape
from stages.guards.comparison import Comparison
from stages.guards.preprocessing import declared_shape, in_program
from stages.runtime import Context


def compare_shapes(context: Context, shape: Sequence[int]) -> list[Comparison]:
    """Hold [3, H, W] against ``pdmodel``, each ``nb-TARGET``, and the ``preprocess.json`` that ships.

    The time is counted as a guard's.
    """
    with context.guarding():
        return list(_places(context, shape))


def _places(context: Context, shape: Sequence[int]) -> Iterator[Comparison]:
    yield in_program(context.input("pdmodel"), shape)
    for variant in context.variants:
        found = read_input_shape(context.input(variant.model))
        yield declared_shape(variant.model, shape, found)
    path = context.output / PREPROCESS
    yield declared_shape(PREPROCESS, shape, json.loads(path.read_text("utf-8"))["input"]["shape"])
