"""The catalogue's entries of a guard, or of what stopped a run: what ``paddock explain`` prints."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType

from pipeline.pitfalls import Entry
from pipeline.text import one_line
from tui.explanation import entries, sections
from tui.keys import bindings
from tui.language import _
from tui.screens.plain import PlainScreen
from tui.widgets.line import Line
from tui.widgets.page import Page


class ExplanationScreen(PlainScreen[None]):
    """One entry below the other.

    Args:
        about: a guard's title, or whatever the pitfalls belong to.
        pitfalls: their IDs; those that there are not (of another version) are passed over.
    """

    BINDINGS: ClassVar[list[BindingType]] = bindings("page")
    DEFAULT_CSS = """
    ExplanationScreen Page { padding: 1 1; }
    """

    def __init__(self, about: str, pitfalls: Iterable[str]) -> None:
        super().__init__()
        self._about = about
        self._entries = entries(pitfalls)

    def title_text(self) -> str:
        return self._about

    def compose_body(self) -> ComposeResult:
        with Page():
            yield Line(id="entries")

    def on_mount(self) -> None:
        text = Text("\n\n").join(map(_entry, self._entries))
        nothing = _("No entry of the catalogue belongs to this guard.")
        self.query_one("#entries", Line).show(text if self._entries else nothing)
        self.query_one(Page).focus()


def _entry(item: Entry) -> Text:
    text = Text.assemble((str(item.id), "bold reverse"), "  ", (item.title, "bold"))
    for section in sections(item):
        text.append(f"\n\n{section.title}\n", "bold")
        text.append("\n".join(one_line(line) for line in section.lines))
    return text
