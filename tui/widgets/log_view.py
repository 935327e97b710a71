"""A log file to be followed, searched, filtered, copied from, saved and opened elsewhere."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.app import SuspendNotSupported
from textual.binding import BindingType
from textual.message import Message
from textual.worker import get_current_worker

from pipeline.text import one_line
from tui.keys import bindings
from tui.language import _, ngettext, translated
from tui.logs.cleaning import clean
from tui.logs.copying import copied_text
from tui.logs.pager import pager_command, run_pager
from tui.logs.pattern import Pattern
from tui.logs.saving import save_lines
from tui.widgets.log_finder import LogFinder
from tui.widgets.log_prompt import Purpose


class LogView(LogFinder):
    """What a screen embeds. ``LogView(id=…)``, then :meth:`open` whenever another file is wanted."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("log")]

    class Copied(Message):
        """``text`` went to the terminal's clipboard: ``lines`` of the ``wanted`` lines."""

        def __init__(self, text: str, lines: int, wanted: int) -> None:
            super().__init__()
            self.text, self.lines, self.wanted = text, lines, wanted

    class Saved(Message):
        """``path`` holds ``lines`` lines, or ``error`` says why not."""

        def __init__(self, path: Path, lines: int, error: Exception | None = None) -> None:
            super().__init__()
            self.path, self.lines, self.error = path, lines, error

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._target = Path()

    # Copying.

    def action_mark(self) -> None:
        """Begin to mark lines at the current one, or stop marking."""
        if self.lines.mark_from is not None:
            self.action_clear()
            return
        self.pause()
        self.lines.mark_from = self.lines.current
        self.lines.refresh()
        self.draw_title()

    def action_copy(self) -> None:
        """Copy the marked lines, or the current one, through the terminal (OSC 52)."""
        document, rows = self.document, self.lines.marked_rows
        if document is None or not rows:
            self.notify(_("There is nothing to copy."))
            return
        lines = (clean(document.file.line(document.line_of(row)).data) for row in rows)
        text, count = copied_text(lines)
        self.app.copy_to_clipboard(text)
        self.notify(_copied_words(count, len(rows)), markup=False)
        self.post_message(self.Copied(text, count, len(rows)))
        if self.lines.mark_from is not None:
            self.action_clear()

    def action_copy_path(self) -> None:
        """Copy the file's path."""
        if self.path is None:
            self.notify(_("There is nothing to copy."))
            return
        text = os.fsencode(self.path).decode("utf-8", "replace")
        self.app.copy_to_clipboard(text)
        self.notify(_("Copied: {path}").format(path=one_line(text)), markup=False)
        self.post_message(self.Copied(text, 1, 1))

    # Saving.

    def action_save(self) -> None:
        """Ask where to save the clean text of the shown lines."""
        if self.path is None or not self.lines.rows:
            self.notify(_("There is nothing to save."))
            return
        self.prompt.ask("save", _("save as:"), f"{self.path.stem}.txt")

    def take_answer(self, purpose: Purpose, text: str) -> None:
        """Do what the prompt was opened for."""
        if purpose == "save" and text.strip():
            self._save_as(Path(text.strip()))
        elif purpose == "replace" and text.strip().lower() == "y":
            self._save(self._target, replace=True)
        else:
            super().take_answer(purpose, text)

    def _save_as(self, target: Path) -> None:
        try:
            self._target = target = target.expanduser().absolute()
            is_there = target.exists()
            is_log = bool(is_there and self.path and target.samefile(self.path))
        except (OSError, ValueError, RuntimeError) as error:  # no such folder, name or home
            self.post_message(self.Saved(target, 0, error))
            return
        if is_log:
            self.notify(_("That is the log itself: choose another name."), severity="error")
        elif is_there:
            question = _("{name} exists. Type y to replace it:").format(name=target.name)
            self.prompt.ask("replace", question)
        else:
            self._save(target, replace=False)

    def _save(self, target: Path, *, replace: bool) -> None:
        if self.document is None or not self.document.file.is_open:
            return
        file, patterns = self.document.file, self.filter.patterns if self.filter else ()
        self._write(file.duplicate(), file.index.size, patterns, target, replace)

    @work(thread=True, group="log-save")
    def _write(
        self, descriptor: int, stop: int, patterns: Sequence[Pattern], target: Path, replace: bool
    ) -> None:
        worker = get_current_worker()
        lines = 0
        saving = save_lines(descriptor, stop, patterns, target, replace=replace)
        try:
            for lines in saving:  # noqa: B007 - the last one counts
                if worker.is_cancelled:
                    return
            self.post_message(self.Saved(target, lines))
        except (OSError, ValueError) as error:
            self.post_message(self.Saved(target, 0, error))
        finally:
            saving.close()
            os.close(descriptor)

    @on(Saved)
    def _tell_saved(self, event: Saved) -> None:
        name = one_line(str(event.path))
        if event.error:
            reason = translated(getattr(event.error, "strerror", "") or str(event.error))
            message = _("Not saved: {path}: {reason}").format(path=name, reason=reason)
            self.notify(message, severity="error", markup=False)
            return
        message = ngettext("Saved {count} line: {path}", "Saved {count} lines: {path}", event.lines)
        self.notify(message.format(count=f"{event.lines:,}", path=name), markup=False)

    # Opening elsewhere.

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


def _copied_words(count: int, wanted: int) -> str:
    if count == wanted:
        words = ngettext("Copied {count} line.", "Copied {count} lines.", count)
        return words.format(count=f"{count:,}")
    words = _(
        "Copied the first {count} of {wanted} lines: terminals take no more at once. Save them instead."
    )
    return words.format(count=f"{count:,}", wanted=f"{wanted:,}")
