"""Choosing what runs: the first and the last stage, which are forced, held to the lock or not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from pipeline.errors import PaddockError
from pipeline.plan.stages import STAGES
from pipeline.run.options import Options
from pipeline.text import one_line, unfolded
from stages.message import text_of
from tui.appearance import symbol
from tui.keys import bindings
from tui.language import _, translated
from tui.widgets.footer import Footer
from tui.widgets.line import Line
from tui.widgets.marked import MarkedList
from tui.words import plan_line

if TYPE_CHECKING:
    from pipeline.plan.planner import Step
    from tui.backend import Backend


class RunOptionsScreen(ModalScreen[Options | None]):
    """Shows the plan and what was chosen; gives the options, or None if it was closed."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("options"), *bindings("dialog")]
    DEFAULT_CSS = """
    RunOptionsScreen { align: center middle; }
    RunOptionsScreen #box {
        width: 100%; max-width: 100; height: auto; max-height: 100%; padding: 0 1;
        border: round $accent; background: $surface;
    }
    RunOptionsScreen OptionList { height: auto; padding: 0; }
    RunOptionsScreen OptionList, RunOptionsScreen OptionList:focus {
        border: none; background: $surface;
    }
    RunOptionsScreen Line { height: auto; margin-top: 1; }
    RunOptionsScreen Footer { margin-top: 1; dock: none; }
    """

    def __init__(self, backend: Backend, selected: str = "") -> None:
        super().__init__()
        self._backend, self._selected = backend, selected
        self._first, self._last = 0, len(STAGES) - 1
        self._forced: set[str] = set()
        self._locked = False
        self._plan: dict[str, str] = {}

    def compose(self) -> ComposeResult:
        with Vertical(id="box") as box:
            box.border_title = _("What runs")
            yield MarkedList(*(Option(name, id=name) for name in STAGES), markup=False)
            yield Line(id="summary")
            yield Footer()

    def on_mount(self) -> None:
        if self._selected in STAGES:
            self.query_one(OptionList).highlighted = STAGES.index(self._selected)
        self._draw()
        self._make_plan()

    @work(thread=True, group="plan", exclusive=True)
    def _make_plan(self) -> None:
        try:
            self.call_later(self._show_plan, self._backend.plan())
        except (PaddockError, OSError) as error:
            self.call_later(self._show_plan, (), text_of(error))

    def _show_plan(self, steps: Sequence[Step], problem: str = "") -> None:
        self._plan = {step.stage: plan_line(step.action, step.reason) for step in steps}
        if problem:
            self.query_one("#box").border_subtitle = unfolded(translated(problem))
        self._draw()

    def _draw(self) -> None:
        stages = self.query_one(OptionList)
        for place, name in enumerate(STAGES):
            stages.replace_option_prompt(name, self._row(place, name))
        locked = _("held to paddock.lock") if self._locked else _("not held to paddock.lock")
        chosen = _("From {first} until {last}, {locked}.").format(
            first=STAGES[self._first], last=STAGES[self._last], locked=locked
        )
        self.query_one("#summary", Line).show(chosen)

    def _row(self, place: int, name: str) -> Text:
        row = Text(f"{name:<8} ", "bold")
        if not self._first <= place <= self._last:
            return row.append(f"{symbol('skipped')} " + _("left out"), "dim")
        if name in self._forced:
            return row.append(f"{symbol('running')} " + _("forced"))
        return row.append(one_line(self._plan.get(name, "")), "not bold")

    def _place(self) -> int:
        return self.query_one(OptionList).highlighted or 0

    # Keys.

    def action_begin_here(self) -> None:
        self._first = self._place()
        self._last = max(self._first, self._last)
        self._draw()

    def action_end_here(self) -> None:
        self._last = self._place()
        self._first = min(self._first, self._last)
        self._draw()

    def action_toggle_force(self) -> None:
        self._forced ^= {STAGES[self._place()]}
        self._draw()

    def action_toggle_locked(self) -> None:
        self._locked = not self._locked
        self._draw()

    @on(OptionList.OptionSelected)
    def action_start_run(self) -> None:
        forced = frozenset(name for name in self._forced if self._is_inside(name))
        first, last = STAGES[self._first], STAGES[self._last]
        self.dismiss(Options(first, last, forced, locked=self._locked))

    def _is_inside(self, name: str) -> bool:
        return self._first <= STAGES.index(name) <= self._last
