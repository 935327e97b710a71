"""An app with nothing but a log, and a hand that writes into its file."""

from collections.abc import Callable
from pathlib import Path

from textual.app import App, ComposeResult
from textual.pilot import Pilot
from textual.widgets import Input

from tui.appearance import symbol
from tui.widgets.log_view import LogView


class LogApp(App[None]):
    """Shows one :class:`LogView`."""

    def __init__(self) -> None:
        super().__init__()
        self.view = LogView(id="log")

    def compose(self) -> ComposeResult:
        yield self.view

    def on_mount(self) -> None:
        self.view.focus()

    @property
    def notices(self) -> list[str]:
        """What was said in a corner of the screen."""
        return [notice.message for notice in self._notifications]

    def rows(self) -> list[str]:
        """Return what the terminal shows, row by row."""
        return [strip.text for strip in self.screen._compositor.render_strips()]

    @property
    def title_row(self) -> str:
        return self.rows()[0]


class Desk:
    """The app, its pilot, and a log file to write into."""

    def __init__(self, app: LogApp, pilot: Pilot[None], path: Path) -> None:
        self.app, self.pilot, self.path = app, pilot, path
        self.view = app.view

    def write(self, *lines: str) -> None:
        """Append lines."""
        with self.path.open("a", encoding="utf-8") as stream:
            stream.writelines(f"{line}\n" for line in lines)

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait until something holds, for ten seconds at most."""
        for _ in range(500):
            if holds():
                await self.pilot.pause()
                return
            await self.pilot.pause(0.02)
        raise AssertionError("\n".join([*self.app.rows(), *self.app.notices]))

    async def until_title(self, *texts: str) -> None:
        """Wait until the title has all of ``texts``."""
        await self.until(lambda: all(text in self.app.title_row for text in texts))

    async def press(self, *keys: str) -> None:
        """Press keys, and wait for what they do."""
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def type(self, text: str) -> None:
        """Type into the prompt and press Enter."""
        self.view.prompt.query_one(Input).value = text
        await self.press("enter")

    @property
    def shown(self) -> list[str]:
        """The lines on the screen, without gutter and scroll bar."""
        return [row[2:-1].rstrip() for row in self.app.rows()[1:]]

    @property
    def current(self) -> str:
        """The line that the cursor stands on."""
        found = [
            row[2:-1].rstrip() for row in self.app.rows()[1:] if row.startswith(symbol("selected"))
        ]
        return found[0] if len(found) == 1 else f"{len(found)} cursors"
