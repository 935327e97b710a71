"""The app that log_flood.py measures: one log on the screen, and a line that counts the keys it has answered.

``python flood_viewer.py paddock|Log|RichLog PATH``. Textual's two widgets are fed with what is new in the
file, as often as Paddock looks at it.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from rich.text import Text
from textual import on
from textual.app import App, ComposeResult
from textual.widget import Widget
from textual.widgets import Input, Log, RichLog, Static

from tui.appearance import current
from tui.widgets.log_view import LogView


class FloodApp(App[None]):
    """Counts each action when it is done: the count is drawn together with what it did, or later."""

    CSS = "#answers { dock: bottom; height: 1; }"
    ENABLE_COMMAND_PALETTE = False

    def __init__(self, kind: str, path: Path) -> None:
        super().__init__()
        self._path, self._answers = path, 0
        self.viewer: Widget = {"paddock": LogView, "Log": Log, "RichLog": RichLog}[kind]()
        self._stream = path.open("r", encoding="utf-8", newline="\n")

    def compose(self) -> ComposeResult:
        """Give the viewer and the count."""
        yield self.viewer
        yield Static(id="answers")

    def on_mount(self) -> None:
        """Open the log."""
        self.viewer.focus()
        if isinstance(self.viewer, LogView):
            self.viewer.open(self._path, "flood")
        else:
            self.set_interval(current().pace.poll, self._feed)
        self._show_answers()

    def _feed(self) -> None:
        text = self._stream.read()
        if text and isinstance(self.viewer, Log):
            self.viewer.write(text)
        elif text and isinstance(self.viewer, RichLog):
            for line in text.removesuffix("\n").split("\n"):
                self.viewer.write(line)

    async def run_action(self, *arguments: Any, **options: Any) -> bool:
        """Run what a key is bound to, and count it."""
        done = await super().run_action(*arguments, **options)
        self._count()
        return done

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        if event.value:  # else it was emptied for the next search, not typed into
            self._count()

    def _count(self) -> None:
        self._answers += 1
        self._show_answers()

    def _show_answers(self) -> None:
        self.query_one("#answers", Static).update(Text(answer(self._answers)), layout=False)


def answer(number: int) -> str:
    """Return what the screen shows after ``number`` keys."""
    return f"<{number:06d}>"


if __name__ == "__main__":
    FloodApp(sys.argv[1], Path(sys.argv[2])).run()
