"""A ``.nb`` program as what it computes, whatever names a target's file uses for it.

An arm file lays several variables into one name. So each value is named by a digest of how it came
about: the operator, its attributes, and the digests of what it reads, down to the parameters.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from stages.lineage.plain import ADDITION, BIAS, CAST, PRODUCT, Plain, take_apart
from stages.lite.naive_buffer import NaiveBuffer
from stages.message import msg


@dataclass(frozen=True)
class Computed:
    """The result of a plain operator: its digest, and those of what it was computed from."""

    kind: str
    digest: str
    sources: tuple[str, ...]


def computed(model: NaiveBuffer) -> list[Computed]:
    """Return all that a file's main block computes, in order of execution."""
    naming = _Naming(model)
    steps = [step for operator in model.operators for step in take_apart(operator)]
    results = [naming.follow(step) for step in steps]
    return [result for result in results if result is not None]


class _Naming:
    """Keeps, for each variable, how its present value came about."""

    def __init__(self, model: NaiveBuffer) -> None:
        self._values = {name: msg("parameter {name}", name) for name in model.tensors}
        self._vectors = {name for name, item in model.tensors.items() if len(item.shape) == 1}
        self._products: set[str] = set()

    def follow(self, step: Plain) -> Computed | None:
        """Remember what ``step`` computes under the names that it writes; a cast computes nothing."""
        if step.kind == CAST:
            self._give(step, self._value(step.inputs[0][1] if step.inputs else ""))
            return None
        return self._compute(step)

    def _compute(self, step: Plain) -> Computed:
        kind, attributes = step.kind, step.attributes
        slots = [slot for slot, _ in step.inputs]
        sources = tuple(self._value(name) for _, name in step.inputs)
        if self._adds_bias(step):
            kind, attributes, slots = BIAS, "", ["", ""]
        said = "\n".join([kind, attributes, *map(" ".join, zip(slots, sources, strict=True))])
        digest = hashlib.sha256(said.encode()).hexdigest()
        if kind == PRODUCT:
            self._products.add(digest)
        self._give(step, digest)
        return Computed(kind, digest, sources)

    def _adds_bias(self, step: Plain) -> bool:
        """Return whether this adds one number a column to a matrix product, as ``fc`` does."""
        names = dict(step.inputs)
        product = self._value(names.get("X", "")) in self._products
        return step.kind == ADDITION and product and names.get("Y") in self._vectors

    def _value(self, name: str) -> str:
        return self._values.get(name, name)

    def _give(self, step: Plain, value: str) -> None:
        for index, name in enumerate(step.outputs):
            self._values[name] = f"{value} {index}" if index else value
