"""The dictionary that a run's models were measured with, and every place where it was compared."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType

from pipeline.text import one_line
from tui.keys import bindings
from tui.language import _, translated
from tui.screens.plain import PlainScreen
from tui.widgets.columns import joined, padded, widest
from tui.widgets.facts import Fact, Facts
from tui.widgets.line import Line
from tui.widgets.page import Page
from tui.words import outcome_words

if TYPE_CHECKING:
    from pipeline.report.model import Report
    from stages.contract import Compared


class DictionaryScreen(PlainScreen[None]):
    """Drawn from the report and from nothing else."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("page")
    DEFAULT_CSS = """
    DictionaryScreen Page { padding: 1 1; }
    DictionaryScreen Facts { margin: 0 0 1 0; }
    DictionaryScreen #places { padding: 0 1; text-wrap: nowrap; text-overflow: ellipsis; }
    """

    def __init__(self, report: Report) -> None:
        super().__init__()
        self._report = report

    def title_text(self) -> str:
        return _("the dictionary, and where it was compared")

    def compose_body(self) -> ComposeResult:
        with Page():
            yield Facts()
            yield Line(id="places")

    def on_mount(self) -> None:
        self.query_one(Facts).show_facts(_facts(self._report))
        dictionary = self._report.dictionary
        self.query_one("#places", Line).show(_table(dictionary.places if dictionary else ()))
        self.query_one(Page).focus()

    def hash_shown(self) -> tuple[str, str] | None:
        dictionary = self._report.dictionary
        return (dictionary.sha256, "dict.txt") if dictionary else None


def _facts(report: Report) -> Iterator[Fact]:
    dictionary = report.dictionary
    if dictionary is None:
        yield _("dictionary"), _("not for {task}").format(task=translated(report.task))
        return
    yield _("entries"), str(dictionary.entries)
    yield (
        _("classes"),
        _("{classes}: the blank is 0, the first character 1").format(classes=dictionary.classes),
    )
    yield "MD5", dictionary.md5
    yield "SHA-256", dictionary.sha256


def _table(places: Sequence[Compared]) -> Text:
    """Return a row for each comparison that the stages made."""
    outcomes = [Text(*outcome_words(place.outcome)) for place in places]
    names = [one_line(translated(place.place)) for place in places]
    lines = [
        joined([padded(outcome, widest(outcomes)), padded(name, widest(names)), _found(place)])
        for outcome, name, place in zip(outcomes, names, places, strict=True)
    ]
    return Text("\n").join(lines)


def _found(place: Compared) -> Text:
    """Say what a place says; what was expected only where that differs."""
    found, expected = translated(place.found), translated(place.expected)
    if found and found != expected:
        text = _("{found}; expected {expected}").format(found=found, expected=expected)
    else:
        text = found or expected
    return Text(one_line(f"{translated(place.what)}: {text}"), "dim")
