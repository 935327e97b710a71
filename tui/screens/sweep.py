"""The sweep: its members side by side, live; one is opened, or two are compared."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType

from pipeline.errors import PaddockError
from pipeline.record.runs import STOPPED
from tui.appearance import current
from tui.keys import BY_ID, bindings
from tui.language import _
from tui.screens.base import PaddockScreen
from tui.screens.compare import CompareScreen
from tui.screens.sweep_options import SweepOptionsScreen
from tui.views import outlook
from tui.views.run import RunView
from tui.views.sweep import MemberView
from tui.widgets.line import Line
from tui.widgets.listing import Listing
from tui.widgets.sweep_summary import (
    detail_text,
    doubts_text,
    empty_text,
    standing_text,
    summary_text,
)
from tui.widgets.sweep_table import SweepTable

if TYPE_CHECKING:
    from tui.views.sweep_watch import SweepWatch

#: Seconds after which a person who started a sweep looks elsewhere.
_LONG = 60


class SweepScreen(PaddockScreen):
    """Follows the newest sweep of the project by its files."""

    TAB = "sweep"
    BINDINGS: ClassVar[list[BindingType]] = bindings("sweep")
    DEFAULT_CSS = """
    SweepScreen Line { padding: 0 1; }
    SweepScreen #summary { height: auto; max-height: 4; }
    SweepScreen #doubts { height: auto; max-height: 3; display: none; }
    SweepScreen #detail { height: auto; max-height: 7; background: $panel; }
    SweepScreen.-short #detail { max-height: 3; }
    """

    VERTICAL_BREAKPOINTS = [(0, "-short"), (20, "-tall")]  # noqa: RUF012 - as Textual declares it

    _watch: SweepWatch

    def compose_body(self) -> ComposeResult:
        self._watch = self.backend.sweeps.watch()
        yield Line(id="summary")
        yield Line(id="doubts")
        yield SweepTable()
        yield Line(id="detail")

    def on_mount(self) -> None:
        self._table.rows.focus()
        self._read_on()
        self.set_interval(current().pace.poll, self._read_on)
        self.set_interval(current().pace.clock, self._draw_times)

    @property
    def _table(self) -> SweepTable:
        return self.query_one(SweepTable)

    # What there is.

    @property
    def _is_on_swarm(self) -> bool:
        return self._watch.view.on_swarm and self._watch.is_on_swarm

    def standing_shown(self) -> str:
        return next(self.standing(self.paddock.view), Text()).plain

    def standing(self, view: RunView) -> Iterator[Text]:
        watch = self._watch
        yield from standing_text(watch.view, outlook.clock(), goes_on=watch.goes_on)

    def show_run(self, view: RunView) -> None:
        """The run on the other screens has no say here, but whether one goes on."""
        super().show_run(view)
        if self._watch.state != self.backend.state:
            self._watch = self.backend.sweeps.watch()

    def _read_on(self) -> None:
        """Take what is new; draw it, if anybody looks."""
        did_go_on = self._watch.goes_on
        changed = self._watch.poll()
        if did_go_on != self._watch.goes_on:
            self.refresh_bindings()
        if died := self._watch.died_before_start:
            self.paddock.tell(self.backend.why_it_died(died))
        elif did_go_on and not self._watch.goes_on:
            self._say_how_it_ended()
        if changed and self.is_on_top:
            self._draw()
        if not self._watch.is_caught_up:
            self.call_later(self._read_on)

    def on_screen_resume(self) -> None:
        if self.can_draw:
            self._draw()

    def _draw(self) -> None:
        view = self._watch.view
        self._table.show_sweep(view)
        doubts = self.query_one("#doubts", Line)
        told = doubts_text(view)
        doubts.display = bool(told)
        doubts.show(told)
        is_empty = not view.members and not view.name and not self._watch.goes_on
        empty = empty_text(self.paddock.key_shown("sweep.start"))
        self.query_one("#summary", Line).show(empty if is_empty else summary_text(view))
        self._draw_times()
        self.refresh_bindings()

    def _draw_times(self) -> None:
        """Let what counts time go on."""
        if self.is_on_top:
            self.show_run(self.paddock.view)
            self._show_detail()

    @on(Listing.Moved)
    def _came_to_row(self) -> None:
        self._show_detail()
        self.refresh_bindings()

    def _show_detail(self) -> None:
        member, detail = self._table.selected, self.query_one("#detail", Line)
        detail.display = member is not None
        if member is not None:
            hidden, width = self._table.hidden, self._table.size.width
            now = outlook.clock()
            detail.show(detail_text(self._watch.view, member, hidden, width, now))

    def _say_how_it_ended(self) -> None:
        view = self._watch.view
        if end := view.finished:
            if end.seconds > _LONG and end.code not in STOPPED:
                self.paddock.ring(f"paddock {view.project}")
            done, count = view.count("done"), len(view.members)
            said = _("The sweep is over: {done} of {count} members are done.")
            if count:  # else it refused, and why stands above
                self.notify(said.format(done=done, count=count))
        self.paddock.examine()  # its containers are gone now

    # Keys.

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer what there is to do at this moment; ``tui.keys`` says why not."""
        if action == "start":
            return (not self.paddock.run_goes_on and not self._watch.goes_on) or None
        if action == "stop":
            return self.paddock.run_goes_on or self._is_on_swarm or None
        if action in ("open", "mark", "compare"):
            member = self._table.selected
            return bool(member and member.run) or None
        return True

    def selected_name(self) -> str:
        member = self._table.selected
        return member.name if member else ""

    def own_page(self) -> Path | None:
        return self.backend.sweeps.page() or self.backend.sweeps.page(self.selected_name())

    @on(Listing.Chosen)
    def action_open(self) -> None:
        """Show the selected member's run on the other screens."""
        member = self._table.selected
        if member and member.run:
            self.paddock.follow_run(self.backend.sweeps.run(member.run))
        else:
            why_not = BY_ID["sweep.open"].unless
            self.notify(_(why_not))

    def action_mark(self) -> None:
        """Mark the selected member, or take its mark back."""
        if member := self._table.selected:
            self._table.rows.mark(member.name)

    def action_compare(self) -> None:
        """Compare the selected member with the marked one, else with the best of the others."""
        here, other = self._table.selected, self._other()
        if here is None or other is None:
            self.notify(_("There is no second member to compare with yet."), severity="warning")
            return
        before, now = (self.backend.sweeps.run(it.run) for it in (other, here))
        self.app.push_screen(CompareScreen(before, now, (other.name, here.name)))

    def _other(self) -> MemberView | None:
        view, here = self._watch.view, self._table.selected
        marked = view.members.get(self._table.rows.marked)
        if marked and marked is not here and marked.run:
            return marked
        best = (view.members[name] for name in view.ranked)
        return next((it for it in best if it is not here and it.run), None)

    def action_sort(self, step: int) -> None:
        self._table.sort(step)

    def action_turn(self) -> None:
        self._table.turn()

    def action_start(self) -> None:
        self.app.push_screen(SweepOptionsScreen(self.backend.sweeps), self._start)

    def _start(self, jobs: int | None) -> None:
        if jobs is None:
            return
        try:
            self._watch.launch(self.backend.sweeps.start(jobs))
        except (PaddockError, OSError) as error:
            self.paddock.tell(error)
            return
        self._read_on()

    def action_stop(self) -> None:
        if self._is_on_swarm:
            self.paddock.end_on_swarm()
        else:
            self.paddock.stop()
