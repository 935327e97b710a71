"""Which columns of a sweep have room on the screen, and how wide each is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from rich.cells import cell_len
from rich.text import Text

from pipeline.sweep.table import Row
from pipeline.text import one_line
from tui.appearance import symbol
from tui.language import _
from tui.views.sweep import MemberView, SweepView
from tui.widgets.columns import GAP, joined, padded, widest
from tui.widgets.header import shortened
from tui.widgets.sweep_columns import Cell, Column

#: The first columns are always shown; a name is cut so far as that, and so that a test's accuracy has room.
_ALWAYS, _LEAST_NAME, _MOST_NAME, _FOR_TEST = 4, 12, 40, 9
#: A verdict in words has room in so many cells.
_MOST_STATE = 22


@dataclass(frozen=True)
class Place:
    """A column that has room: under which head, and how wide it is."""

    column: Column
    head: str
    cell: Cell
    width: int


@dataclass(frozen=True)
class Layout:
    """The columns that there is room for."""

    places: tuple[Place, ...]

    def shows(self, title: str) -> bool:
        """Whether all that a column says has room."""
        return any(it.head == title for it in self.places)

    def heads(self, sorted_by: str, *, turned: bool) -> Text:
        """Return the heads; that of the column that one sorts by has the direction."""
        cells = []
        for place in self.places:
            head = Text(one_line(_(place.head)), "bold")
            if place.column.title == sorted_by:
                falls = place.column.best_last != turned
                head = Text(f"{head.plain}{symbol('down' if falls else 'up')}", "bold reverse")
            cells.append(padded(head, place.width, place.column.side))
        return joined(cells)

    def row(self, member: MemberView, row: Row | None) -> Text:
        """Return the cells of a member; of a name that is too long the ends are kept."""
        cells = []
        for place in self.places:
            cell = place.cell(member, row)
            if place.column.title == "member":
                cell = Text(shortened(cell.plain, place.width))
            cells.append(padded(cell, place.width, place.column.side))
        return joined(cells)


def layout(view: SweepView, columns: Sequence[Column], sorted_by: str, width: int) -> Layout:
    """Choose what has room in ``width`` cells: the first columns, what one sorts by, then what fits."""
    always = [*columns[:_ALWAYS], *(it for it in columns[_ALWAYS:] if it.title == sorted_by)]
    chosen = {it.title: _place(view, it, sorted_by) for it in always}
    taken = sum(it.width + GAP for it in chosen.values()) - GAP
    room = width - taken - (_FOR_TEST if len(always) == _ALWAYS else 0)
    name = chosen["member"]
    needed = min(name.width, _MOST_NAME, max(_LEAST_NAME, name.width + room))
    chosen["member"] = replace(name, width=needed)
    taken += needed - name.width
    for column in columns[_ALWAYS:]:
        if column.title in chosen:
            continue
        for place in _ways(view, column, sorted_by):
            if taken + GAP + place.width <= width:
                chosen[column.title] = place
                taken += GAP + place.width
                break
    state = chosen["state"]
    chosen["state"] = replace(state, width=min(_MOST_STATE, state.width + width - taken))
    return Layout(tuple(chosen[it.title] for it in columns if it.title in chosen))


def _ways(view: SweepView, column: Column, sorted_by: str) -> list[Place]:
    """Return how a column can be shown, the best first."""
    whole = _place(view, column, sorted_by)
    if column.short is None:
        return [whole]
    head, cell, width = column.short
    return [whole, Place(column, head, cell, max(width, cell_len(_(head))))]


def _place(view: SweepView, column: Column, sorted_by: str) -> Place:
    head = cell_len(one_line(_(column.title))) + int(column.title == sorted_by)
    width = column.width or widest(column.cell(it, None) for it in view.members.values())
    return Place(column, column.title, column.cell, max(head, width))
