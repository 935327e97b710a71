"""The guards screen: every guard with its outcome, and what it protects from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll

from pipeline.record.runs import RunFolder
from pipeline.report.words import GuardEntry, Outcome
from pipeline.text import one_line, unfolded
from tui.appearance import symbol
from tui.keys import bindings
from tui.language import _, translated
from tui.screens.audit import AuditScreen
from tui.screens.check_app import CheckAppScreen
from tui.screens.dictionary import DictionaryScreen
from tui.screens.explain import ExplanationScreen
from tui.screens.lineage import LineageScreen
from tui.screens.reported import ReportScreen
from tui.views.guards import (
    CHOICES,
    KINDS,
    Choice,
    chosen,
    guards_of,
    has_no_report,
    kind_of,
    next_choice,
)
from tui.views.record import Record
from tui.views.run import RunView
from tui.widgets.columns import joined, padded, widest
from tui.widgets.facts import Fact, Facts
from tui.widgets.line import Line
from tui.widgets.listing import Listing
from tui.words import outcome_words

#: From this width of a row on, in cells, the evidence stands beside each title: on 120 columns it does.
_WIDE = 112


class GuardsScreen(ReportScreen):
    """The list above, the selected guard below. What failed stands first."""

    TAB = "guards"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("guards")]
    DEFAULT_CSS = """
    GuardsScreen #summary { padding: 0 1; height: auto; }
    GuardsScreen #guard { height: 7; max-height: 40%; background: $panel; padding: 0 1; }
    GuardsScreen.-empty #guard, GuardsScreen.-empty Listing { display: none; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._guards: tuple[GuardEntry, ...] = ()
        self._shown: tuple[GuardEntry, ...] = ()
        self._choice: Choice = "all"
        self._origin = ""
        self._asked_for: type[LineageScreen] | type[DictionaryScreen] | None = None

    def compose_body(self) -> ComposeResult:
        yield Line(id="summary")
        yield Listing(id="guards")
        with VerticalScroll(id="guard"):
            yield Facts()

    def on_mount(self) -> None:
        self.query_one(Listing).focus()

    def gather(self, run: RunFolder | None) -> Record:
        """Read the record; of a run that left no report, name the guards that it did not reach."""
        record = super().gather(run)
        return record if record.is_own else replace(record, unreached=self.backend.guards())

    def show_record(self, record: Record, view: RunView) -> None:
        goes_on = self.paddock.run_goes_on and not self.paddock.is_earlier
        guards = guards_of(record, view, goes_on=goes_on)
        self.set_class(not guards, "-empty")
        if not guards:
            self.query_one("#summary", Line).show(self.missing(view))
        elif has_no_report(record, view, goes_on=goes_on):
            self._origin = _("The run ended before its guards were checked.")
        else:
            self._origin = self.origin(record, view)
        if guards != self._guards:
            self._guards, self._choice = guards, "all"
            self._show_guards()
        self._show_summary()
        page, self._asked_for = self._asked_for, None
        if page and self.is_current:
            self._open(page)

    def _show_guards(self) -> None:
        """List the guards of the choice, the cursor on the first."""
        self._shown = chosen(self._guards, self._choice)
        rows = _Rows(self._shown)
        self.query_one(Listing).show_rows(len(self._shown), rows.draw, cursor=0)

    def _show_summary(self) -> None:
        if self._guards:
            self.query_one("#summary", Line).show(
                _summary(self._guards, self._choice, self._origin)
            )

    @on(Listing.Moved)
    def _show_guard(self, message: Listing.Moved) -> None:
        if message.index < len(self._shown):
            self.query_one(Facts).show_facts(_facts(self._shown[message.index]))

    @on(Listing.Chosen)
    def _explain_chosen(self) -> None:
        self.action_explain()

    # Keys.

    def action_explain(self) -> None:
        """Show the pitfalls that the selected guard watches for."""
        index = self.query_one(Listing).cursor
        if index < len(self._shown):
            guard = self._shown[index]
            about = translated(guard.title)
            self.app.push_screen(ExplanationScreen(about, list(guard.pitfalls)))

    def action_filter(self) -> None:
        """List what failed, what was not checked, or all: what leaves nothing is passed over."""
        self._choice = next_choice(self._guards, self._choice)
        self._show_guards()
        self._show_summary()

    def action_lineage(self) -> None:
        """Show where the weights come from."""
        self._open(LineageScreen)

    def action_dictionary(self) -> None:
        """Show the dictionary, and where it was compared."""
        self._open(DictionaryScreen)

    def _open(self, page: type[LineageScreen] | type[DictionaryScreen]) -> None:
        """Open a page of the report; a key that is pressed before that was read acts when it is."""
        if self.record is None:
            self._asked_for = page
        elif self.record.report:
            self.app.push_screen(page(self.record.report))
        else:
            self.notify(self.missing(self.paddock.view), markup=False)

    def action_check_app(self) -> None:
        """Look into an app."""
        self.app.push_screen(CheckAppScreen())

    def action_audit(self) -> None:
        """Hash everything again."""
        self.app.push_screen(AuditScreen())


class _Rows:
    """Draws a row a guard: outcome, stage, title; in the title's place, or beside it, what was found."""

    def __init__(self, guards: Sequence[GuardEntry]) -> None:
        self._guards = guards
        self._outcome = widest(outcome_words(kind_of(guard))[0] for guard in guards)
        self._stage = widest(guard.stage for guard in guards)
        self._title = widest(translated(guard.title) for guard in guards)

    def draw(self, index: int, width: int) -> Text:
        """Return a row; on a narrow screen a guard that did not look says why in its title's place."""
        guard = self._guards[index]
        words, style = outcome_words(kind_of(guard))
        title, found = (Text(unfolded(translated(it))) for it in (guard.title, guard.found))
        cells = [padded(Text(words, style), self._outcome), padded(guard.stage, self._stage)]
        if width >= _WIDE:
            found.stylize("dim")
            half = (width - self._outcome - self._stage) // 2
            return joined([*cells, padded(title, min(half, self._title)), found])
        says_why = guard.outcome in (Outcome.NOT_CHECKED, Outcome.NOT_APPLICABLE)
        return joined([*cells, found if says_why else title])


def _summary(guards: Sequence[GuardEntry], choice: Choice, origin: str) -> Text:
    """Count the outcomes; the words are the same as in the list, those that are listed stand out."""
    counts = Counter(map(kind_of, guards))
    text = Text()
    for kind in KINDS:
        if not counts[kind] and kind != "failed":
            continue
        words, style = outcome_words(kind)
        text.append(f" {symbol('dot')} " if text else "")
        if choice != "all" and kind in CHOICES[choice]:
            text.append(symbol("selected"), "bold")
        text.append(f"{words}: {counts[kind]}", style if counts[kind] else "dim")
    if origin:
        text.append("\n").append(f"{symbol('warning')} {one_line(origin)}", "yellow")
    return text


def _facts(guard: GuardEntry) -> Iterable[Fact]:
    known = {
        _("guard"): f"{translated(guard.title)} ({guard.id})",
        _("found"): translated(guard.found),
        _("where"): guard.where,
        _("what to do"): translated(guard.remedy),
        _("protects from"): translated(guard.protects),
        _("pitfalls"): ", ".join(guard.pitfalls),
    }
    yield from ((name, value) for name, value in known.items() if value)
