"""Kinds of drawings that hold many runs beside each other: stacked bars, values in a row, many curves."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from pipeline.report.page.axis import Axis
from pipeline.report.page.chart import (
    GUTTER,
    HEIGHT,
    LEFT,
    RIGHT,
    WIDTH,
    Curve,
    Row,
    curve_of,
    grid,
    in_rows,
    svg,
    tall,
)
from pipeline.report.page.say import svg_text, tag

#: As many curves can be told apart, by colour and by dashes.
MOST_CURVES = 6
#: Of a legend: how many names stand in a line, and the height of one.
_IN_A_LINE, _LINE = 3, 17


@dataclass(frozen=True)
class Stack(Row):
    """A row whose value is a sum of ``parts``."""

    parts: tuple[float, ...] = ()


@dataclass(frozen=True)
class Strip(Row):
    """A row whose value is the mean of ``values``."""

    values: tuple[float, ...] = ()


def stacks(
    rows: Sequence[Stack], parts: Sequence[str], label: str, form: Callable[[float], str]
) -> Markup:
    """Draw a bar a row, from zero, of parts one after the other; ``parts`` has their names."""
    axis = Axis.over([0.0, *(row.value for row in rows)], LEFT, RIGHT).rounded()

    def draw(row: Stack, axis: Axis, at: float) -> Iterator[Markup]:
        before = 0.0
        for number, (name, part) in enumerate(zip(parts, row.parts, strict=True)):
            left, right = axis.place(before), axis.place(before + part)
            before += part
            title = tag("title", f"{row.name} {name}: {form(part)}")
            yield tag("rect", title, x=left, y=at - 5, width=max(right - left, 0.0), height=10,
                      class_=f"part{number}")  # fmt: skip

    bottom = tall(rows)
    drawn = [*in_rows(rows, axis, form, draw), *_legend(parts, bottom)]
    lines = -(-len(parts) // _IN_A_LINE)
    return svg(bottom + _LINE * lines, drawn, label)


def _legend(names: Sequence[str], top: float) -> Iterator[Markup]:
    for number, name in enumerate(names):
        line, place = divmod(number, _IN_A_LINE)
        left, up = LEFT + place * (WIDTH / _IN_A_LINE), top + _LINE * line
        yield tag("rect", x=left, y=up, width=10, height=10, class_=f"part{number}")
        yield svg_text(left + 15, up + 9, name)


def strips(rows: Sequence[Strip], label: str, form: Callable[[float], str]) -> Markup:
    """Draw all values of a row on a line, and their mean as a stroke."""
    values = [value for row in rows for value in row.values]
    room = 0.1 * (max(values) - min(values)) or 0.01
    axis = Axis.over([min(values) - room, max(values)], LEFT, RIGHT).rounded().within(0.0, 1.0)

    def draw(row: Strip, axis: Axis, at: float) -> Iterator[Markup]:
        yield tag("line", x1=LEFT, x2=RIGHT, y1=at, y2=at, class_="rail")
        for place in sorted({round(axis.place(value), 1) for value in row.values}):
            yield tag("circle", cx=place, cy=at, r=4, class_="one")
        mean = axis.place(row.value)
        title = tag("title", f"{row.name} {row.said}")
        yield tag("line", title, x1=mean, x2=mean, y1=at - 9, y2=at + 9, class_="reach")

    return svg(tall(rows), in_rows(rows, axis, form, draw), label)


def many_curves(
    drawn: Sequence[Curve], label: str, units: tuple[str, Callable[[float], str]]
) -> Markup | None:
    """Draw curves, their names below; None if there is none of two points.

    Args:
        drawn: at most :data:`MOST_CURVES`; those without a point are left out.
        label: for a screen reader.
        units: the name of the x axis, and how a value of y is said.
    """
    drawn = [curve for curve in drawn if curve.points]
    if not any(len(curve.points) > 1 for curve in drawn):
        return None
    points = [point for curve in drawn for point in curve.points]
    x = Axis.over([0.0, *(at for at, _ in points)], GUTTER, RIGHT)
    y = Axis.over([value for _, value in points], HEIGHT - 38, 14).rounded()
    parts = [*grid(x, y, *units)]
    for number, curve in enumerate(drawn):
        kind, at = f"curve{number}", HEIGHT + _LINE * number
        parts += curve_of(curve, kind, x, y, units[1])
        parts.append(tag("path", class_=kind, d=f"M {GUTTER} {at + 5} h 24"))
        parts.append(svg_text(GUTTER + 30, at + 9, curve.name))
    return svg(HEIGHT + _LINE * len(drawn), parts, label)
