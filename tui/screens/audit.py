"""The audit: every recorded file is hashed again while one watches; then what differs, file by file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll

from pipeline.text import human_seconds, human_size, one_line
from stages.contract import Digests
from tui.appearance import symbol
from tui.keys import bindings
from tui.language import _, ngettext, translated
from tui.screens.working import WorkingScreen
from tui.widgets.columns import joined, padded, widest
from tui.widgets.facts import Fact, Facts
from tui.widgets.line import Line
from tui.widgets.listing import Listing

if TYPE_CHECKING:
    from pipeline.integrity.faults import Fault
    from pipeline.run.audit import AuditReport


class AuditScreen(WorkingScreen):
    """Nothing is changed by it; leaving it stops it."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("page")
    DEFAULT_CSS = """
    AuditScreen #fault { height: 12; max-height: 60%; background: $panel; padding: 0 1; }
    AuditScreen.-clean Listing, AuditScreen.-clean #fault { display: none; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._faults: Sequence[Fault] = ()

    def title_text(self) -> str:
        return _("audit: every recorded file is hashed again")

    def compose_body(self) -> ComposeResult:
        yield Line(id="state")
        yield Listing(id="faults")
        with VerticalScroll(id="fault", can_focus=False):
            yield Facts()

    def on_mount(self) -> None:
        self.add_class("-clean")
        self.begin(
            _("looking for engine and images"),
            lambda: partial(self._show_report, self.backend.audit(self.say, self.stop)),
        )

    def _show_report(self, report: AuditReport) -> None:
        self.show_state(_result(report))
        self._faults = report.faults
        if self._faults:
            self.remove_class("-clean")
            self._show_faults()

    def _show_faults(self) -> None:
        words = {fault: problem_words(fault) for fault in self._faults}
        column = widest(words.values())
        listing = self.query_one(Listing)
        listing.show_rows(
            len(self._faults),
            lambda index, _width: _row(self._faults[index], words[self._faults[index]], column),
        )
        listing.focus()

    @on(Listing.Moved)
    def _show_fault(self, message: Listing.Moved) -> None:
        if message.index < len(self._faults):
            self.query_one(Facts).show_facts(_facts(self._faults[message.index]))

    # Keys.

    def hash_shown(self) -> tuple[str, str] | None:
        fault = self._selected
        found = fault.found or fault.expected.digests if fault else None
        return (found.sha256, fault.expected.path) if fault and found else None

    @property
    def _selected(self) -> Fault | None:
        row = self.query_one(Listing).cursor
        return self._faults[row] if row < len(self._faults) else None


def problem_words(fault: Fault) -> str:
    """Return in a word what is wrong with a file."""
    words = {
        "changed": _("changed"),
        "truncated": _("cut short"),
        "longer": _("longer"),
        "missing": _("missing"),
        "unreadable": _("unreadable"),
    }
    return words.get(fault.problem, fault.problem)


def _place_words(fault: Fault) -> str:
    words = {
        "workspace": _("workspace volume"),
        "inputs": _("inputs volume"),
        "out": _("out/"),
        "record": _("the project's record"),
        "lock": _("paddock.lock"),
        "project": _("the project's files"),
    }
    return words.get(fault.expected.place, fault.expected.place)


def _result(report: AuditReport) -> Text:
    """Return one line: what was looked at, and with what result."""
    seen = _("{count} files, {size}, in {time}").format(
        count=report.checked, size=human_size(report.size), time=human_seconds(report.seconds)
    )
    count = len(report.faults)
    if not count:
        return Text(f"{symbol('done')} " + _("all as recorded: {seen}").format(seen=seen), "green")
    said = ngettext("{count} fault: {seen}", "{count} faults: {seen}", count)
    return Text(f"{symbol('failed')} " + said.format(count=count, seen=seen), "bold red")


def _row(fault: Fault, problem: str, column: int) -> Text:
    mark = Text(f"{symbol('failed')} ", "bold red") + padded(Text(problem, "bold red"), column)
    return joined([mark, Text(one_line(fault.expected.path))])


def _facts(fault: Fault) -> Iterator[Fact]:
    """Give all that is known of a fault; a value that is not known is left out."""
    made = fault.expected
    known = {
        _("file"): made.path,
        _("where"): _place_words(fault),
        _("fault"): translated(fault.sentence),
        _("expected"): _digests(made.digests),
        _("found"): _digests(fault.found) if fault.found else _("nothing"),
        _("made by"): made.made_by,
        _("run"): made.run,
        _("when"): made.time,
        _("what to do"): translated(made.remedy),
        _("why"): f"paddock explain {fault.pitfall}",
    }
    yield from ((name, value) for name, value in known.items() if value)


def _digests(digests: Digests) -> str:
    said = _("SHA-256 {digest}").format(digest=digests.sha256)
    return f"{digests.size} B, {said}" if digests.size >= 0 else said
