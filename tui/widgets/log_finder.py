"""Searching and filtering a log: threads look through the file, and go on with what is added to it."""

from __future__ import annotations

from dataclasses import replace

from textual import on, work
from textual.actions import SkipAction
from textual.message import Message
from textual.worker import get_current_worker

from tui.language import _
from tui.logs.document import Hunt
from tui.logs.hunting import hunt_on
from tui.logs.pattern import Pattern
from tui.logs.scan import Batch
from tui.widgets.log_prompt import LogPrompt, Purpose
from tui.widgets.log_reader import LogReader
from tui.widgets.log_title import LogState


class LogFinder(LogReader):
    """A :class:`LogReader` with ``/`` and ``&``."""

    class Searched(Message):
        """A search or filter has come to the file's end; ``matches`` counts lines."""

        def __init__(self, term: str, matches: int, is_filter: bool) -> None:
            super().__init__()
            self.term, self.matches, self.is_filter = term, matches, is_filter

    class Found(Message):
        """A hunt's thread has come further: ``scanned`` bytes."""

        def __init__(self, hunt: Hunt, batch: Batch, scanned: int) -> None:
            super().__init__()
            self.hunt, self.batch, self.scanned = hunt, batch, scanned

    class Ended(Message):
        """A hunt's thread has ended."""

        def __init__(self, hunt: Hunt) -> None:
            super().__init__()
            self.hunt = hunt

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.hunt: Hunt | None = None
        self._jump_from: int | None = None

    @property
    def filter(self) -> Hunt | None:
        """What all shown lines have, if there is a filter."""
        return self.document.filter if self.document else None

    # Asking.

    def action_search(self) -> None:
        """Ask what to search for."""
        self.prompt.ask("search", _("search:"))

    def action_filter(self) -> None:
        """Ask what the shown lines must have."""
        self.prompt.ask(
            "filter", _("only lines with:"), self.filter.pattern.text if self.filter else ""
        )

    @on(LogPrompt.Left)
    def _left(self) -> None:
        self.lines.focus()

    @on(LogPrompt.Answered)
    def _answered(self, event: LogPrompt.Answered) -> None:
        event.stop()
        self.lines.focus()
        self.take_answer(event.purpose, event.text)

    def take_answer(self, purpose: Purpose, text: str) -> None:
        """Do what the prompt was opened for."""
        if purpose == "filter":
            self.set_filter(text)
        elif purpose == "search":
            self.search(text)

    # Searching.

    def search(self, term: str) -> None:
        """Search for ``term`` from here on; an empty one is the last one again."""
        if not term:
            self.action_next()
            return
        lines = self.lines
        here = lines.current or 0
        if self.following and self.document and lines.rows:
            here = self.document.line_of(min(lines.scroll_offset.y, lines.rows - 1))
        self._start_search(Pattern(term))
        self._jump_from = here
        self.hunt_on()
        self.draw_title()

    def _start_search(self, pattern: Pattern) -> None:
        self._drop(self.hunt)
        others = self.filter.patterns if self.filter else ()
        self.hunt = Hunt(pattern, *others)
        self.lines.pattern = pattern
        self.lines.refresh()

    def action_next(self) -> None:
        """Go to the next match, round the end."""
        if self.hunt is None:
            self.action_search()
            return
        matches, here = self.hunt.matches, self._here()
        if matches.at_or_after(here + 1) == len(matches.lines) and self.hunt.is_busy:
            self._jump_from = here + 1
        else:
            self._jump(matches.next(here))

    def action_previous(self) -> None:
        """Go to the match before, round the beginning."""
        if self.hunt is None:
            self.action_search()
        else:
            self._jump(self.hunt.matches.previous(self._here()))

    def _here(self) -> int:
        return self.lines.current or 0

    def _jump(self, line: int | None) -> None:
        self._jump_from = None
        if line is not None:
            self.go_to(line, with_context=True)
        elif self.hunt and not self.hunt.is_busy:
            self._tell_not_found()

    def _tell_not_found(self) -> None:
        if self.hunt:
            message = _('"{term}" is not in this log').format(term=self.hunt.pattern.text)
            self.notify(message, markup=False)

    def _jump_if_wanted(self, is_done: bool) -> None:
        """Go to the first match from where the search began, as soon as it is known."""
        if self.hunt is None or self._jump_from is None:
            return
        matches = self.hunt.matches
        if matches.at_or_after(self._jump_from) < len(matches.lines):
            self._jump(matches.next(self._jump_from - 1))
        elif is_done:
            self._jump(matches.next(self._jump_from))

    # Filtering.

    def set_filter(self, term: str) -> None:
        """Show only lines with ``term``; all if it is empty."""
        if self.document is None:
            return
        self._drop(self.filter)
        self.document.filter = Hunt(Pattern(term)) if term else None
        self.lines.mark_from = None
        if self.hunt:
            self._start_search(self.hunt.pattern)
        self.hunt_on()
        self.draw()
        self._keep_in_sight()

    def _keep_in_sight(self) -> None:
        if self.lines.cursor is not None:
            self.lines.move_to(self.lines.cursor, with_context=True)

    def action_clear(self) -> None:
        """Take back marks, or else search and filter; with neither, the key goes on to others."""
        if self.lines.mark_from is not None:
            self.lines.mark_from = None
        elif self.hunt or self.filter:
            self.clear()
        else:
            raise SkipAction
        self.lines.refresh()
        self.draw_title()

    def clear(self) -> None:
        """End search and filter."""
        self._drop(self.hunt)
        self.hunt = self.lines.pattern = self._jump_from = None
        if self.filter:
            if not self.following:
                self.lines.cursor = self._here()  # a line that the filter has shown
            self.set_filter("")

    def _drop(self, hunt: Hunt | None) -> None:
        if hunt:
            hunt.is_over = True

    def file_changed(self) -> None:
        """Begin anew in a file that is new; the filter was for the old one."""
        if self.document and self.filter:
            self._drop(self.filter)
            self.document.filter = Hunt(self.filter.pattern)
        if self.hunt:
            self._start_search(self.hunt.pattern)

    # Threads.

    def hunt_on(self) -> None:
        """Look through what is new: the filter first, because the search goes by its lines."""
        for hunt in (self.filter, self.hunt):
            if hunt and self.document and hunt.is_behind(self.document.file.index.size):
                self._send_out(hunt)
                return

    def _send_out(self, hunt: Hunt) -> None:
        if hunt.is_busy or not self.document or not self.document.file.is_open:
            return
        file = self.document.file
        hunt.is_busy = True
        self._run_hunt(hunt, file.duplicate(), file.index.size)

    @work(thread=True, group="log-hunt")
    def _run_hunt(self, hunt: Hunt, descriptor: int, stop: int) -> None:
        worker = get_current_worker()

        def tell(batch: Batch, scanned: int) -> None:
            self.post_message(self.Found(hunt, batch, scanned))

        hunt_on(hunt, descriptor, stop, tell, lambda: hunt.is_over or worker.is_cancelled)
        self.post_message(self.Ended(hunt))

    @on(Found)
    def _found(self, event: Found) -> None:
        event.stop()
        hunt = event.hunt
        if hunt.is_over:
            return
        hunt.matches.take(event.batch, event.scanned)
        if hunt is self.filter:
            self.draw(event.batch.lines[0] if event.batch.lines else event.batch.then.line)
            self._keep_in_sight()
        else:
            self._jump_if_wanted(is_done=False)
            self.draw_title()

    @on(Ended)
    def _ended(self, event: Ended) -> None:
        event.stop()
        hunt = event.hunt
        hunt.is_busy = False
        if hunt.is_over or not self.document:
            return
        self.hunt_on()
        if not hunt.is_behind(self.document.file.index.size):
            if hunt is self.hunt:
                self._jump_if_wanted(is_done=True)
            count = len(hunt.matches.lines)
            self.post_message(self.Searched(hunt.pattern.text, count, hunt is self.filter))
            self.draw()

    # What is said.

    def no_rows_message(self) -> str:
        """Say why there is nothing to see."""
        if self.filter and self.document and self.document.file.lines:
            if self.filter.is_busy:
                return _("searching…")
            return _('no line has "{term}"').format(term=self.filter.pattern.text)
        return super().no_rows_message()

    def state(self) -> LogState:
        """Return what the title says."""
        state = super().state()
        if self.hunt:
            matches, here = self.hunt.matches, self.lines.current
            state = replace(
                state,
                search=self.hunt.pattern.text,
                matches=len(matches.lines),
                match=0 if here is None or self.following else matches.number(here),
                is_searching=self.hunt.is_busy,
            )
        if self.filter:
            state = replace(state, filter=self.filter.pattern.text, rows=self.lines.rows)
        return state
