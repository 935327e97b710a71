"""A line chart as inline SVG: no script, readable without colour, by a screen reader, in light and dark."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from html import escape

#: Of the chart, in SVG's units: its size, and the room for the axes on the left, above, right and below.
_WIDTH, _HEIGHT = 640, 260
_LEFT, _TOP, _RIGHT, _BOTTOM = 56, 40, 16, 40
#: How many ticks an axis has about.
_TICKS = 5
#: A curve with more points than this is drawn without a dot at each.
_MOST_DOTS = 60

#: Colours for a light and a dark page. Curves differ in their dashes too.
STYLE = """
.plot { --one: #0b62a8; --two: #b4540a; --grid: #0002; max-width: 40rem; width: 100%; height: auto }
@media (prefers-color-scheme: dark) { .plot { --one: #6cb6ff; --two: #f0a860; --grid: #fff3 } }
.plot text { font: 12px system-ui, sans-serif; fill: currentColor }
.plot line { stroke: var(--grid) } .plot .best { stroke: currentColor; stroke-dasharray: 2 3 }
.plot path { fill: none; stroke-width: 2 } .plot .c0 { stroke: var(--one) }
.plot .c1 { stroke: var(--two); stroke-dasharray: 7 4 }
.plot circle.c0 { fill: var(--one) } .plot circle.c1 { fill: var(--two); stroke-dasharray: none }
"""


@dataclass(frozen=True)
class Curve:
    """A name, and points (x, y) in the order of x."""

    name: str
    points: Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Plot:
    """A chart of at most two curves.

    Args:
        title: what is shown, also to a screen reader.
        unit: the name of the x axis.
        curves: those without a point are left out.
        percent: whether y is a share, from 0 to 1.
        best: the x of the best point, which is marked.
    """

    title: str
    unit: str
    curves: Sequence[Curve]
    percent: bool = False
    best: float | None = None

    def svg(self) -> str:
        """Return the chart; "" if there is no curve of two points."""
        curves = [curve for curve in self.curves if curve.points]
        if not any(len(curve.points) > 1 for curve in curves):
            return ""
        return "\n".join(self._parts(curves))

    def _parts(self, curves: Sequence[Curve]) -> Iterator[str]:
        points = [point for curve in curves for point in curve.points]
        x = _Axis.over([0.0, *(at for at, _ in points)], _LEFT, _WIDTH - _RIGHT)
        y = _Axis.over([value for _, value in points], _HEIGHT - _BOTTOM, _TOP).rounded()
        names = " and ".join(curve.name for curve in curves)
        yield (
            f'<svg class="plot" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" '
            f'aria-label="{escape(f"{self.title}: {names}, by {self.unit}")}">'
        )
        yield from self._grid(x, y)
        if self.best is not None:
            yield from _best(x.place(self.best))
        for number, curve in enumerate(curves):
            yield from self._curve(curve, f"c{number}", x, y)
            yield from _legend(curve.name, f"c{number}", _LEFT + 150 * number)
        yield "</svg>"

    def _grid(self, x: _Axis, y: _Axis) -> Iterator[str]:
        bottom, right = _HEIGHT - _BOTTOM, _WIDTH - _RIGHT
        for value in y.ticks():
            at = y.place(value)
            yield f'<line x1="{_LEFT}" x2="{right}" y1="{at:.1f}" y2="{at:.1f}"/>'
            yield _text(_LEFT - 6, at + 4, self._said(value), "end")
        for value in x.ticks(whole=True):
            yield _text(x.place(value), bottom + 16, f"{value:g}", "middle")
        yield _text((_LEFT + right) / 2, _HEIGHT - 6, self.unit, "middle")

    def _curve(self, curve: Curve, style: str, x: _Axis, y: _Axis) -> Iterator[str]:
        places = [(x.place(at), y.place(value)) for at, value in curve.points]
        steps = " L ".join(f"{left:.1f} {top:.1f}" for left, top in places)
        yield f'<path class="{style}" d="M {steps}"/>'
        if len(places) > _MOST_DOTS:
            return
        for (at, value), (left, top) in zip(curve.points, places, strict=True):
            said = f"{curve.name} {self._said(value)} at {at:g}"
            yield (
                f'<circle class="{style}" cx="{left:.1f}" cy="{top:.1f}" r="3">'
                f"<title>{escape(said)}</title></circle>"
            )

    def _said(self, value: float) -> str:
        return f"{value:.4g}" if not self.percent else f"{100 * value:.4g}%"


@dataclass(frozen=True)
class _Axis:
    """From values to places: ``low`` is at ``start``, ``high`` at ``end``."""

    low: float
    high: float
    start: float
    end: float

    @classmethod
    def over(cls, values: Sequence[float], start: float, end: float) -> _Axis:
        """Return an axis over all values; one value alone gets room on both sides."""
        low, high = min(values), max(values)
        margin = 0.0 if high > low else abs(high) * 0.1 or 1.0
        return cls(low - margin, high + margin, start, end)

    def place(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)

    def rounded(self) -> _Axis:
        """Return the axis from the tick at or below its lowest value to the one at or above its highest."""
        step = self._step()
        low, high = math.floor(self.low / step + 1e-9), math.ceil(self.high / step - 1e-9)
        return replace(self, low=low * step, high=high * step)

    def _step(self) -> float:
        """Return how far ticks are apart: 1, 2 or 5 times a power of ten."""
        raw = (self.high - self.low) / _TICKS
        power = 10.0 ** math.floor(math.log10(raw))
        return next(power * factor for factor in (1, 2, 5, 10) if power * factor >= raw * 0.999)

    def ticks(self, *, whole: bool = False) -> Iterator[float]:
        """Give round values on the axis."""
        step = max(1.0, self._step()) if whole else self._step()
        first, last = math.ceil(self.low / step - 1e-9), math.floor(self.high / step + 1e-9)
        yield from (number * step for number in range(first, last + 1))


def _best(at: float) -> Iterator[str]:
    yield f'<line class="best" x1="{at:.1f}" x2="{at:.1f}" y1="{_TOP}" y2="{_HEIGHT - _BOTTOM}"/>'
    yield _text(at, _TOP - 4, "kept", "middle")


def _legend(name: str, style: str, left: float) -> Iterator[str]:
    yield f'<path class="{style}" d="M {left} 14 L {left + 28} 14"/>'
    yield _text(left + 34, 18, name, "start")


def _text(left: float, top: float, text: str, anchor: str) -> str:
    return f'<text x="{left:.1f}" y="{top:.1f}" text-anchor="{anchor}">{escape(text)}</text>'
