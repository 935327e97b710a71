"""How a rule changed a parameter, in steps that can be followed from the original file alone.

A rule works in float32 on the graph; these steps are what it says it did. ``stages/lineage`` follows
them in float64 from the untouched model and compares, so that a rule cannot slip.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np

Values = Mapping[str, np.ndarray]


class Step(Protocol):
    """One step of a parameter's way from the original model to the rewritten one."""

    def apply(self, parameter: str, values: Values) -> np.ndarray:
        """Return the parameter after this step; ``values`` are float64 and hold those before it."""
        ...

    def reads(self) -> tuple[str, ...]:
        """Return the names of the parameters that the step takes from."""
        ...


@dataclass(frozen=True)
class Times:
    """Multiply by the parameter ``by``, which is one number."""

    by: str

    def apply(self, parameter: str, values: Values) -> np.ndarray:
        """See :class:`Step`."""
        return values[parameter] * _number(values, self.by)

    def reads(self) -> tuple[str, ...]:
        """See :class:`Step`."""
        return (self.by,)


@dataclass(frozen=True)
class Plus:
    """Add the parameter ``by``, which is one number."""

    by: str

    def apply(self, parameter: str, values: Values) -> np.ndarray:
        """See :class:`Step`."""
        return values[parameter] + _number(values, self.by)

    def reads(self) -> tuple[str, ...]:
        """See :class:`Step`."""
        return (self.by,)


@dataclass(frozen=True)
class PlusSums:
    """Add, for each output channel, the sum of ``kernel``'s weights times the number ``by``."""

    kernel: str
    by: str

    def apply(self, parameter: str, values: Values) -> np.ndarray:
        """See :class:`Step`."""
        sums = values[self.kernel].sum(axis=(1, 2, 3))
        return values[parameter] + sums * _number(values, self.by)

    def reads(self) -> tuple[str, ...]:
        """See :class:`Step`."""
        return (self.kernel, self.by)


@dataclass(frozen=True)
class Spread:
    """A new parameter: the number ``by``, divided by the number ``over``, once a channel."""

    channels: int
    by: str
    over: str = ""

    def apply(self, parameter: str, values: Values) -> np.ndarray:
        """See :class:`Step`."""
        divisor = _number(values, self.over) if self.over else 1.0
        return np.full(self.channels, _number(values, self.by) / divisor)

    def reads(self) -> tuple[str, ...]:
        """See :class:`Step`."""
        return (self.by, self.over) if self.over else (self.by,)


@dataclass(frozen=True, eq=False)
class Computed:
    """A new parameter: what the program itself computes from constants, which no parameter is in."""

    value: np.ndarray

    def apply(self, parameter: str, values: Values) -> np.ndarray:
        """See :class:`Step`."""
        return self.value.astype(np.float64)

    def reads(self) -> tuple[str, ...]:
        """See :class:`Step`."""
        return ()


@dataclass(frozen=True)
class Change:
    """A step, the parameter that it changed, and the rule that took it."""

    rule: str
    parameter: str
    step: Step


def _number(values: Values, name: str) -> float:
    return float(values[name].reshape(()))
