"""The dictionary screen: what it is, where it was compared and with what result, and its entries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.events import Resize

from pipeline.errors import PaddockError
from pipeline.report.dictionary import compare, read_dictionary
from pipeline.report.metrics import RECOGNITION
from pipeline.text import one_line
from tui.keys import bindings
from tui.language import _
from tui.record import Stamp, read_record, state_of
from tui.screens.reported import ReportScreen
from tui.views.dictionary import Row, find, rows_of
from tui.views.record import Record
from tui.views.run import RunView
from tui.widgets.columns import joined, padded, widest
from tui.widgets.comparisons import DictionaryRecord, comparisons, facts_of
from tui.widgets.facts import Facts
from tui.widgets.line import Line
from tui.widgets.listing import Listing
from tui.widgets.log_prompt import LogPrompt

if TYPE_CHECKING:
    from pipeline.project import Project
    from pipeline.record.runs import RunFolder

#: What code points and an entry may take at most: an entry that is several characters is a fault.
_WIDEST_POINTS, _WIDEST_CHARACTER = 15, 8
#: Below this width of the screen, in cells, the two sides stand below each other.
_NARROW = 70


class DictionaryScreen(ReportScreen):
    """Entries on one side, facts and comparisons on the other; below each other where it is narrow."""

    TAB = "dictionary"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("checks")]
    DEFAULT_CSS = """
    DictionaryScreen #entries-side { width: 34; }
    DictionaryScreen #facts-side { width: 1fr; background: $surface; padding: 0 1; }
    DictionaryScreen #found { height: 1; padding: 0 1; background: $panel; text-wrap: nowrap; }
    DictionaryScreen Facts { padding: 0; margin: 0 0 1 0; }
    DictionaryScreen.-narrow #parts { layout: vertical; }
    DictionaryScreen.-narrow #entries-side { width: 100%; height: 1fr; }
    DictionaryScreen.-narrow #facts-side { width: 100%; height: 1fr; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._rows: Sequence[Row] = ()
        self._wanted = ""

    def compose_body(self) -> ComposeResult:
        with Horizontal(id="parts"):
            with Vertical(id="entries-side"):
                yield Line(id="found")
                yield Listing(id="entries")
                yield LogPrompt()
            with VerticalScroll(id="facts-side"):
                yield Facts(id="facts")
                yield Line(id="places")

    def on_mount(self) -> None:
        super().on_mount()
        self.query_one(Listing).focus()

    def on_resize(self, event: Resize) -> None:
        self.set_class(event.size.width < _NARROW, "-narrow")

    # Reading, in the worker.

    def stamp(self, run: RunFolder | None) -> Stamp:
        names = ("paddock.toml", "out/dict.txt", "out/preprocess.json")
        files = [self.backend.folder / name for name in names]
        if isinstance(self.record, DictionaryRecord) and self.record.path:
            files.append(self.record.path)
        return (*super().stamp(run), *(state_of(file) for file in files))

    def gather(self, run: RunFolder | None) -> Record:
        record = read_record(self.backend, run)
        try:
            found = _read(self.backend.project(), record)
        except PaddockError as error:
            found = _with(record, problem=error.message)
        if found.task != RECOGNITION:
            return found
        out, file = self.backend.folder / "out", found.file
        places = compare(file, record.report, record.entries, out, official=found.official)
        return replace(found, places=tuple(places))

    # Drawing.

    def show_record(self, record: Record, view: RunView) -> None:
        if not isinstance(record, DictionaryRecord):
            return
        self.query_one("#facts", Facts).show_facts(facts_of(record))
        lines = [*comparisons(record.places)] if record.places else []
        origin = self.origin(record, view) if record.report else self.missing(view)
        if origin:
            lines += [Text(), Text(one_line(origin), "yellow")]
        self.query_one("#places", Line).show(Text("\n").join(lines))
        entries = record.file.entries if record.file else ()
        rows = rows_of(entries, use_space_char=record.use_space_char) if entries else ()
        if rows != self._rows:
            self._rows = rows
            self._show_entries()

    def _show_entries(self) -> None:
        self._say(_("{count} classes").format(count=len(self._rows)) if self._rows else "")
        numbers = len(str(len(self._rows)))
        points = widest((row.code_points for row in self._rows), _WIDEST_POINTS)
        characters = widest((row.shown for row in self._rows), _WIDEST_CHARACTER)
        self.query_one(Listing).show_rows(
            len(self._rows),
            lambda index, _width: _row(self._rows[index], numbers, points, characters),
        )

    def _say(self, text: str) -> None:
        self.query_one("#found", Line).show(one_line(text))

    # Keys.

    def action_search(self) -> None:
        """Ask what to look for."""
        question = _("character, U+XXXX or name:")
        self.query_one(LogPrompt).ask("search", question, self._wanted)

    @on(LogPrompt.Answered)
    def _search(self, message: LogPrompt.Answered) -> None:
        self._wanted = message.text
        listing = self.query_one(Listing)
        listing.focus()
        self._go(1, listing.cursor - 1)

    @on(LogPrompt.Left)
    def _leave_search(self) -> None:
        self.query_one(Listing).focus()

    def action_next(self) -> None:
        """Go to the next match."""
        self._go(1, self.query_one(Listing).cursor)

    def action_previous(self) -> None:
        """Go to the match before."""
        self._go(-1, self.query_one(Listing).cursor)

    def _go(self, step: int, start: int) -> None:
        if not self._wanted or not self._rows:
            return
        index = find(self._rows, self._wanted, start, step)
        if index is None:
            self._say(_("{wanted} is not in the dictionary").format(wanted=self._wanted))
            return
        self.query_one(Listing).cursor = index
        self._say(_("found {wanted}").format(wanted=self._wanted))


def _with(record: Record, **found: Any) -> DictionaryRecord:
    return DictionaryRecord(record.report, record.is_own, record.entries, **found)


def _read(project: Project, record: Record) -> DictionaryRecord:
    """Read the project's dictionary, or the copy that was delivered of the official model's own."""
    settings = project.settings
    official = not settings.data.dictionary
    path = project.out / "dict.txt" if official else project.folder / settings.data.dictionary
    found = _with(
        record,
        path=path,
        use_space_char=settings.data.use_space_char,
        task=settings.model.task,
        official=official,
    )
    try:
        return replace(found, file=read_dictionary(path))
    except PaddockError as error:
        return replace(found, problem=error.message)
    except OSError as error:
        return replace(found, problem=error.strerror or str(error))


def _row(row: Row, numbers: int, points: int, characters: int) -> Text:
    number = padded(Text(str(row.number), "dim"), numbers, "right")
    if not row.character:
        return joined([number, Text(_("the blank"), "italic")])
    character = Text(row.shown if row.character != " " else _("space"), "bold")
    name = Text(row.name, "dim")
    return joined([number, padded(row.code_points, points), padded(character, characters), name])
