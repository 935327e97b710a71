"""Textual's own widgets as many apps put them together, for ``idle_screen.py`` to measure."""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.widgets import Footer, Header, RichLog


class WidgetsApp(App[None]):
    """A clock on top, a log that got its lines at the start, the keys at the bottom."""

    BINDINGS = [("q", "quit", "quit"), ("f", "follow", "follow"), ("slash", "search", "search")]  # noqa: RUF012

    def compose(self) -> ComposeResult:
        """Give the three widgets."""
        yield Header(show_clock=True)
        yield RichLog()
        yield Footer()

    def on_mount(self) -> None:
        """Fill the log."""
        log = self.query_one(RichLog)
        for number in range(1000):
            log.write(f"step {number}: loss {1 / (number + 1):.6f}")


if __name__ == "__main__":
    WidgetsApp().run()
