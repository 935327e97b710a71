"""What all screens share: header, footer, and hearing of the run's events."""

from __future__ import annotations

from rich.text import Text
from textual.app import ComposeResult

from pipeline.text import one_line
from tui.appearance import symbol
from tui.language import N_, _, ngettext
from tui.screens.inside import InsideScreen
from tui.views.run import RunView
from tui.widgets.footer import Footer
from tui.widgets.header import Header
from tui.words import end_words, state_words

#: What the screens behind keys show, as a verdict names them.
_LEADS_TO = {
    "app.parity": N_("the models"),
    "app.guards": N_("the guards"),
    "run.explain": N_("why"),
}


class PaddockScreen(InsideScreen[None]):
    """A screen of the app. ``TAB`` is its name in the header; subclasses compose their body."""

    TAB = ""

    def compose(self) -> ComposeResult:
        yield Header(self.TAB)
        yield from self.compose_body()
        yield Footer()

    def compose_body(self) -> ComposeResult:
        """Give what stands between header and footer."""
        yield from ()

    def on_mount(self) -> None:
        self.show_run(self.paddock.view)

    def on_screen_resume(self) -> None:
        if not self.can_draw:
            return
        self.show_run(self.paddock.view)
        self.refresh_bindings()

    def keys_shown(self, *key_ids: str) -> str:
        """Return keys with what they lead to, as ``2 the models · 5 the guards``."""
        ways = (self.paddock.key_shown(name) + " " + _(_LEADS_TO[name]) for name in key_ids)
        return f" {symbol('dot')} ".join(ways)

    def show_run(self, view: RunView) -> None:
        """Draw what changed in the run; called after its events, and each second while it goes on."""
        for header in self.query(Header):
            header.show(self._status(view), self.paddock.engine_line)

    def _status(self, view: RunView) -> Text:
        line = Text("Paddock", "bold")
        project = view.project or self.paddock.project_name
        if project:
            line.append(f" {symbol('dot')} {one_line(project)}")
        line.append(f" {symbol('dot')} ")
        if self.paddock.is_earlier:
            line.append(_("earlier run") + f" {one_line(view.name)} {symbol('dot')} ", "bold")
        running = view.running_stage
        if running:
            word, style = state_words("running")
            line.append(f"{word} {running.name}", style)
        elif self.paddock.run_goes_on and not self.paddock.is_earlier:
            line.append(f"{symbol('running')} " + _("starting"), "bold")
        elif view.finished:
            word, style = end_words(view.finished)
            line.append(word, style)
        else:
            line.append(_("never run") if not view.name else _("cut short"))
        warnings = sum(len(stage.warnings) for stage in view.stages.values())
        if warnings:
            text = ngettext("{count} warning", "{count} warnings", warnings)
            line.append(f" {symbol('dot')} {symbol('warning')} " + text.format(count=warnings))
        return line
