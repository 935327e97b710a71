"""Everything about one stage: its log, its numbers and curves, its artifacts, where it came from."""

from __future__ import annotations

from typing import Literal, get_args

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.widget import Widget
from textual.widgets import ContentSwitcher

from tui.language import N_, _
from tui.progress import progress_sentence
from tui.views.run import StageView
from tui.widgets.artifact_list import ArtifactList
from tui.widgets.curves import Curves
from tui.widgets.facts import Facts, about, results_of
from tui.widgets.line import Line, clickable
from tui.widgets.log_view import LogView
from tui.widgets.marked import cursor_mark

Tab = Literal["log", "metrics", "files", "about"]
TABS: tuple[Tab, ...] = get_args(Tab)
_TITLES: dict[Tab, str] = {
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
        height: 1; padding: 0 1; display: none; text-wrap: nowrap; text-overflow: ellipsis;
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
        self._tabs_line, self._progress = Line(classes="tabs"), Line(classes="progress")
        self._switch, self._log = ContentSwitcher(initial=self.tab), LogView(id="log")
        self._note, self._curves, self._results = (
            Line(classes="note"),
            Curves(),
            Facts(id="results"),
        )
        self._files, self._about = ArtifactList(id="files"), Facts(id="facts")

    def compose(self) -> ComposeResult:
        yield self._tabs_line
        yield self._progress
        with self._switch:
            yield self._log
            with VerticalScroll(id="metrics"):
                yield self._note
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
        self.open(TABS[(TABS.index(self.tab) + 1) % len(TABS)])

    def show(self, stage: StageView) -> None:
        """Show ``stage`` as it is now."""
        self._stage = stage
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
        if self.tab == "log":
            self._log.open(stage.log, stage.name)
        elif self.tab == "metrics":
            self._draw_metrics(stage)
        elif self.tab == "files":
            self._files.show(stage.artifacts)
        else:
            self._about.show_facts(about(stage))

    def _draw_progress(self, stage: StageView) -> None:
        line, progress = self._progress, stage.progress
        line.set_class(progress is not None, "-shown")
        if progress is not None:
            loss = stage.curves.get("train_loss") if progress.unit == "steps" else None
            line.show(
                progress_sentence(progress, stage.seconds_left, loss[-1][1] if loss else None)
            )

    def _draw_metrics(self, stage: StageView) -> None:
        self._curves.show(stage.curves)
        self._results.show_facts(results_of(stage))
        self._note.set_class(not stage.curves and not stage.results, "-shown")
        self._note.show(_("No numbers yet."))

    def _tabs(self, stage: StageView) -> Text:
        line = Text()
        for tab in TABS:
            count = f" {len(stage.artifacts)}" if tab == "files" and stage.artifacts else ""
            mark = cursor_mark(has_keyboard=self.has_focus_within) if tab == self.tab else " "
            style = "bold reverse" if tab == self.tab else ""
            line.append(
                f"{mark}" + _(_TITLES[tab]) + f"{count} ", clickable(f"screen.tab('{tab}')", style)
            )
        line.append(f" {stage.name}", "bold")
        return line
