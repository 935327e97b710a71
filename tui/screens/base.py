"""What all screens share: header, footer, and hearing of the run's events."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from rich.text import Text
from textual.app import ComposeResult
from textual.screen import Screen

from pipeline.text import human_seconds, one_line
from tui.appearance import symbol
from tui.language import N_, _
from tui.screens.inside import InsideScreen
from tui.views import outlook
from tui.views.run import RunView
from tui.widgets.footer import Footer
from tui.widgets.header import Header
from tui.words import end_words

#: What the screens behind keys show, as a verdict names them.
_LEADS_TO = {
    "app.parity": N_("the models"),
    "app.guards": N_("the guards"),
    "run.explain": N_("why"),
    "app.report": N_("the report"),
    "result.copy": N_("copy a hash"),
    "result.copy_path": N_("copy a path"),
}


class PaddockScreen(InsideScreen[None]):
    """A screen of the app. ``TAB`` is its name in the header; subclasses compose their body."""

    TAB = ""
    _was_just_mounted = False

    def compose(self) -> ComposeResult:
        yield Header(self.TAB)
        yield from self.compose_body()
        yield Footer()

    def compose_body(self) -> ComposeResult:
        """Give what stands between header and footer."""
        yield from ()

    def on_mount(self) -> None:
        self._was_just_mounted = True
        self.show_run(self.paddock.view)

    def on_screen_resume(self) -> None:
        is_drawn, self._was_just_mounted = self._was_just_mounted, False
        if not self.can_draw:
            return
        if not is_drawn:
            self.show_run(self.paddock.view)
        self.refresh_bindings()

    def keys_shown(self, *key_ids: str) -> str:
        """Return keys with what they lead to, as ``2 the models · 5 the guards``."""
        ways = (self.paddock.key_shown(name) + " " + _(_LEADS_TO[name]) for name in key_ids)
        return f" {symbol('dot')} ".join(ways)

    def own_page(self) -> Path | None:
        member = self.paddock.view.member
        return self.backend.sweeps.page(member) if member else None

    def standing_shown(self) -> str:
        """Return in a few words what the window's title says is going on; "" where that is the run."""
        return ""

    def standing(self, view: RunView) -> Iterator[Text]:
        """Give how what is shown here stands: of most screens that is the run."""
        yield from status(
            view, goes_on=self.paddock.run_goes_on, is_earlier=self.paddock.is_earlier
        )

    def show_run(self, view: RunView) -> None:
        """Draw what changed in the run; called after its events, and each second while it goes on."""
        paddock = self.paddock
        told = [*self.standing(view)]
        if paddock.engine_line:
            told.append(Text(one_line(paddock.engine_line), "dim"))
        for header in self.query_children(Header):
            header.show(view.project or paddock.project_name, told, has_sweep=paddock.has_sweep)


def standing_on_top(screens: Sequence[Screen[Any]]) -> str:
    """Return what the window's title says of the screen on top; "" where that is the run's own."""
    top = screens[-1] if screens else None
    return top.standing_shown() if isinstance(top, PaddockScreen) and top.can_draw else ""


def status(view: RunView, *, goes_on: bool, is_earlier: bool) -> Iterator[Text]:
    """Give how a run stands: its state, its time, and how many warnings there are."""
    if view.member:
        yield Text(_("member") + f" {one_line(view.member)}", "bold")
    elif is_earlier:
        yield Text(_("earlier run") + f" {one_line(view.name)}", "bold")
    seconds = view.finished.seconds if view.finished else None
    running = view.running_stage
    if running:
        stages = [stage.name for stage in view.stages.values() if stage.state != "skipped"]
        place = f"{stages.index(running.name) + 1}/{len(stages)}"
        yield Text(f"{symbol('running')} {running.name} {place}", "bold")
        if view.started:
            seconds = (outlook.clock() - view.started).total_seconds()
    elif goes_on and not is_earlier:
        yield Text(f"{symbol('running')} " + _("starting"), "bold")
    elif view.finished:
        yield Text(*end_words(view.finished))
    else:
        yield Text(_("never run") if not view.name else _("cut short"))
    if seconds is not None:
        yield Text(human_seconds(seconds))
    if warnings := sum(len(stage.warnings) for stage in view.stages.values()):
        yield Text(f"{symbol('warning')} {warnings}", "yellow")
