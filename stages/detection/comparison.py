"""The shape of a detection model's input, held against every place that says it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from stages.guards.buffer import read_input_shape
from stages.guards.comparison import Comparison
from stages.guards.preprocessing import declared_shape, in_program
from stages.lite.targets import TARGETS
from stages.runtime import Context

PREPROCESS_FILE = "preprocess.json"


def compare_shapes(context: Context, shape: Sequence[int]) -> list[Comparison]:
    """Hold [3, H, W] against ``pdmodel``, each ``nb-TARGET`` and the ``preprocess.json`` that ships.

    What else the preparation needs is taken from the model's own ``inference.yml``, so there is nothing
    to disagree with. The time is counted as a guard's.
    """
    with context.guarding():
        return list(_places(context, shape))


def _places(context: Context, shape: Sequence[int]) -> Iterator[Comparison]:
    yield in_program(context.input("pdmodel"), shape)
    for target in TARGETS:
        if context.has(f"nb-{target}"):
            found = read_input_shape(context.input(f"nb-{target}"))
            yield declared_shape(f"nb-{target}", shape, found)
    path = context.output / PREPROCESS_FILE
    said = json.loads(path.read_text(encoding="utf-8"))["input"]["shape"]
    yield declared_shape(PREPROCESS_FILE, shape, said)
