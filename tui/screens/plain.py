"""A screen beside the tabs: a title on top, the keys at the bottom, and esc leads back."""

from __future__ import annotations

from rich.text import Text
from textual.app import ComposeResult
from textual.screen import ScreenResultType

from pipeline.text import one_line, several_lines
from tui.appearance import symbol
from tui.language import _, translated
from tui.screens.inside import InsideScreen
from tui.widgets.footer import Footer
from tui.widgets.line import Line


class PlainScreen(InsideScreen[ScreenResultType]):
    """Subclasses give a title and a body."""

    DEFAULT_CSS = """
    PlainScreen > #title { height: 1; dock: top; background: $panel; padding: 0 1; text-wrap: nowrap; }
    """

    _has_left = False

    def leave(self, result: ScreenResultType | None = None) -> None:
        """Dismiss the screen, once: a key and a worker may both have reason to."""
        if not self._has_left:
            self._has_left = True
            self.dismiss(result)

    def action_back(self) -> None:
        """Go back to where this was opened."""
        self.leave()

    def title_text(self) -> str:
        """Return what the screen is about; it may come from outside."""
        raise NotImplementedError

    def compose(self) -> ComposeResult:
        yield Line(id="title")
        yield from self.compose_body()
        yield Footer()

    def compose_body(self) -> ComposeResult:
        """Give what stands between title and footer."""
        yield from ()

    def on_mount(self) -> None:
        self.show_title()

    def hash_shown(self) -> tuple[str, str] | None:
        """Return the SHA-256 that the page shows, and of what; that may come from outside."""
        return None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer to copy a hash where there is one."""
        return self.hash_shown() is not None or None if action == "copy" else True

    def action_copy(self) -> None:
        """Copy the hash, as ``sha256sum`` writes it."""
        if shown := self.hash_shown():
            digest, name = shown[0], one_line(shown[1])
            self.copy(f"{digest}  {name}", _("Copied the SHA-256 of {path}.").format(path=name))

    def on_screen_resume(self) -> None:
        self.refresh_bindings()

    def show_title(self) -> None:
        """Draw the title again."""
        title = Text("Paddock", "bold")
        parts = (self.paddock.project_name, self.title_text().rstrip(":"))
        for part in filter(None, parts):
            title.append(f" {symbol('dot')} {one_line(part)}")
        self.query_one("#title", Line).show(title)


def failure_text(error: BaseException) -> Text:
    """Return what failed, and below it what to do about it."""
    told = Text(f"{symbol('failed')} {several_lines(translated(error))}", "bold red")
    remedy = translated(getattr(error, "remedy", ""))
    if remedy:
        told.append(f"\n{symbol('arrow')} {several_lines(remedy)}", "not bold default")
    return told
