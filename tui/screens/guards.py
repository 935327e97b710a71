"""The guards screen: every guard with its outcome, and what it protects from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll

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

Guard = Mapping[str, Any]

#: Fields with a place or a name of their own; all others are shown as they are.
_KNOWN = ("id", "title", "outcome", "found", "where", "protects", "remedy", "pitfalls")
_OUTCOMES = ("failed", "not checked", "passed")


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
        self._guards: Sequence[Guard] = ()

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
            summary.show(self._nothing(record, view))
        else:
            summary.show(_summary(guards, self.origin(record, view)))
        if guards != self._guards:
            self._guards = guards
            self._show_guards()

    def _nothing(self, record: Record, view: RunView) -> str:
        if record.report is None:
            return self.missing(view)
        return _("The report of run {run} is from before there were guards.").format(
            run=record.report["run"]
        )

    def _show_guards(self) -> None:
        words = [outcome_words(str(guard["outcome"]))[0] for guard in self._guards]
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
            about = translated(str(guard["title"]))
            self.app.push_screen(ExplanationScreen(about, pitfalls_of(guard)))

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


def guards_of(record: Record, view: RunView) -> Iterator[Guard]:
    """Give what stopped the run, if a guard did, and the guards of the report."""
    failure = view.failure
    if failure and failure.code == Exit.INTEGRITY:
        yield {
            "id": "run-stopped",
            "title": "a guard stopped the run",
            "outcome": "failed",
            "found": failure.message,
            "where": failure.where,
            "remedy": failure.remedy,
            "pitfalls": [failure.pitfall] if failure.pitfall else [],
        }
    if record.report:
        yield from record.report["pitfalls"]


def pitfalls_of(guard: Guard) -> list[str]:
    """Return the IDs of the pitfalls that a guard watches for; a report may be edited by hand."""
    named = guard.get("pitfalls")
    return [str(name) for name in named] if isinstance(named, list) else []


def _summary(guards: Sequence[Guard], origin: str) -> Text:
    """Count the outcomes; the words are the same as in the list."""
    outcomes = [str(guard["outcome"]) for guard in guards]
    text = Text()
    for outcome in dict.fromkeys((*_OUTCOMES, *outcomes)):
        words, style = outcome_words(outcome)
        text.append(f" {symbol('dot')} " if text else "")
        count = outcomes.count(outcome)
        text.append(f"{words}: {count}", style if count else "dim")
    if origin:
        text.append("\n").append(f"{symbol('warning')} {one_line(origin)}", "yellow")
    return text


def _row(guard: Guard, column: int) -> Text:
    words, style = outcome_words(str(guard["outcome"]))
    return joined(
        [padded(Text(one_line(words), style), column), Text(one_line(translated(guard["title"])))]
    )


def _facts(guard: Guard) -> Iterable[Fact]:
    known = {
        _("found"): translated(str(guard["found"])),
        _("where"): str(guard.get("where", "")),
        _("what to do"): translated(str(guard.get("remedy", ""))),
        _("protects from"): translated(str(guard.get("protects", ""))),
        _("guard"): str(guard["id"]),
        _("pitfalls"): ", ".join(pitfalls_of(guard)),
    }
    yield from ((name, value) for name, value in known.items() if value)
    yield from ((name, str(value)) for name, value in guard.items() if name not in _KNOWN)
