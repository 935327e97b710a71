"""Everything about one stage: its log, its numbers and curves, its artifacts, where it came from."""

from __future__ import annotations

from typing import Literal, get_args

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.widget import Widget
from textual.widgets import ContentSwitcher

from pipeline.text import one_line
from tui.language import N_, _, translated
from tui.progress import progress_sentence
from tui.views import outlook
from tui.views.outlook import stage_outlook
from tui.views.results import results_of
from tui.views.run import StageView
from tui.widgets.artifact_list import ArtifactList
from tui.widgets.curves import Curves
from tui.widgets.facts import Facts, about
from tui.widgets.line import Line, clickable
from tui.widgets.log_view import LogView
from tui.widgets.marked import cursor_mark
from tui.widgets.result_card import ResultCard
from tui.words import PURPOSES

Tab = Literal["result", "log", "metrics", "files", "about"]
TABS: tuple[Tab, ...] = get_args(Tab)
_TITLES: dict[Tab, str] = {
    "result": N_("Result"),
    "log": N_("Log"),
    "metrics": N_("Metrics"),
    "files": N_("Files"),
    "about": N_("About"),
}


class StageDetail(Vertical):
    """Tabs over the views of one stage; what is not in view is not drawn."""

    DEFAULT_CSS = """
    StageDetail > .tabs { height: 1; padding: 0 1; background: $panel; }
    StageDetail > .progress {
        height: auto; max-height: 2; padding: 0 1; display: none;
    }
    StageDetail > .progress.-shown { display: block; }
    StageDetail ContentSwitcher { height: 1fr; }
    StageDetail .note { padding: 0 1; color: $text-muted; display: none; }
    StageDetail .note.-shown { display: block; }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.tab: Tab = "log"
        self._stage: StageView | None = None
        self._last: StageView | None = None
        self._tabs_line, self._progress = Line(classes="tabs"), Line(classes="progress")
        self._switch, self._log = ContentSwitcher(initial=self.tab), LogView(id="log")
        self._note, self._curves, self._results = (
            Line(classes="note"),
            Curves(),
            Facts(id="results"),
        )
        self.card, self._shows_result = ResultCard(id="result"), False
        self._files, self._about = ArtifactList(id="files"), Facts(id="facts")

    def compose(self) -> ComposeResult:
        yield self._tabs_line
        yield self._progress
        yield self._note
        with self._switch:
            yield self.card
            yield self._log
            with VerticalScroll(id="metrics"):
                yield self._curves
                yield self._results
            yield self._files
            with VerticalScroll(id="about"):
                yield self._about

    def on_mount(self) -> None:
        self._switch.current = self.tab
        self._draw()

    def open(self, tab: Tab) -> None:
        """Show a tab."""
        self.tab = tab
        if self.is_mounted:
            self._switch.current = tab
            self._draw()

    def on_descendant_focus(self) -> None:
        self._draw()

    def on_descendant_blur(self) -> None:
        self._draw()

    def next_tab(self) -> None:
        """Show the tab after this one."""
        self.open(self.tabs[(self.tabs.index(self.tab) + 1) % len(self.tabs)])

    @property
    def tabs(self) -> tuple[Tab, ...]:
        """The tabs that there are: the result only where a run has one."""
        return TABS if self._shows_result else TABS[1:]

    def offer_result(self, *, is_there: bool, at_once: bool) -> None:
        """Take the result among the tabs, or out of them; show it ``at_once`` when it has just come."""
        if is_there != self._shows_result:
            self._shows_result = is_there
            if is_there and at_once:
                self.open("result")
            elif self.tab == "result":
                self.open("log")

    def show(self, stage: StageView, last: StageView | None = None) -> None:
        """Show ``stage`` as it is now; ``last`` is the same as it ran before."""
        if self._stage and self._stage.name != stage.name and self.tab == "result":
            self.open("log")  # who goes through the stages looks at them
        self._stage, self._last = stage, last
        if self.is_mounted:
            self._draw()

    @property
    def view(self) -> Widget:
        """The widget in view, which takes the keys."""
        return self.query_one(f"#{self.tab}")

    def _draw(self) -> None:
        stage = self._stage
        if stage is None:
            return
        self._tabs_line.show(self._tabs(stage))
        self._draw_progress(stage)
        self._draw_note(stage)
        if self.tab == "result":
            return
        if self.tab == "log":
            empty = nothing_yet(stage, "log") if stage.log else " "
            self._log.open(stage.log, stage.name, empty)
        elif self.tab == "metrics":
            self._curves.show_curves(stage)
            self._results.show_facts(results_of(stage))
        elif self.tab == "files":
            self._files.show(stage.artifacts)
        else:
            self._about.show_facts(about(stage))

    def _draw_note(self, stage: StageView) -> None:
        """Say what will stand where nothing is yet; a log that has a file says it itself."""
        is_empty = {
            "log": stage.log is None,
            "metrics": not stage.curves and not stage.results,
            "files": not stage.artifacts,
        }.get(self.tab, False)
        self._note.set_class(is_empty, "-shown")
        self._note.show(nothing_yet(stage, self.tab) if is_empty else "")

    def _draw_progress(self, stage: StageView) -> None:
        line, progress = self._progress, stage.progress
        is_shown = progress is not None and stage.state == "running"
        line.set_class(is_shown, "-shown")
        if progress is not None and is_shown:
            loss = stage.curves.get("train_loss") if progress.unit == "steps" else None
            left = stage_outlook(stage, self._last, outlook.clock()).left
            line.show(progress_sentence(progress, left, loss[-1][1] if loss else None))

    def _tabs(self, stage: StageView) -> Text:
        line = Text()
        for tab in self.tabs:
            count = f" {len(stage.artifacts)}" if tab == "files" and stage.artifacts else ""
            mark = cursor_mark(has_keyboard=self.has_focus_within) if tab == self.tab else " "
            style = "bold reverse" if tab == self.tab else ""
            line.append(
                f"{mark}" + _(_TITLES[tab]) + f"{count} ", clickable(f"screen.tab('{tab}')", style)
            )
        line.append(f" {stage.name}", "bold")
        return line


#: What will stand in a view once the stage has run.
_EXPECTED: dict[Tab, str] = {
    "log": N_("Its log will stand here."),
    "metrics": N_("Its numbers and curves will stand here."),
    "files": N_("The files that it makes will stand here, with size, MD5 and SHA-256."),
}
_LACKING: dict[Tab, str] = {
    "log": N_("it wrote nothing to its log"),
    "metrics": N_("it left no numbers"),
    "files": N_("it made no files"),
}


def nothing_yet(stage: StageView, tab: Tab) -> str:
    """Return why a view of a stage is empty, and what will stand there."""
    if stage.state == "skipped":
        return _("{stage} is skipped: {reason}").format(
            stage=stage.name, reason=one_line(translated(stage.reason))
        )
    if stage.state in ("waiting", "running", "unreached"):
        purpose = _(PURPOSES[stage.name]) if stage.name in PURPOSES else ""
        said = _("{stage} {purpose}.").format(stage=stage.name, purpose=purpose) if purpose else ""
        expected = _(_EXPECTED[tab]) if tab in _EXPECTED else ""
        return f"{said} {expected}".strip()
    if tab == "log" and stage.log is None:
        return _("{stage}: its log went with the record of its run").format(stage=stage.name)
    return f"{stage.name}: " + _(_LACKING[tab])
