"""The dictionary that a run's models were measured with, and every place where it was compared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll

from pipeline.report.metrics import task_of
from pipeline.text import one_line
from tui.backend import Report
from tui.keys import bindings
from tui.language import _, translated
from tui.screens.plain import PlainScreen
from tui.widgets.columns import joined, padded, widest
from tui.widgets.facts import Fact, Facts
from tui.widgets.line import Line
from tui.words import outcome_words


class DictionaryScreen(PlainScreen[None]):
    """Drawn from the report and from nothing else."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("page")
    DEFAULT_CSS = """
    DictionaryScreen VerticalScroll { padding: 1 1; }
    DictionaryScreen Facts { margin: 0 0 1 0; }
    DictionaryScreen #places { padding: 0 1; text-wrap: nowrap; text-overflow: ellipsis; }
    """

    def __init__(self, report: Report) -> None:
        super().__init__()
        self._report = report

    def title_text(self) -> str:
        return _("the dictionary, and where it was compared")

    def compose_body(self) -> ComposeResult:
        with VerticalScroll():
            yield Facts()
            yield Line(id="places")

    def on_mount(self) -> None:
        super().on_mount()
        self.query_one(Facts).show_facts(_facts(self._report))
        places = (self._report.get("dictionary") or {}).get("places") or ()
        self.query_one("#places", Line).show(_table([p for p in places if isinstance(p, Mapping)]))
        self.query_one(VerticalScroll).focus()

    def action_back(self) -> None:
        """Go back to where this was opened."""
        self.leave()


def _facts(report: Report) -> Iterator[Fact]:
    dictionary = report.get("dictionary")
    if not dictionary:
        yield _("dictionary"), _("not for {task}").format(task=translated(task_of(report)))
        return
    classes = dictionary["classes"]
    yield _("entries"), str(dictionary.get("entries", classes - 1))
    yield (
        _("classes"),
        _("{classes}: the blank is 0, the first character 1").format(classes=classes),
    )
    yield "MD5", str(dictionary.get("md5", ""))
    yield "SHA-256", dictionary["sha256"]


def _table(places: list[Mapping[str, Any]]) -> Text:
    """Return a row for each comparison that the stages made; a report may be edited by hand."""
    texts = [
        [str(place.get(name, "")) for name in ("outcome", "place", "what", "found", "expected")]
        for place in places
    ]
    outcomes = [Text(*outcome_words(text[0])) for text in texts]
    names = [one_line(translated(text[1])) for text in texts]
    lines = [
        joined([padded(outcome, widest(outcomes)), padded(name, widest(names)), _found(*text)])
        for outcome, name, (outcome_, _place, *text) in zip(outcomes, names, texts, strict=True)
    ]
    return Text("\n").join(lines)


def _found(what: str, found: str, expected: str) -> Text:
    """Say what a place says; what was expected only where that differs."""
    if found and found != expected:
        text = _("{found}; expected {expected}").format(found=found, expected=expected)
    else:
        text = found or expected
    return Text(one_line(f"{translated(what)}: {text}"), "dim")
