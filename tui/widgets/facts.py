"""Names and values in two columns: what a stage measured, or where it came from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from rich.cells import cell_len
from rich.text import Text

from pipeline.text import human_seconds, human_size, one_line
from stages.message import text_of
from tui.appearance import symbol
from tui.language import _, translated
from tui.views.run import StageView
from tui.widgets.line import Line
from tui.words import stage_words

Fact = tuple[str, str]

#: Cells between name and value; and what a value needs to be broken into lines below each other.
_GAP, _NARROWEST = 2, 12


class Facts(Line):
    """As high as it needs to be; a long value goes on below its own column."""

    DEFAULT_CSS = """
    Facts { height: auto; padding: 0 1; }
    """

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self._pairs: list[Fact] = []

    def show_facts(self, facts: Iterable[Fact]) -> None:
        """Show these pairs."""
        self._pairs = list(facts)
        self._draw()

    def on_resize(self) -> None:
        self._draw()

    def _draw(self) -> None:
        column = max((cell_len(name) for name, _value in self._pairs), default=0) + _GAP
        room = self.content_size.width - column
        lines = (self._lines(name, value, column, room) for name, value in self._pairs)
        self.show(Text("\n").join(line for pair in lines for line in pair))

    def _lines(self, name: str, value: str, column: int, room: int) -> Iterator[Text]:
        """Give a pair's lines: the value in as many as it takes in ``room`` cells."""
        text = Text("\n").join(Text(one_line(line)) for line in value.splitlines())
        parts = text.wrap(self.app.console, room) if room >= _NARROWEST else [text]
        head = name + " " * (column - cell_len(name))
        for part in parts or [text]:
            part.rstrip()
            yield Text.assemble((head, "dim"), part)
            head = " " * column


def results_of(stage: StageView) -> Iterator[Fact]:
    """Give the numbers that a finished stage left, nested ones by their path."""
    yield from _flat("", stage.results)


def _flat(prefix: str, values: Mapping[str, Any]) -> Iterator[Fact]:
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from _flat(f"{prefix}{name} {symbol('dot')} ", value)
        elif isinstance(value, float):
            yield prefix + name, f"{value:.6g}"
        else:
            yield prefix + name, translated(text_of(value))


def about(stage: StageView) -> Iterator[Fact]:
    """Give where a stage stands and what decided it; what is not known yet is left out."""
    yield _("state"), stage_words(stage)[0]
    known = {
        _("why"): translated(stage.reason),
        _("made in"): stage.made_in,
        _("key"): stage.key,
        _("image"): stage.image,
        _("started"): f"{stage.started.astimezone():%Y-%m-%d %H:%M:%S}" if stage.started else "",
        _("took"): human_seconds(stage.seconds) if stage.seconds is not None else "",
        _("peak memory"): human_size(stage.peak_memory) if stage.peak_memory else "",
        _("log"): str(stage.log or ""),
    }
    yield from ((name, value) for name, value in known.items() if value)
    yield from stage.environment.items()
    for warning in stage.warnings:
        where = f"{warning.where}: " if warning.where else ""
        yield f"{symbol('warning')} " + _("warning"), where + translated(warning.message)
        if warning.pitfall:
            yield "", f"paddock explain {warning.pitfall}"
    for note in stage.notes:
        yield _("note"), translated(note)
