"""Columns of text in a terminal's cells: a CJK character takes two, a combining mark none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from rich.cells import cell_len
from rich.text import Text

from tui.appearance import symbol

Side = Literal["left", "right"]
#: Cells between two columns.
GAP = 2


def fitted(text: Text, width: int) -> Text:
    """Return ``text`` in ``width`` cells at most, its end left out where it is longer."""
    if text.cell_len <= width:
        return text
    mark = symbol("ellipsis") if width > len(symbol("ellipsis")) else ""
    short = text.copy()
    short.truncate(max(0, width - cell_len(mark)), overflow="crop")
    short.append(mark)
    return short


def padded(text: Text | str, width: int, side: Side = "left") -> Text:
    """Return ``text`` in exactly ``width`` cells."""
    short = fitted(Text(text) if isinstance(text, str) else text, width)
    space = " " * (width - short.cell_len)
    parts = (space, short) if side == "right" else (short, space)
    return Text.assemble(*parts)  # a style of the text stays on it


def widest(cells: Iterable[str | Text], most: int = 10_000) -> int:
    """Return the width of the widest cell, ``most`` at most."""
    widths = (cell.cell_len if isinstance(cell, Text) else cell_len(cell) for cell in cells)
    return min(most, max(widths, default=0))


def joined(cells: Sequence[Text]) -> Text:
    """Return the cells of a row, side by side."""
    return Text(" " * GAP).join(cells)


def flowing(items: Iterable[Text], width: int) -> Text:
    """Return the items one after the other, on as many lines as they need; none is broken."""
    lines: list[Text] = []
    for item in items:
        if lines and lines[-1].cell_len + GAP + item.cell_len <= width:
            lines[-1] = joined([lines[-1], item])
        else:
            lines.append(fitted(item, width))
    return Text("\n").join(lines)
