"""The members of a sweep, a row each, in the order of a column that one chooses."""

from __future__ import annotations

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.geometry import Region

from tui.appearance import symbol
from tui.views.sweep import MemberView, SweepView
from tui.widgets.line import Line, looks_same
from tui.widgets.listing import MarkingList
from tui.widgets.sweep_columns import Column, columns_of, in_order
from tui.widgets.sweep_layout import Layout, layout

#: What stands before a row: the cursor and the padding; and before its cells: the mark of a comparison.
_MARGIN, _MARK = 4, 2


class MemberRows(MarkingList):
    """Members in an order."""

    def __init__(self) -> None:
        super().__init__(id="members")
        self.members: list[MemberView] = []
        self._view = SweepView()
        self._layout = Layout(())
        self._drawn: dict[int, Text] = {}

    @property
    def selected(self) -> MemberView | None:
        """The member under the cursor."""
        return self.members[self.cursor] if self.cursor < len(self.members) else None

    def show_members(self, view: SweepView, members: list[MemberView], laid_out: Layout) -> None:
        """Show members in this order; the cursor stays on its member."""
        is_same = laid_out is self._layout and members == self.members
        held = self.selected
        self._view, self.members, self._layout = view, members, laid_out
        if is_same:
            self._draw_changed()
            return
        self._drawn.clear()
        cursor = next((n for n, it in enumerate(members) if held and it.name == held.name), None)
        self.show_rows(len(members), self._cells, cursor=cursor)

    def draw_mark(self) -> None:
        """Draw only the rows that have another one."""
        self._draw_changed()

    def _draw_changed(self) -> None:
        """Paint those of the visible rows anew that say something else than before."""
        width = max(0, self.scrollable_content_region.width - _MARK)
        top = self.scroll_offset.y
        for y in range(self.scrollable_content_region.height):
            if top + y >= len(self._shown):
                break
            row = self._shown[top + y]
            before = self._drawn.get(row)
            if before is not None and not looks_same(before, self._told(row, width)):
                self.refresh(Region(0, y, self.size.width, 1))

    def _cells(self, index: int, width: int) -> Text:
        told = self._told(index, width)
        if width < self.size.width:  # not where it is only searched
            self._drawn[index] = told
        return told

    def _told(self, index: int, _width: int) -> Text:
        member = self.members[index]
        mark = symbol("full") if member.name == self.marked else " "
        row = self._layout.row(member, self._view.ranked.get(member.name))
        return Text.assemble((f"{mark} ", "bold"), row)


class SweepTable(Vertical):
    """Heads and rows. ``sorted_by`` is the title of the column that one sorts by."""

    DEFAULT_CSS = """
    SweepTable { height: 1fr; }
    SweepTable #heads { height: 1; padding: 0 1; background: $panel; text-wrap: nowrap; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._heads, self.rows = Line(id="heads"), MemberRows()
        self._view: SweepView | None = None
        self._columns: tuple[Column, ...] = ()
        self._layout, self._laid_out_for = Layout(()), tuple[object, ...]()
        self._order: list[MemberView] = []
        self._ordered_for: tuple[object, ...] = ()
        self.sorted_by, self.turned = "rank", False

    def compose(self) -> ComposeResult:
        yield self._heads
        yield self.rows

    def on_resize(self) -> None:
        self._draw()

    @property
    def selected(self) -> MemberView | None:
        """The member under the cursor."""
        return self.rows.selected

    @property
    def hidden(self) -> tuple[Column, ...]:
        """The columns for which there is no room, or not for all that they say."""
        return tuple(it for it in self._columns if not self._layout.shows(it.title))

    def show_sweep(self, view: SweepView) -> None:
        """Draw what changed in the sweep."""
        self._view = view
        self._draw()

    def sort(self, step: int) -> None:
        """Sort by the next column, or the one before."""
        titles = [it.title for it in self._columns]
        if titles:
            place = titles.index(self.sorted_by) + step
            self.sorted_by, self.turned = titles[place % len(titles)], False
            self._draw()

    def turn(self) -> None:
        """Sort the other way round."""
        self.turned = not self.turned
        self._draw()

    def _draw(self) -> None:
        view, width = self._view, self.size.width - _MARGIN - _MARK
        if view is None or width < 1:
            return
        laid_out_for = (view.name, len(view.members), view.varied, view.on_swarm, width)
        if (laid_out_for, self.sorted_by) != self._laid_out_for:
            self._laid_out_for = laid_out_for, self.sorted_by
            self._columns = columns_of(view)
            if self.sorted_by not in {it.title for it in self._columns}:
                self.sorted_by = self._columns[0].title
            self._layout = layout(view, self._columns, self.sorted_by, width)
        heads = self._layout.heads(self.sorted_by, turned=self.turned)
        self._heads.visible = bool(view.members)
        self._heads.show(Text(" " * (_MARGIN - 2 + _MARK)).append_text(heads))
        ordered_for = (self._laid_out_for, view.version, self.turned)
        if ordered_for != self._ordered_for:
            column = next(it for it in self._columns if it.title == self.sorted_by)
            self._order = in_order(view, column, turned=self.turned)
            self._ordered_for = ordered_for
        self.rows.show_members(view, self._order, self._layout)
