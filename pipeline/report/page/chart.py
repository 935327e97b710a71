"""Kinds of drawings, as inline SVG: no script, readable without colour, and no wider than a phone.

A drawing is 420 units wide, which is about as many pixels, so its text is legible wherever it stands.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias, TypeVar

from markupsafe import Markup

from pipeline.report.page.axis import Axis, percent
from pipeline.report.page.say import svg_text, tag, together

WIDTH = 420
LEFT, RIGHT = 8, WIDTH - 8
#: Of a row: its height, where its words stand, where what is drawn stands.
ROW, _WORDS, _DRAWN = 36, 12, 24
TOP, BOTTOM = 6, 22
#: A curve with more points than this is drawn without a dot at each.
_MOST_DOTS = 40
#: Left, top, right, bottom.
_Box: TypeAlias = tuple[float, float, float, float]
#: Of a square drawing: room on the left for ticks, and its height.
GUTTER, HEIGHT = 46, 250


@dataclass(frozen=True)
class Row:
    """A name, its numbers in words, and what is drawn: a value, and from where to where it reaches."""

    name: str
    said: str
    value: float
    low: float | None = None
    high: float | None = None
    kind: str = ""


@dataclass(frozen=True)
class Curve:
    """A name, and points (x, y) in the order of x."""

    name: str
    points: Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Spot:
    """A point with its name; one of many may have none."""

    name: str
    x: float
    y: float
    said: str
    kind: str = ""


_Drawn = TypeVar("_Drawn", bound=Row)


def svg(height: float, parts: Iterable[Markup], label: str) -> Markup:
    """Return a drawing of its parts; ``label`` is for a screen reader."""
    view = f"0 0 {WIDTH} {height:g}"
    return tag("svg", together(parts), class_="chart", viewBox=view, role="img", aria_label=label)


def dots(
    rows: Sequence[Row], label: str, form: Callable[[float], str], limit: float | None = None
) -> Markup:
    """Draw a value a row, with its interval."""
    values = [it for row in rows for it in (row.value, row.low, row.high, limit) if it is not None]
    room = 0.1 * (max(values) - min(values)) or 0.01
    axis = Axis.over([min(values) - room, max(values)], LEFT, RIGHT).rounded()
    return svg(tall(rows), in_rows(rows, axis.within(0.0, 1.0), form, _dot, limit), label)


def bars(rows: Sequence[Row], label: str, *, whole: bool = False) -> Markup:
    """Draw a bar a row, from zero; a thin one goes on to ``high``. Of ``whole`` numbers ticks are, too."""
    axis = Axis.over(
        [0.0, 4.0 if whole else 0.0, *(row.high or row.value for row in rows)], LEFT, RIGHT
    ).rounded()
    return svg(tall(rows), in_rows(rows, axis, lambda value: f"{value:g}", _bar), label)


def tall(rows: Collection[Row]) -> float:
    """Return the height of a drawing with these rows."""
    return TOP + ROW * len(rows) + BOTTOM


def in_rows(
    rows: Sequence[_Drawn],
    axis: Axis,
    form: Callable[[float], str],
    draw: Callable[[_Drawn, Axis, float], Iterator[Markup]],
    limit: float | None = None,
) -> Iterator[Markup]:
    """Draw rows over one axis: of each its words, and below them what ``draw`` gives at a height."""
    bottom = TOP + ROW * len(rows)
    yield from _upright(axis, form, bottom)
    if limit is not None:
        at = axis.place(limit)
        yield tag("line", x1=at, x2=at, y1=TOP, y2=bottom, class_="limit")
    for number, row in enumerate(rows):
        top = TOP + ROW * number
        yield svg_text(LEFT, top + _WORDS, row.name)
        yield svg_text(RIGHT, top + _WORDS, row.said, "end", "number")
        yield tag("g", together(draw(row, axis, top + _DRAWN)), class_=row.kind or None)


def _upright(axis: Axis, form: Callable[[float], str], bottom: float) -> Iterator[Markup]:
    """Draw the grid of an axis that goes to the right, and what its ticks say."""
    for value in axis.ticks():
        at = axis.place(value)
        yield tag("line", x1=at, x2=at, y1=TOP, y2=bottom, class_="grid")
        side = "start" if at < LEFT + 12 else "end" if at > RIGHT - 12 else "middle"
        yield svg_text(at, bottom + 14, form(value), side, "tick")


def _dot(row: Row, axis: Axis, at: float) -> Iterator[Markup]:
    yield tag("line", x1=LEFT, x2=RIGHT, y1=at, y2=at, class_="rail")
    if row.low is not None and row.high is not None:
        low, high = axis.place(row.low), axis.place(row.high)
        yield tag("line", x1=low, x2=high, y1=at, y2=at, class_="reach")
        for end in (low, high):
            yield tag("line", x1=end, x2=end, y1=at - 5, y2=at + 5, class_="reach")
    yield tag(
        "circle", tag("title", f"{row.name} {row.said}"), cx=axis.place(row.value), cy=at, r=5
    )


def _bar(row: Row, axis: Axis, at: float) -> Iterator[Markup]:
    zero, end = axis.place(0.0), axis.place(row.value)
    if row.high is not None and row.high > row.value:
        yield tag(
            "rect", x=zero, y=at - 3, width=axis.place(row.high) - zero, height=6, class_="more"
        )
    title = tag("title", f"{row.name} {row.said}")
    yield tag("rect", title, x=zero, y=at - 5, width=max(end - zero, 1.0), height=10, rx=1)


def calibration(rows: Sequence[tuple[Row, float | None, float | None]], label: str) -> Markup:
    """Draw for each model how sure it is where it is right, and where it is wrong."""
    sure = [it for _row, *sides in rows for it in sides if it is not None]
    axis = Axis.over([min(sure, default=0.0) - 0.02, 1.0], LEFT + 6, RIGHT - 6).rounded()
    axis = axis.within(0.0, 1.0)

    both = {row: (right, wrong) for row, right, wrong in rows}

    def draw(row: Row, axis: Axis, at: float) -> Iterator[Markup]:
        right, wrong = both[row]
        yield tag("line", x1=LEFT, x2=RIGHT, y1=at, y2=at, class_="rail")
        if wrong is not None:
            where = axis.place(wrong)
            yield tag("rect", x=where - 4.5, y=at - 4.5, width=9, height=9, class_="wrong",
                      transform=f"rotate(45 {where:.2f} {at:g})")  # fmt: skip
        if right is not None:
            yield tag("circle", cx=axis.place(right), cy=at, r=5)

    return svg(tall(both), in_rows([*both], axis, percent, draw), label)


def curves(
    drawn: Sequence[Curve],
    label: str,
    units: tuple[str, Callable[[float], str]],
    best: tuple[float, str] | None = None,
) -> Markup | None:
    """Draw at most two curves; None if there is none of two points.

    Args:
        drawn: those without a point are left out.
        label: for a screen reader.
        units: the name of the x axis, and how a value of y is said.
        best: the x that is marked, and the word at it.
    """
    drawn = [curve for curve in drawn if curve.points]
    if not any(len(curve.points) > 1 for curve in drawn):
        return None
    points = [point for curve in drawn for point in curve.points]
    x = Axis.over([0.0, *(at for at, _ in points)], GUTTER, RIGHT)
    y = Axis.over([value for _, value in points], HEIGHT - 38, 34).rounded()
    parts = [*grid(x, y, *units)]
    if best:
        at = x.place(best[0])
        parts.append(tag("line", x1=at, x2=at, y1=34, y2=HEIGHT - 38, class_="best"))
        side = "end" if at > WIDTH - 60 else "start" if at < GUTTER + 30 else "middle"
        parts.append(svg_text(at, 29, best[1], side, "tick"))
    for number, curve in enumerate(drawn):
        parts += curve_of(curve, f"curve{number}", x, y, units[1])
        parts.append(tag("path", class_=f"curve{number}", d=f"M {GUTTER + 130 * number} 10 h 24"))
        parts.append(svg_text(GUTTER + 130 * number + 30, 14, curve.name))
    return svg(HEIGHT, parts, label)


def grid(x: Axis, y: Axis, unit: str, form: Callable[[float], str]) -> Iterator[Markup]:
    """Draw the grid of a square drawing, and what its ticks say; ``unit`` is that of x."""
    bottom = max(y.start, y.end)
    for value in y.ticks():
        at = y.place(value)
        yield tag("line", x1=GUTTER, x2=RIGHT, y1=at, y2=at, class_="grid")
        yield svg_text(GUTTER - 6, at + 4, form(value), "end", "tick")
    for value in x.ticks(whole=x.high >= 5):
        side = "end" if x.place(value) > RIGHT - 8 else "middle"
        yield svg_text(x.place(value), bottom + 16, f"{value:g}", side, "tick")
    yield svg_text((GUTTER + RIGHT) / 2, bottom + 32, unit, "middle", "tick")


def curve_of(
    curve: Curve, kind: str, x: Axis, y: Axis, form: Callable[[float], str]
) -> Iterator[Markup]:
    """Draw a curve, with a dot at each point if these are not many."""
    places = [(x.place(at), y.place(value)) for at, value in curve.points]
    yield tag("path", class_=kind, d="M " + " L ".join(f"{at:.1f} {up:.1f}" for at, up in places))
    if len(places) > _MOST_DOTS:
        return
    for (at, value), (left, top) in zip(curve.points, places, strict=True):
        title = tag("title", f"{form(value)} · {at:g}")
        yield tag("circle", title, class_=kind, cx=left, cy=top, r=3)


def scatter(spots: Sequence[Spot], label: str, unit: str, form: Callable[[float], str]) -> Markup:
    """Draw points with their names, and the line of those that no other one beats in both ways."""
    values = [spot.y for spot in spots]
    room = 0.3 * (max(values) - min(values)) or 0.01
    x = Axis.over([0.0, 1.1 * max(spot.x for spot in spots)], GUTTER, RIGHT)
    y = Axis.over([min(values) - room, max(values) + room], HEIGHT - 38, 14).within(0.0, 1.0)
    parts = [*grid(x, y, unit, form)]
    front = frontier(spots)
    path = [f"M {x.place(front[0].x):.1f} {y.place(front[0].y):.1f}"]
    for before, spot in pairwise(front):
        path.append(f"L {x.place(spot.x):.1f} {y.place(before.y):.1f}")
        path.append(f"L {x.place(spot.x):.1f} {y.place(spot.y):.1f}")
    parts.append(tag("path", class_="front", d=" ".join(path)))
    places = [(x.place(spot.x), y.place(spot.y)) for spot in spots]
    taken = [(left - 5, top - 7, left + 5, top + 7) for left, top in places]
    for spot, (left, top) in zip(spots, places, strict=True):
        title = tag("title", f"{spot.name} {spot.said}".strip())
        parts.append(tag("circle", title, cx=left, cy=top, r=5, class_=spot.kind or None))
        if not spot.name:
            continue
        box = _free(spot.name, left, top, taken)
        taken.append(box)
        parts.append(svg_text((box[0] + box[2]) / 2, box[3] - 3, spot.name, "middle"))
    return svg(HEIGHT, parts, label)


def _free(name: str, left: float, top: float, taken: Sequence[_Box]) -> _Box:
    """Return where a point's name goes: beside it, else below or above it, where nothing else is."""
    wide = 6.8 * len(name)
    middle = min(max(left - wide / 2, GUTTER), RIGHT - wide)
    places = [(left + 9, top - 7), (left - 9 - wide, top - 7)]
    places += [(middle, top + sign * step - 7) for step in range(15, 120, 14) for sign in (1, -1)]
    boxes = [(at, up, at + wide, up + 14) for at, up in places]
    fitting = [
        box
        for box in boxes
        if box[0] >= GUTTER and box[2] <= RIGHT and box[1] >= 0 and box[3] <= HEIGHT - 38
    ]
    return next(
        (box for box in fitting if not any(_overlap(box, other) for other in taken)), boxes[0]
    )


def _overlap(one: _Box, other: _Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def frontier(spots: Sequence[Spot]) -> list[Spot]:
    """Return the points that no other one beats in x (less is better) and y (more is), by x."""
    best: list[Spot] = []
    for spot in sorted(spots, key=lambda spot: (spot.x, -spot.y)):
        if not best or spot.y > best[-1].y:
            best.append(spot)
    return best
