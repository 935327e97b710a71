"""A project file with an error: file, line, what was found, what is allowed, and the line itself."""

from __future__ import annotations

import re
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll

from pipeline.errors import PaddockError
from pipeline.text import one_line
from tui.appearance import symbol
from tui.keys import bindings
from tui.language import _
from tui.screens.plain import PlainScreen, failure_text
from tui.widgets.line import Line

#: Lines shown above and below the one with the error.
_NEIGHBOURS = 3
#: Both our own "paddock.toml:7: …" and the TOML reader's "(at line 7, column 3)".
_PLACES = (re.compile(r"\A[^\n:]*:(\d+):"), re.compile(r"\(at line (\d+),"))
#: A project file is some kilobytes; of something else, only the beginning is looked at.
_MOST = 1 << 20


class ProblemScreen(PlainScreen[None]):
    """Shows why the project cannot be read; dismissed when it was mended."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("problem")
    DEFAULT_CSS = """
    ProblemScreen Line { padding: 0 1; }
    ProblemScreen .gap { margin-top: 1; }
    ProblemScreen #source { text-wrap: nowrap; text-overflow: ellipsis; }
    """

    def __init__(self, error: PaddockError) -> None:
        super().__init__()
        self.error = error

    def title_text(self) -> str:
        return _("the project file cannot be used")

    def compose_body(self) -> ComposeResult:
        with VerticalScroll():
            yield Line(id="error")
            yield Line(id="where")
            yield Line(id="source", classes="gap")
            yield Line(id="next", classes="gap")

    def on_mount(self) -> None:
        self._draw()

    def _draw(self) -> None:
        error = self.error
        said = failure_text(error)
        if error.pitfall:
            why = _("why: {command}").format(command=f"paddock explain {error.pitfall}")
            said.append(f"\n  {one_line(why)}", "not bold default")
        self.query_one("#error", Line).show(said)
        self.query_one("#where", Line).show(Text(one_line(error.where), "dim"))
        self.query_one("#source", Line).show(self._source())
        following = _("{edit} opens it in an editor, {again} reads it again").format(
            edit=self.paddock.key_shown("problem.edit"),
            again=self.paddock.key_shown("problem.again"),
        )
        self.query_one("#next", Line).show(following)

    def _source(self) -> Text:
        """Return the lines around the error; the one that it is on is marked."""
        number = _line_of(self.error.message)
        lines = self._lines()
        if not number or number > len(lines):
            return Text()
        shown = Text()
        first = max(1, number - _NEIGHBOURS)
        for place in range(first, min(len(lines), number + _NEIGHBOURS) + 1):
            mark = symbol("selected") if place == number else " "
            line = f"{mark} {place:>4}  {one_line(lines[place - 1].expandtabs(4))}\n"
            shown.append(line, "bold reverse" if place == number else "dim")
        shown.rstrip()
        return shown

    def _lines(self) -> list[str]:
        try:
            with self.backend.project_file.open("rb") as stream:
                return stream.read(_MOST).decode("utf-8", "backslashreplace").splitlines()
        except OSError:  # the error itself says so
            return []

    # Keys.

    def action_edit(self) -> None:
        """Open the file in the user's editor, then read it again."""
        if self.edit(self.backend.project_file, _line_of(self.error.message)):
            self.action_again()

    def action_again(self) -> None:
        """Read the file again: leave if it is well, else show what is wrong now."""
        if not self.backend.has_project():
            self.leave()  # gone: then a new one can be made
            return
        try:
            self.backend.project()
        except PaddockError as error:
            self.error = error
            self._draw()
            self.notify(_("Read again: there is still an error."), timeout=3)
        else:
            self.leave()


def _line_of(message: str) -> int:
    """Return the line that the error names first, or 0."""
    found = next((match for place in _PLACES if (match := place.search(message))), None)
    return int(found[1]) if found else 0
