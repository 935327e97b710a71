"""The guards screen: every guard with its outcome, and what it protects from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll

from pipeline.report.words import Effect, GuardEntry, Outcome
from pipeline.text import one_line
from stages.contract import Exit
from tui.appearance import symbol
from tui.keys import bindings
from tui.language import _, translated
from tui.screens.audit import AuditScreen
from tui.screens.dictionary import DictionaryScreen
from tui.screens.explain import ExplanationScreen
from tui.screens.lineage import LineageScreen
from tui.screens.reported import ReportScreen
from tui.views.record import Record
from tui.views.run import RunView
from tui.widgets.columns import joined, padded, widest
from tui.widgets.facts import Fact, Facts
from tui.widgets.line import Line
from tui.widgets.listing import Listing
from tui.words import outcome_words

#: In the order in which they are counted.
_OUTCOMES = (Outcome.FAILED, Outcome.NOT_CHECKED, Outcome.PASSED, Outcome.ENFORCED)


class GuardsScreen(ReportScreen):
    """The list above, the selected guard below. A guard that stopped the run stands first."""

    TAB = "guards"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("guards")]
    DEFAULT_CSS = """
    GuardsScreen #summary { padding: 0 1; height: auto; }
    GuardsScreen #guard { height: 7; max-height: 40%; background: $panel; padding: 0 1; }
    GuardsScreen.-empty #guard, GuardsScreen.-empty Listing { display: none; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._guards: Sequence[GuardEntry] = ()

    def compose_body(self) -> ComposeResult:
        yield Line(id="summary")
        yield Listing(id="guards")
        with VerticalScroll(id="guard"):
            yield Facts()

    def on_mount(self) -> None:
        super().on_mount()
        self.query_one(Listing).focus()

    def show_record(self, record: Record, view: RunView) -> None:
        guards = list(guards_of(record, view))
        self.set_class(not guards, "-empty")
        summary = self.query_one("#summary", Line)
        if not guards:
            summary.show(self.missing(view))
        else:
            summary.show(_summary(guards, self.origin(record, view)))
        if guards != self._guards:
            self._guards = guards
            self._show_guards()

    def _show_guards(self) -> None:
        words = [outcome_words(guard.outcome)[0] for guard in self._guards]
        column = widest(words)
        self.query_one(Listing).show_rows(
            len(self._guards), lambda index, _width: _row(self._guards[index], column)
        )

    @on(Listing.Moved)
    def _show_guard(self, message: Listing.Moved) -> None:
        if message.index < len(self._guards):
            self.query_one(Facts).show_facts(_facts(self._guards[message.index]))

    @on(Listing.Chosen)
    def _explain_chosen(self) -> None:
        self.action_explain()

    # Keys.

    def action_explain(self) -> None:
        """Show the pitfalls that the selected guard watches for."""
        index = self.query_one(Listing).cursor
        if index < len(self._guards):
            guard = self._guards[index]
            about = translated(guard.title)
            self.app.push_screen(ExplanationScreen(about, list(guard.pitfalls)))

    def action_lineage(self) -> None:
        """Show where the weights come from."""
        if self.record and self.record.report:
            self.app.push_screen(LineageScreen(self.record.report))
        else:
            self.notify(self.missing(self.paddock.view), markup=False)

    def action_dictionary(self) -> None:
        """Show the dictionary, and where it was compared."""
        if self.record and self.record.report:
            self.app.push_screen(DictionaryScreen(self.record.report))
        else:
            self.notify(self.missing(self.paddock.view), markup=False)

    def action_audit(self) -> None:
        """Hash everything again."""
        self.app.push_screen(AuditScreen())


def guards_of(record: Record, view: RunView) -> Iterator[GuardEntry]:
    """Give what stopped the run, if a guard did, and the guards of the report."""
    failure = view.failure
    if failure and failure.code == Exit.INTEGRITY:
        yield GuardEntry(
            id="run-stopped",
            title="a guard stopped the run",
            outcome=Outcome.FAILED,
            effect=Effect.REFUSES,
            found=failure.message,
            where=failure.where,
            remedy=failure.remedy,
            pitfalls=(failure.pitfall,) if failure.pitfall else (),
        )
    if record.report:
        yield from record.report.guards


def _summary(guards: Sequence[GuardEntry], origin: str) -> Text:
    """Count the outcomes; the words are the same as in the list."""
    outcomes = [guard.outcome for guard in guards]
    text = Text()
    for outcome in _OUTCOMES:
        words, style = outcome_words(outcome)
        text.append(f" {symbol('dot')} " if text else "")
        count = outcomes.count(outcome)
        text.append(f"{words}: {count}", style if count else "dim")
    if origin:
        text.append("\n").append(f"{symbol('warning')} {one_line(origin)}", "yellow")
    return text


def _row(guard: GuardEntry, column: int) -> Text:
    words, style = outcome_words(guard.outcome)
    return joined(
        [padded(Text(one_line(words), style), column), Text(one_line(translated(guard.title)))]
    )


def _facts(guard: GuardEntry) -> Iterable[Fact]:
    known = {
        _("found"): translated(guard.found),
        _("where"): guard.where,
        _("what to do"): translated(guard.remedy),
        _("protects from"): translated(guard.protects),
        _("guard"): guard.id,
        _("pitfalls"): ", ".join(guard.pitfalls),
    }
    yield from ((name, value) for name, value in known.items() if value)
