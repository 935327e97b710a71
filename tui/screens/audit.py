"""The audit: every recorded file is hashed again while one watches; then what differs, file by file."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.message import Message

from pipeline.errors import PaddockError
from pipeline.text import human_seconds, human_size, one_line
from stages.contract import Digests
from tui.appearance import current, symbol
from tui.keys import bindings
from tui.language import _, ngettext, translated
from tui.screens.plain import PlainScreen, failure_text
from tui.widgets.columns import joined, padded, widest
from tui.widgets.facts import Fact, Facts
from tui.widgets.line import Line
from tui.widgets.listing import Listing

if TYPE_CHECKING:
    from pipeline.integrity.faults import Fault
    from pipeline.run.audit import AuditReport


class AuditScreen(PlainScreen[None]):
    """Nothing is changed by it; leaving it stops it."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("page")
    DEFAULT_CSS = """
    AuditScreen #state { padding: 0 1; margin: 1 0; }
    AuditScreen #fault { height: 12; max-height: 60%; background: $panel; padding: 0 1; }
    AuditScreen.-clean Listing, AuditScreen.-clean #fault { display: none; }
    """

    class Said(Message):
        """What goes on."""

        def __init__(self, sentence: str) -> None:
            super().__init__()
            self.sentence = sentence

    class Audited(Message):
        """All was hashed, or why not."""

        def __init__(self, outcome: AuditReport | PaddockError | OSError) -> None:
            super().__init__()
            self.outcome = outcome

    def __init__(self) -> None:
        super().__init__()
        self._orders = 0
        self._said = ""
        self._since = time.monotonic()
        self._ended = False
        self._faults: Sequence[Fault] = ()

    def title_text(self) -> str:
        return _("audit: every recorded file is hashed again")

    def compose_body(self) -> ComposeResult:
        yield Line(id="state")
        yield Listing(id="faults")
        with VerticalScroll(id="fault", can_focus=False):
            yield Facts()

    def on_mount(self) -> None:
        super().on_mount()
        self.add_class("-clean")
        self.set_interval(current().pace.clock, self._draw)
        self._draw()
        self._audit()

    def on_unmount(self) -> None:
        self._orders += 2  # whoever leaves does not wait for a container

    @work(thread=True, group="audit", exclusive=True)
    def _audit(self) -> None:
        try:
            report = self.backend.audit(self._say, lambda: self._orders)
        except (PaddockError, OSError) as error:
            self.post_message(self.Audited(error))
        else:
            self.post_message(self.Audited(report))

    def _say(self, sentence: str) -> None:
        self.post_message(self.Said(sentence))

    @on(Said)
    def _hear(self, message: Said) -> None:
        self._said = message.sentence
        self._draw()

    def _draw(self) -> None:
        if self._ended:
            return
        gone = human_seconds(round(time.monotonic() - self._since))
        words = translated(self._said) or _("looking for engine and images")
        self.query_one("#state", Line).show(
            Text(f"{symbol('running')} {one_line(words)}, {gone}", "bold")
        )

    @on(Audited)
    def _show(self, message: Audited) -> None:
        self._ended = True
        state = self.query_one("#state", Line)
        if isinstance(message.outcome, PaddockError | OSError):
            state.show(failure_text(message.outcome))
            return
        state.show(_result(message.outcome))
        self._faults = message.outcome.faults
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

    def action_back(self) -> None:
        """Go back; an audit that goes on is stopped."""
        self._orders += 1
        self.leave()


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
