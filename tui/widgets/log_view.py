"""A log file to be followed, moved through, searched, copied from and opened in the user's pager."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from rich.cells import cell_len
from rich.text import Text
from textual import work
from textual.app import ComposeResult, SuspendNotSupported
from textual.binding import BindingType
from textual.containers import Vertical
from textual.timer import Timer
from textual.worker import get_current_worker
from typing_extensions import Self

from pipeline.text import one_line
from tui.appearance import current, symbol
from tui.keys import bindings
from tui.language import _, ngettext, translated
from tui.logs.cleaning import clean
from tui.logs.file import LogFile
from tui.logs.search import Batch, Search
from tui.programs import pager_command, run_pager
from tui.widgets.header import shortened
from tui.widgets.line import Line
from tui.widgets.log_lines import LogLines
from tui.widgets.prompt import Prompt

#: Seconds between two slices of a big file that is read for the first time.
_CATCH_UP = 0.01
#: Bytes that terminals take through OSC 52 without dropping them (100,000 in base 64, xterm's limit).
MOST_BYTES = 74_000
#: Cells of a search term in the heading, and those that a path has there beside the title; with half of them
#: it is not left out.
_TERM, _PATH = 24, 16


class LogView(Vertical):
    """Shows one log file at a time. ``LogView(id=…)``, then :meth:`open` whenever another is wanted."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("log")]
    DEFAULT_CSS = """
    LogView { height: 1fr; }
    LogView > .heading { height: 1; background: $panel; padding: 0 1; text-wrap: nowrap; }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.path: Path | None = None
        self.file: LogFile | None = None
        self.lines, self.heading = LogLines(self._go_to), Line(classes="heading")
        self.prompt = Prompt(self._typed, self._answered)
        self.searching: Search | None = None
        self._jump_from: int | None = None
        self._asked_at: int | None = None
        self._title, self._empty = "", ""
        self._places: dict[Path, int | None] = {}
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
        if self.file:
            self.file.close()

    def on_show(self) -> None:
        if self._watch:
            self._watch.resume()
        self._look()

    def on_hide(self) -> None:
        """Nobody looks: let the file be."""
        if self._watch:
            self._watch.pause()

    def focus(self, scroll_visible: bool = True) -> Self:
        """Give the focus to the lines, at once: the next key may be there already."""
        self.screen.set_focus(self.lines, scroll_visible)
        return self

    # Which file.

    def open(self, path: Path | None, title: str, empty: str = "") -> None:
        """Show the file at ``path``, which need not exist yet, where it was left; ``title`` stands before it.

        To open the file that is open costs nothing. ``empty`` is said of a log in which nothing stands.
        """
        self._title, self._empty = title, empty
        if path == self.path:
            if self.lines.message != self._missing():
                self.lines.take_news(self.lines.rows, self._missing())
            self._tell()
            return
        if self.path and self.file:
            self._places[self.path] = self.lines.cursor
            self.file.close()
        self.path = path
        self.file = LogFile(path) if path else None
        if self.is_mounted:
            self._show_file()

    def _show_file(self) -> None:
        cursor = self._places.get(self.path) if self.path else None
        self.lines.file, self.lines.cursor = self.file, cursor
        self._search_again()
        self._look()
        self._lines_at_pause = self.lines.rows
        self._draw()
        if cursor is not None:
            self.lines.move_to(cursor)

    # News.

    def _look(self) -> None:
        """Look for news in the file; draw only if there is some."""
        file = self.file
        if file is None or not self._is_seen:
            return
        before, trouble = file.lines, file.trouble
        change = file.poll()
        if change == "restarted":
            before = self._lines_at_pause = 0
            if not self.following:
                self.lines.cursor = 0
            self._search_again()
        if change != "none" or file.trouble != trouble:
            self._draw(max(0, before - 1))
        self._search_on()
        if file.unread and not self._is_catching_up:
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

    def _draw(self, first_changed: int = 0) -> None:
        """Draw the lines from a changed one on, and the title."""
        self.lines.take_news(first_changed, self._missing())
        self._tell()

    def on_resize(self) -> None:
        self._tell()

    def _missing(self) -> str:
        """Return why there is no line."""
        trouble = translated(self.file.trouble) if self.file else ""
        nothing = _("nothing is written yet") if self.file else _("there is no log")
        return trouble or self._empty or nothing

    def _tell(self) -> None:
        """Say on top which file it is, as far as it fits, and to the right how it is looked at."""
        told = f" {symbol('dot')} ".join(self._told())
        path = one_line(str(self.path)) if self.path else _("no log")
        title = f"{one_line(self._title)}  " if self._title else ""
        width = max(0, self.size.width - 2)
        room = width - cell_len(told) - 2
        line = Text(title if room >= cell_len(title) + _PATH else "", "bold")
        line.append(shortened(path, room - line.cell_len) if room >= _PATH // 2 else "")
        line.append(" " * max(2, width - line.cell_len - cell_len(told)) + told, "not bold")
        line.truncate(width)
        self.heading.show(line)

    def _told(self) -> Iterator[str]:
        file = self.file
        waiting = 0 if self.following else max(0, self.lines.rows - self._lines_at_pause)
        if file and file.unread:
            yield _("reading {percent} %").format(percent=100 * file.index.size // file.on_disk)
        elif self.following:
            yield f"{symbol('running')} " + _("following")
        else:
            new = ngettext("{count} new line", "{count} new lines", waiting)
            news = f", {new.format(count=f'{waiting:,}')}" if waiting else ""
            yield f"{symbol('stopped')} " + _("paused") + f"{news}"
        if search := self.searching:
            here, matches = self.lines.current, len(search.lines)
            number = 0 if here is None or self.following else search.number(here)
            more = symbol("ellipsis") if search.is_busy else ""
            found = f"{number:,}/{matches:,}{more}" if matches or more else _("not found")
            yield f"/{shortened(one_line(search.pattern.text), _TERM)} {found}"

    # Following and moving.

    @property
    def following(self) -> bool:
        """Whether the end stays in sight, whatever comes."""
        return self.lines.cursor is None

    def _go_to(self, line: int, *, with_context: bool = False) -> None:
        """Pause at a line; lines that come are counted from now on."""
        if self.following:
            self._lines_at_pause = self.lines.rows
        self.lines.move_to(line, with_context=with_context)
        self._tell()

    def action_follow(self) -> None:
        """Follow or pause."""
        if self.following:
            self._go_to(self.lines.current or 0)
        else:
            self.action_bottom()

    def action_move(self, by: int) -> None:
        """Go ``by`` lines down."""
        if self.following and by > 0:
            return  # there is nothing further down
        self._go_to(max(0, min((self.lines.current or 0) + by, self.lines.rows - 1)))

    def action_page(self, pages: int) -> None:
        """Go ``pages`` pages down."""
        self.action_move(pages * max(1, len(self.lines.seen) - 1))

    def action_sideways(self, halves: int) -> None:
        """Go so many halves of a screen to the right."""
        self.lines.go_sideways(self.lines.left + halves * max(1, self.size.width // 2))

    def action_wrap(self) -> None:
        """Fold long lines, or cut them."""
        self.lines.toggle_wrap()
        if self.lines.cursor is not None:
            self.lines.show_match(self.lines.cursor)

    def action_top(self) -> None:
        """Go to the first line."""
        self._go_to(0)

    def action_bottom(self) -> None:
        """Go to the last line, and follow."""
        self.lines.follow()
        self._tell()

    # Searching: a thread looks through the file, and goes on with what is added to it.

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer to go through what was found while something is searched for."""
        if action == "clear":
            return self.searching is not None
        return True if action not in ("next", "previous") else self.searching is not None or None

    def action_search(self) -> None:
        """Ask what to search for; it is searched for while it is typed, from here on."""
        self._asked_at = self.lines.cursor
        self.prompt.say(_("search:"))
        self.prompt.ask()

    def _typed(self, text: str) -> None:
        self._go_back()
        if text:
            self.search(text)
        else:
            self.action_clear()

    def _answered(self, text: str | None) -> None:
        self.prompt.display = False
        self.lines.focus()
        if text is None:
            self._go_back()
            self.action_clear()
        elif not text:
            self.action_next()
        else:
            self._jump_on()  # that there is no match is said now

    def _go_back(self) -> None:
        """Go to where the search was asked for."""
        if self._asked_at is None:
            self.action_bottom()
        else:
            self._go_to(self._asked_at)

    def search(self, text: str) -> None:
        """Search for ``text`` from here on: from the first line on the screen while the end is followed."""
        here = self.lines.scroll_offset.y if self.following else self.lines.current or 0
        self._begin(text)
        self._jump_from = here
        self._search_on()
        self._tell()

    def _begin(self, text: str) -> None:
        self._end_search()
        self.searching = Search(text)
        self.lines.pattern = self.searching.pattern
        self.lines.refresh()
        self.refresh_bindings()

    def _end_search(self) -> None:
        if self.searching:
            self.searching.is_over = True
        self.searching = self.lines.pattern = self._jump_from = None

    def _search_again(self) -> None:
        """Another file is looked at, or the file begins again: what was found counts no more."""
        if self.searching:
            self._begin(self.searching.pattern.text)

    def _search_on(self) -> None:
        """Send a thread through what is new, unless one is on its way."""
        search, file = self.searching, self.file
        if search is None or file is None or not file.is_open or search.is_busy:
            return
        if search.is_behind(file.index.size):
            search.is_busy = True
            self._run_search(search, file.duplicate(), file.index.size)

    @work(thread=True, group="log-search")
    def _run_search(self, search: Search, descriptor: int, stop: int) -> None:
        worker = get_current_worker()

        def tell(batch: Batch | None) -> None:
            self.call_later(self._found, search, batch)

        search.run(descriptor, stop, tell, lambda: search.is_over or worker.is_cancelled)
        tell(None)

    def _found(self, search: Search, batch: Batch | None) -> None:
        if batch:
            search.take(batch)
        else:
            search.is_busy = False
        if search.is_over or self.file is None:
            return
        self._search_on()
        self._jump_on()
        self._tell()

    def _jump_on(self) -> None:
        """Go to the first match from where the search began, once it is known."""
        search, start = self.searching, self._jump_from
        if search is None or start is None:
            return
        first = search.from_line(start)
        if first is not None or not search.is_busy:
            self._jump(search.next(start) if first is None else first)

    def _jump(self, line: int | None) -> None:
        """Go to a match; that there is none is said when the user has typed all of it."""
        if line is not None:
            self._jump_from = None
            self._go_to(line, with_context=True)
            self.lines.show_match(line)
        elif self.searching and not self.searching.is_busy and not self.prompt.display:
            self._jump_from = None
            message = _('"{term}" is not in this log').format(term=self.searching.pattern.text)
            self.notify(message, markup=False)

    def action_next(self) -> None:
        """Go to the next match, round the end; what is still to be looked through comes first."""
        search, here = self.searching, self.lines.current or 0
        if search and search.is_busy and search.from_line(here + 1) is None:
            self._jump_from = here + 1
        elif search:
            self._jump(search.next(here))

    def action_previous(self) -> None:
        """Go to the match before, round the beginning."""
        if self.searching:
            self._jump(self.searching.previous(self.lines.current or 0))

    def action_clear(self) -> None:
        """End the search."""
        self._end_search()
        self.lines.refresh()
        self._tell()
        self.refresh_bindings()

    # Taking something out.

    def action_copy(self) -> None:
        """Copy the current line, clean, through the terminal (OSC 52)."""
        line = self.lines.current
        if self.file is None or line is None:
            self.notify(_("There is nothing to copy."))
            return
        start, end = self.file.span(line)
        raw = self.file.line(line)
        text = clean(raw).encode("utf-8", "replace")
        self.app.copy_to_clipboard(text[:MOST_BYTES].decode("utf-8", "ignore"))
        if len(text) > MOST_BYTES or len(raw) < end - start:
            self.notify(_("Copied only a part of the line: terminals take no more at once."))
        else:
            self.notify(_("Copied the line."))

    def action_copy_path(self) -> None:
        """Copy the file's path."""
        if self.path is None:
            self.notify(_("There is nothing to copy."))
            return
        text = os.fsencode(self.path).decode("utf-8", "replace")
        self.app.copy_to_clipboard(text)
        self.notify(_("Copied: {path}").format(path=one_line(text)), markup=False)

    def action_pager(self) -> None:
        """Open the file in the user's pager, with this screen out of the way."""
        if self.path is None or not self.path.is_file():
            self.notify(_("There is no file to open yet."))
            return
        try:
            problem = self._run_pager(pager_command(os.environ, self.path))
        except SuspendNotSupported:
            problem = _("this terminal cannot be handed over")
        except ValueError as error:
            problem = _("$PAGER is not a command: {reason}").format(reason=error)
        if problem:
            message = _("The pager did not start: {reason}").format(reason=one_line(problem))
            self.notify(message, severity="error", markup=False)

    def _run_pager(self, command: list[str]) -> str:
        """Return what went wrong; caught inside, so that the screen comes back in any case."""
        with self.app.suspend():
            try:
                run_pager(command)
            except OSError as error:
                return f"{command[0]}: {translated(error.strerror or str(error))}"
        return ""
