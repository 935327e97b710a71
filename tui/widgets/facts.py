"""Names and values in two columns: what a stage measured, or where it came from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text
from textual.widgets import Static

from pipeline.text import human_seconds, human_size, one_line
from tui.appearance import symbol
from tui.language import _, translated
from tui.views.run import StageView
from tui.words import PURPOSES, stage_words

Fact = tuple[str, str]

#: Cells between name and value; what a value needs to be broken into lines below each other; and before
#: what stands below its name.
_GAP, _NARROWEST, _INDENT = 2, 12, 2


@dataclass(frozen=True)
class Pairs:
    """Laid out in the width that there is when they are drawn.

    A long value goes on below its own column. One that cannot be broken between words, such as a hash,
    stands whole on the line below its name if it does not fit beside it.
    """

    facts: tuple[Fact, ...]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield Text("\n").join(self.lines(console, options.max_width))

    def lines(self, console: Console, width: int) -> Iterator[Text]:
        """Give the lines in ``width`` cells."""
        widest = max((cell_len(name) for name, _value in self.facts), default=0)
        column = min(widest, max(_NARROWEST, width // 2)) + _GAP
        for name, value in self.facts:
            yield from _pair(console, name, value, column, width)


def _pair(console: Console, name: str, value: str, column: int, width: int) -> Iterator[Text]:
    """Give a pair's lines: the value in as many as it takes."""
    text = Text("\n").join(Text(one_line(line)) for line in value.splitlines())
    head, room = name + " " * (column - cell_len(name)), width - column
    if cell_len(name) > column - _GAP:  # too long for its column
        yield from Text(name, "dim").wrap(console, width)
        head = " " * column
    if text.cell_len > room and not {" ", "\n"} & {*text.plain}:
        yield Text(name, "dim")
        head, room = " " * _INDENT, width - _INDENT
        if text.cell_len > room:  # in pieces that are alike, so that two hashes can be compared
            room = -(-text.cell_len // -(-text.cell_len // max(1, room)))
    parts = text.wrap(console, room) if room >= _NARROWEST else [text]
    for part in parts or [text]:
        part.rstrip()
        yield Text.assemble((head, "dim"), part)
        head = " " * cell_len(head)


class Facts(Static):
    """As high as it needs to be."""

    DEFAULT_CSS = """
    Facts { height: auto; padding: 0 1; }
    """

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__("", id=id, classes=classes, markup=False)
        self._pairs: tuple[Fact, ...] = ()

    def show_facts(self, facts: Iterable[Fact]) -> None:
        """Show these pairs; the same ones again cost nothing."""
        wanted = tuple(facts)
        if wanted != self._pairs:
            self._pairs = wanted
            self.update(Pairs(wanted))


def about(stage: StageView) -> Iterator[Fact]:
    """Give where a stage stands and what decided it; what is not known yet is left out."""
    yield _("state"), stage_words(stage)[0]
    known = {
        _("does"): _(PURPOSES.get(stage.name, "")) if stage.name in PURPOSES else "",
        _("why"): translated(stage.reason) if stage.state != "cached" else "",
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
