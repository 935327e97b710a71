"""An axis of a drawing: from values to places, and round ticks."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

#: How many ticks an axis has about.
_TICKS = 5


@dataclass(frozen=True)
class Axis:
    """From values to places: ``low`` is at ``start``, ``high`` at ``end``."""

    low: float
    high: float
    start: float
    end: float

    @classmethod
    def over(cls, values: Sequence[float], start: float, end: float) -> Axis:
        """Return an axis over all values; one value alone gets room on both sides."""
        low, high = min(values), max(values)
        margin = 0.0 if high > low else abs(high) * 0.1 or 1.0
        return cls(low - margin, high + margin, start, end)

    def place(self, value: float) -> float:
        """Return where a value is."""
        share = (value - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)

    def rounded(self) -> Axis:
        """Return the axis from the tick at or below its lowest value to the one at or above its highest."""
        step = self.step
        low, high = math.floor(self.low / step + 1e-9), math.ceil(self.high / step - 1e-9)
        return replace(self, low=low * step, high=high * step)

    def within(self, low: float, high: float) -> Axis:
        """Return the axis, which goes no further than from ``low`` to ``high``."""
        return replace(self, low=max(self.low, low), high=min(self.high, high))

    @property
    def step(self) -> float:
        """How far ticks are apart: 1, 2 or 5 times a power of ten."""
        raw = (self.high - self.low) / _TICKS
        power = 10.0 ** math.floor(math.log10(raw))
        return next(power * factor for factor in (1, 2, 5, 10) if power * factor >= raw * 0.999)

    def ticks(self, *, whole: bool = False) -> Iterator[float]:
        """Give round values on the axis."""
        step = max(1.0, self.step) if whole else self.step
        first, last = math.ceil(self.low / step - 1e-9), math.floor(self.high / step + 1e-9)
        yield from (number * step for number in range(first, last + 1))


def percent(value: float) -> str:
    """Return a share as a tick says it."""
    return f"{100 * value:.4g}%"
