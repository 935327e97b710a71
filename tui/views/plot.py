"""Curves drawn with characters: round ticks at equal distances, named axes, the best point, the last value.

A character of braille has two by four dots, so a line is finer than the rows; ASCII has one mark a cell.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from rich.cells import cell_len
from rich.text import Text

from tui.appearance import current

Point = tuple[float, float]

_STYLES = ("bold cyan", "yellow")
#: Dots of a braille cell by column and by row from below, as bits of its character.
_DOTS = ((0x40, 0x04, 0x02, 0x01), (0x80, 0x20, 0x10, 0x08))
#: Rows that are no curve: the title, the line of the x axis, and its numbers.
_AROUND = 3
#: Rows between two ticks of the y axis, and cells between two of the x axis, at least.
_NEAREST_ROWS, _NEAREST_CELLS = 2, 7


@dataclass(frozen=True)
class Drawn:
    """A curve: a line, or points of their own. ``is_share``: its values are percentages."""

    name: str
    points: Sequence[Point]
    is_share: bool = False
    best: Point | None = None


@dataclass(frozen=True)
class Axis:
    """Round numbers from ``low`` on, ``step`` apart, ``between`` cells from each other."""

    low: float
    step: float
    count: int
    between: int

    @property
    def length(self) -> int:
        """Cells from the first number to the last."""
        return self.count * self.between

    @property
    def ticks(self) -> list[float]:
        """The numbers."""
        return [self.low + number * self.step for number in range(self.count + 1)]

    def cell(self, value: float) -> float:
        """Return where a value is, in cells from the first number."""
        return (value - self.low) / self.step * self.between

    def said(self, value: float, *, is_share: bool = False) -> str:
        """Return a number with as many digits as tell two neighbours apart."""
        scale = 100 if is_share else 1
        digits = max(0, -math.floor(math.log10(self.step * scale) + 1e-9))
        return f"{value * scale + 0.0:.{digits}f}" + ("%" if is_share else "")


def axis(values: Sequence[float], cells: int, nearest: int) -> Axis:
    """Return the axis that uses most of ``cells``, with ticks ``nearest`` cells or more from each other."""
    low, high = min(values), max(values)
    if not high > low:
        high = low + (abs(low) or 1.0)
    first = math.floor(math.log10((high - low) / cells))
    found: list[Axis] = []
    for step in (digit * 10.0**power for power in range(first, first + 4) for digit in (1, 2, 5)):
        bottom = math.floor(low / step + 1e-9) * step
        count = max(1, math.ceil((high - bottom) / step - 1e-9))
        if (between := cells // count) >= nearest:
            found.append(Axis(bottom, step, count, between))
    if not found:  # above and below 0, in next to no room
        return Axis(low, high - low, 1, cells)
    # a number in between if there is room; then as large as it can be, and with more numbers
    return max(found, key=lambda it: (it.count > 1, (high - low) / it.step * it.between, it.count))


@dataclass
class _Canvas:
    """Cells from the left, and from below. Dots of lines, and marks that stand on them."""

    width: int
    height: int
    dots: dict[tuple[int, int], int] = field(default_factory=dict)
    marks: dict[tuple[int, int], tuple[str, str]] = field(default_factory=dict)

    def mark(self, x: float, y: float, mark: str, style: str) -> None:
        cell = min(self.width - 1, round(x)), min(self.height - 1, round(y))
        self.marks[cell] = (mark, style)

    def line(self, points: Sequence[Point], style: str) -> None:
        """Join the points, which are in cells."""
        fine = not current().ascii_only
        for (x0, y0), (x1, y1) in zip(points, [*points[1:], points[-1]], strict=True):
            steps = max(1, math.ceil(max(abs(x1 - x0) * 2, abs(y1 - y0) * 4)))
            for number in range(steps + 1):
                x, y = x0 + (x1 - x0) * number / steps, y0 + (y1 - y0) * number / steps
                if fine:
                    self._dot(math.floor(x * 2 + 0.5), math.floor(y * 4 + 1.5))
                else:
                    self.mark(x, y, "*", style)

    def _dot(self, x: int, y: int) -> None:
        cell = min(self.width - 1, x // 2), min(self.height - 1, y // 4)
        self.dots[cell] = self.dots.get(cell, 0) | _DOTS[x % 2][y % 4]

    def row(self, y: int) -> Text:
        """Return a row; the first curve's dots have the first style."""
        row = Text()
        for x in range(self.width):
            mark, style = self.marks.get((x, y), ("", ""))
            dots = self.dots.get((x, y), 0)
            row.append(mark or (chr(0x2800 + dots) if dots else " "), style or _STYLES[0])
        return row


def plot(curves: Sequence[Drawn], width: int, height: int, x_name: str, more: str = "") -> Text:
    """Return one or two curves in ``height`` lines; ``more`` is said behind their names.

    Args:
        curves: the first is a line, the second points; each has a finite point at least.
        width: in cells.
        height: in lines.
        x_name: what the x axis counts.
        more: about the curves, such as the best point.
    """
    every = [point for curve in curves for point in curve.points]
    is_share = all(curve.is_share for curve in curves)
    up = axis([y for _, y in every], max(_NEAREST_ROWS, height - _AROUND - 1), _NEAREST_ROWS)
    numbers = [up.said(value, is_share=is_share) for value in up.ticks]
    left = max(map(len, numbers)) + 1
    ends = [_value(curve.points[-1][1], is_share=is_share) for curve in curves]
    room = width - left - max(map(len, ends)) - 3
    if room < _NEAREST_CELLS:
        return _title(curves, more, width)
    along = axis([x for x, _ in every], room, _NEAREST_CELLS)
    canvas = _Canvas(along.length + 1, up.length + 1)
    for curve, style, mark in zip(curves, _STYLES, ("", _points_mark()), strict=False):
        cells = [(along.cell(x), up.cell(y)) for x, y in curve.points]
        if mark:
            for x, y in cells:
                canvas.mark(x, y, mark, style)
        else:
            canvas.line(cells, style)
        if curve.best:
            canvas.mark(
                along.cell(curve.best[0]), up.cell(curve.best[1]), best_mark(), "bold green"
            )
    lines = [_title(curves, more, width), *_rows(canvas, up, numbers, left)]
    for curve, end, style in zip(curves, ends, _STYLES, strict=False):
        _write_end(lines, round(up.cell(curve.points[-1][1])), end, style, left + along.length + 4)
    lines += _below(along, left, x_name, width)
    return Text("\n").join([*lines, *[Text()] * (height - len(lines))])


def best_mark() -> str:
    """Return what the best point is marked with."""
    return "@" if current().ascii_only else "◆"


def _points_mark() -> str:
    return "o" if current().ascii_only else "•"


def _value(value: float, *, is_share: bool) -> str:
    return f"{value:.2%}" if is_share else f"{value:.3g}"


def _title(curves: Sequence[Drawn], more: str, width: int) -> Text:
    """Name the curves, each with how it is drawn where there are two."""
    title = Text()
    samples = ("**" if current().ascii_only else "⠤⠤", _points_mark())
    for curve, sample, style in zip(curves, samples, _STYLES, strict=False):
        if len(curves) > 1:
            title.append(f"{sample} ", style)
        title.append(f"{curve.name}  ", "bold")
    if more and title.cell_len + cell_len(more) <= width:
        title.append(more)
    title.truncate(width)
    return title


def _rows(canvas: _Canvas, up: Axis, numbers: Sequence[str], left: int) -> Iterator[Text]:
    bar, tick = ("|", "+") if current().ascii_only else ("│", "┤")
    for y in range(up.length, -1, -1):
        number, rest = divmod(y, up.between)
        head = f"{numbers[number] if not rest else '':>{left - 1}} {bar if rest else tick}"
        yield Text(head, "dim") + canvas.row(y)


def _write_end(lines: list[Text], row: int, end: str, style: str, column: int) -> None:
    """Write a curve's last value behind its end; a line lower, or higher, where another one stands."""
    last = len(lines) - 1
    for place in (last - row, last - row + 1, last - row - 1):
        if 0 < place <= last and lines[place].cell_len < column:
            lines[place].append(" " * (column - lines[place].cell_len - 1) + end, style)
            return


def _below(along: Axis, left: int, name: str, width: int) -> Iterator[Text]:
    """Give the line of the x axis and its numbers, the name behind the last one."""
    corner, line, tick = ("+", "-", "+") if current().ascii_only else ("└", "─", "┬")
    yield Text(
        " " * left + corner + (tick + line * (along.between - 1)) * along.count + tick, "dim"
    )
    numbers = ""
    for number, value in enumerate(along.ticks):
        said = along.said(value)
        numbers = numbers.ljust(left + 1 + number * along.between - len(said) // 2) + said
    if cell_len(numbers) + cell_len(name) + 1 <= width:
        numbers += f" {name}"
    yield Text(numbers, "dim")
