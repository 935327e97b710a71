"""A log file that is watched on the disk, followed at its end, and moved through."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.timer import Timer
from typing_extensions import Self

from tui.appearance import current
from tui.language import _, translated
from tui.logs.document import Document
from tui.widgets.log_lines import LogLines
from tui.widgets.log_prompt import LogPrompt
from tui.widgets.log_title import LogState, LogTitle

#: Cells that left and right scroll by.
_SIDEWAYS = 16
#: Seconds between two slices of a big file that is read for the first time.
_CATCH_UP = 0.01


class LogReader(Vertical):
    """Shows one log file at a time; :meth:`open` chooses which."""

    DEFAULT_CSS = """
    LogReader { height: 1fr; }
    """

    class PathOpened(Message):
        """Another file is shown."""

        def __init__(self, path: Path | None) -> None:
            super().__init__()
            self.path = path

    class FollowChanged(Message):
        """The end is followed from now on, or no longer."""

        def __init__(self, following: bool) -> None:
            super().__init__()
            self.following = following

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.path: Path | None = None
        self.document: Document | None = None
        self.lines, self.heading, self.prompt = LogLines(), LogTitle(), LogPrompt()
        self._file_title = ""
        self._places: dict[Path, tuple[int | None, int]] = {}
        self._lines_at_pause = 0
        self._watch: Timer | None = None
        self._is_catching_up = False

    def compose(self) -> ComposeResult:
        yield self.heading
        yield self.lines
        yield self.prompt

    def on_mount(self) -> None:
        self._watch = self.set_interval(current().pace.poll, self._look)
        self._show_file()

    def on_unmount(self) -> None:
        if self.document:
            self.document.file.close()

    def on_show(self) -> None:
        if self._watch:
            self._watch.resume()
        self._look()

    def on_hide(self) -> None:
        """Nobody looks: let the file be."""
        if self._watch:
            self._watch.pause()

    def focus(self, scroll_visible: bool = True) -> Self:
        """Give the focus to the lines."""
        self.lines.focus(scroll_visible)
        return self

    # Which file.

    def open(self, path: Path | None, title: str) -> None:
        """Show the file at ``path``, which need not exist yet, where it was left; ``title`` stands before it.

        To open the file that is open costs nothing.
        """
        self._file_title = title
        if path == self.path:
            self.draw_title()
            return
        self._leave_file()
        self.path = path
        self.document = Document(path) if path else None
        if self.is_mounted:
            self._show_file()
        self.post_message(self.PathOpened(path))

    def _leave_file(self) -> None:
        if self.path and self.document:
            self._places[self.path] = (self.lines.cursor, self.lines.left)
            self.document.file.close()

    def _show_file(self) -> None:
        cursor, left = self._places.get(self.path, (None, 0)) if self.path else (None, 0)
        self.lines.document = self.document
        self.lines.cursor, self.lines.left, self.lines.mark_from = cursor, left, None
        self.file_changed()
        self._look()
        self._lines_at_pause = self.document.file.lines if self.document else 0
        self.draw()
        if cursor is not None:
            self.lines.move_to(cursor)

    def file_changed(self) -> None:
        """Another file is looked at, or the file begins again: what was found counts no more."""

    # News.

    def _look(self) -> None:
        """Look for news in the file; draw only if there is some."""
        document = self.document
        if document is None or not self._is_seen:
            return
        before, trouble = document.file.lines, document.file.trouble
        change = document.poll()
        if change == "restarted":
            before = 0
            self._begin_again()
        if change != "none" or document.file.trouble != trouble:
            self.draw(max(0, before - 1))
        self.hunt_on()
        if document.file.unread and not self._is_catching_up:
            self._is_catching_up = True
            self.set_timer(_CATCH_UP, self._catch_up)

    @property
    def _is_seen(self) -> bool:
        """Whether the screen is shown, perhaps behind a dialog."""
        screen = self.screen
        return screen.is_active or (screen.is_current and self.app.screen.is_modal)

    def _catch_up(self) -> None:
        self._is_catching_up = False
        self._look()

    def _begin_again(self) -> None:
        self.lines.mark_from = None
        self._lines_at_pause = 0
        if not self.following:
            self.lines.cursor = 0
        self.file_changed()

    def hunt_on(self) -> None:
        """Look through what is new for what is searched."""

    def draw(self, first_changed_line: int = 0) -> None:
        """Draw the lines from a changed one on, and the title."""
        first = 0
        if self.document and first_changed_line:
            first = self.document.rows - self.document.rows_from(first_changed_line)
        self.lines.set_message(self.no_rows_message())
        self.lines.take_news(first)
        self.draw_title()

    def no_rows_message(self) -> str:
        """Say why there is nothing to see."""
        if self.document is None:
            return _("there is no log")
        return translated(self.document.file.trouble) or _("nothing is written yet")

    # The title.

    def draw_title(self) -> None:
        """Say how the file is looked at."""
        self.heading.show_state(self.state())

    def state(self) -> LogState:
        """Return what the title says."""
        state = LogState(self._file_title, self.path, self.following)
        if self.document is None:
            return state
        file = self.document.file
        return replace(
            state,
            waiting=0 if self.following else self.document.rows_from(self._lines_at_pause),
            read=100 * file.index.size // file.on_disk if file.unread else 100,
            marked=0 if self.lines.mark_from is None else len(self.lines.marked_rows),
            left=self.lines.left,
        )

    # Following.

    @property
    def following(self) -> bool:
        """Whether the end stays in sight, whatever comes."""
        return self.lines.cursor is None

    def follow(self) -> None:
        """Go to the end and stay there."""
        if not self.following:
            self.lines.follow()
            self.post_message(self.FollowChanged(True))
            self.draw_title()

    def pause(self) -> None:
        """Stay where the end is now; lines that come are counted."""
        if self.following:
            self._stop_following()
            self.lines.move_to(self.lines.current or 0)
            self.draw_title()

    def _stop_following(self) -> None:
        if self.following:
            self._lines_at_pause = self.document.file.lines if self.document else 0
            self.lines.cursor = self.lines.current or 0
            self.post_message(self.FollowChanged(False))

    @on(LogLines.ScrolledAway)
    def _scrolled_away(self, event: LogLines.ScrolledAway) -> None:
        event.stop()
        self.go_to(event.line)

    def go_to(self, line: int, *, with_context: bool = False) -> None:
        """Pause at a line."""
        self._stop_following()
        self.lines.move_to(line, with_context=with_context)
        self.draw_title()

    # Keys.

    def action_follow(self) -> None:
        """Follow or pause."""
        if self.following:
            self.pause()
        else:
            self.follow()

    def action_move(self, rows: int) -> None:
        """Go ``rows`` lines down."""
        if self.following and rows > 0:
            return  # there is nothing further down
        self._stop_following()
        self.lines.move_by(rows)
        self.draw_title()

    def action_page(self, pages: int) -> None:
        """Go ``pages`` pages down."""
        self.action_move(pages * max(1, self.lines.page - 1))

    def action_top(self) -> None:
        """Go to the first line."""
        self._stop_following()
        self.lines.move_to_row(0)
        self.draw_title()

    def action_bottom(self) -> None:
        """Go to the last line, and follow."""
        self.follow()

    def action_sideways(self, direction: int) -> None:
        """Show what is to the right (1) or to the left (-1)."""
        self.lines.scroll_sideways(direction * _SIDEWAYS)
        self.draw_title()
