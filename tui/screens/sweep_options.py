"""Before a sweep starts: what it would do, about how long, and how many members at once."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.worker import get_current_worker

from pipeline.errors import PaddockError
from pipeline.text import one_line
from tui.appearance import symbol
from tui.keys import bindings
from tui.language import _, ngettext
from tui.screens.plain import failure_text
from tui.views.sweep_plan import fates_short, plan_lines
from tui.widgets.columns import padded, widest
from tui.widgets.footer import Footer
from tui.widgets.line import Line
from tui.widgets.listing import Listing

if TYPE_CHECKING:
    from pipeline.sweep.plan import SweepPlan
    from tui.sweeps import Sweeps

#: Cells for a member's name.
_LONGEST = 30


class SweepOptionsScreen(ModalScreen[int | None]):
    """Gives how many members at once are wanted, or None if it was closed."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("sweeping"), *bindings("dialog", "close")]
    DEFAULT_CSS = """
    SweepOptionsScreen { align: center middle; }
    SweepOptionsScreen #box {
        width: 100%; max-width: 110; height: auto; max-height: 100%; padding: 0 1;
        border: round $accent; background: $surface;
    }
    SweepOptionsScreen Listing { height: auto; max-height: 30vh; padding: 0; }
    SweepOptionsScreen #summary, SweepOptionsScreen #jobs { margin-top: 1; }
    SweepOptionsScreen Footer { margin-top: 1; dock: none; }
    """

    def __init__(self, sweeps: Sweeps) -> None:
        super().__init__()
        self._sweeps, self._jobs, self._most = sweeps, 1, 1
        self._plan: SweepPlan | None = None

    def compose(self) -> ComposeResult:
        with Vertical(id="box") as box:
            box.border_title = _("What the sweep would do")
            yield Listing(id="planned")
            yield Line(id="summary")
            yield Line(id="jobs")
            yield Footer()

    def on_mount(self) -> None:
        self.query_one("#summary", Line).show(_("planning") + f" {symbol('ellipsis')}")
        self._make_plan()

    @work(thread=True, group="plan", exclusive=True)
    def _make_plan(self) -> None:
        worker = get_current_worker()

        def check() -> None:
            if worker.is_cancelled:  # it was closed, and would wait for a model that is fetched
                raise PaddockError("")

        try:
            show = partial(self._show_plan, *self._sweeps.plan(check))
        except (PaddockError, OSError) as error:
            show = partial(self._say_why_not, error)
        if not worker.is_cancelled:
            self.call_later(show)

    def _say_why_not(self, error: Exception) -> None:
        self.query_one("#summary", Line).show(failure_text(error))

    def _show_plan(self, plan: SweepPlan, most: int) -> None:
        self._plan = plan
        self._most = min(most, len(plan.members))
        width = widest((it.name for it in plan.members), _LONGEST)
        listing = self.query_one(Listing)
        listing.show_rows(
            len(plan.members),
            lambda index, _width: Text.assemble(
                padded(Text(one_line(plan.members[index].name), "bold"), width),
                "  ",
                fates_short(plan.members[index]),
            ),
        )
        listing.focus()
        self._draw()
        self.refresh_bindings()

    def _draw(self) -> None:
        if self._plan is None:
            return
        self.query_one("#summary", Line).show("\n".join(plan_lines(self._plan, self._jobs)))
        said = ngettext("{count} member at once", "{count} members at once", self._jobs)
        room = _("the engine has room for {most} by their limits")
        text = Text(said.format(count=self._jobs), "bold")
        text.append("  " + room.format(most=self._most), "not bold dim")
        if self._jobs > 1:
            text.append(
                "\n" + _("each slows the others: compare times of one at once only"), "not bold dim"
            )
        self.query_one("#jobs", Line).show(text)

    # Keys.

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer to start what is planned, and as many at once as fit."""
        if action == "start_sweep":
            return self._plan is not None or None
        if action == "jobs":
            return 1 <= self._jobs + int(str(parameters[0])) <= self._most or None
        return True

    def action_jobs(self, step: int) -> None:
        self._jobs = max(1, min(self._most, self._jobs + step))
        self._draw()
        self.refresh_bindings()

    @on(Listing.Chosen)
    def action_start_sweep(self) -> None:
        if self._plan is not None:
            self.dismiss(self._jobs)
