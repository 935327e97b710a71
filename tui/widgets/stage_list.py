"""The stages of a run: symbol, word, duration, and why; progress while one runs."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timezone
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from rich.text import Text
from textual.binding import Binding, BindingType
from textual.geometry import Region
from textual.widgets.option_list import Option

from pipeline.text import human_seconds, unfolded
from tui.appearance import symbol
from tui.language import _, ngettext, translated
from tui.progress import share_of
from tui.views.run import StageView
from tui.widgets.facts import results_of
from tui.widgets.line import looks_same
from tui.widgets.marked import MarkedList
from tui.words import stage_words

if TYPE_CHECKING:
    from typing_extensions import Self

_BAR, _SHORTEST_BAR = 10, 4
#: Lines that a stage takes.
_LINES = 2


class StageList(MarkedList):
    """Two lines a stage. A line repaints only when its text changed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "cursor_down", show=False),
        Binding("k", "cursor_up", show=False),
    ]
    DEFAULT_CSS = """
    StageList { border: none; padding: 0; background: $surface; }
    StageList:focus { border: none; }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, markup=False)
        self._shown: dict[str, Text] = {}
        self._stages: tuple[StageView, ...] = ()
        self._replaced: Region | None = None

    @property
    def selected(self) -> str:
        """The name of the highlighted stage."""
        option = self.highlighted_option
        return option.id or "" if option else ""

    def select(self, stage: str) -> None:
        """Highlight a stage."""
        if stage in self._shown and stage != self.selected:
            self.highlighted = self.get_option_index(stage)

    def show(self, stages: Iterable[StageView]) -> None:
        """Show the stages as they are now."""
        self._stages = tuple(stages)
        self._draw()

    def on_resize(self) -> None:
        self._draw()

    def _draw(self) -> None:
        width = self.scrollable_content_region.width
        if not width:
            return
        for name in self._shown.keys() - {stage.name for stage in self._stages}:
            self.remove_option(name)
            del self._shown[name]
        for stage in self._stages:
            text = _row(stage, width - 2)
            if stage.name not in self._shown:
                self.add_option(Option(text, id=stage.name))
            elif not looks_same(text, self._shown[stage.name]):
                self._replace(stage.name, text)
            self._shown[stage.name] = text
        if self.highlighted is None and self._stages:
            self.highlighted = 0

    def _replace(self, stage: str, text: Text) -> None:
        top = self.get_option_index(stage) * _LINES - self.scroll_offset.y
        self._replaced = Region(0, top, self.size.width, _LINES)
        self.replace_option_prompt(stage, text)
        self._replaced = None

    def refresh(
        self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False
    ) -> Self:
        """Repaint the row that is being replaced; OptionList itself asks for the whole list."""
        if self._replaced is not None and not regions:
            regions = (self._replaced,)
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)


def now() -> datetime:
    """Return the time that a running stage is measured to."""
    return datetime.now(timezone.utc)


def _row(stage: StageView, width: int) -> Text:
    word, style = stage_words(stage)
    left = Text.assemble((f"{stage.name:<8}", "bold"), (word, style))
    right = _duration(stage)
    gap = max(1, width - left.cell_len - len(right))
    row = left + Text(" " * gap + right)
    row.truncate(width, overflow="ellipsis")
    below = Text("  " + _below(stage, width - 2), "dim" if stage.state != "running" else "")
    below.truncate(width, overflow="ellipsis")
    return row + Text("\n") + below


def _duration(stage: StageView) -> str:
    if stage.state == "running" and stage.started:
        return human_seconds((now() - stage.started).total_seconds())
    return human_seconds(stage.seconds) if stage.seconds is not None else ""


def _below(stage: StageView, width: int) -> str:
    """Return what the second line says: how far it is, warnings, or why it ran or did not."""
    if stage.state == "running" and stage.progress and stage.progress.total:
        return _progress_line(stage, width)
    if stage.warnings:
        text = ngettext("{count} warning", "{count} warnings", len(stage.warnings))
        return f"{symbol('warning')} " + text.format(count=len(stage.warnings))
    if stage.state == "cached":
        return _("made in {run}").format(run=stage.made_in)
    if stage.state == "done" and stage.results:
        dot = f" {symbol('dot')} "
        return dot.join(f"{name} {value}" for name, value in results_of(stage))
    return unfolded(translated(stage.reason))


def _progress_line(stage: StageView, width: int) -> str:
    """Return bar, share and time left, as far as they fit."""
    progress = stage.progress
    if progress is None:
        return ""
    share = share_of(progress)
    line = f"{share:>4.0%}"
    if stage.seconds_left is not None:
        line += " " + _("{time} left").format(time=human_seconds(stage.seconds_left))
    return f"{_bar(share, width - cell_len(line) - 1)} {line}".lstrip()


def _bar(share: float, room: int) -> str:
    """Return a bar that fits into ``room``; none if it would be too short to tell anything."""
    length = min(_BAR, room) if room >= _SHORTEST_BAR else 0
    filled = round(share * length)
    return symbol("full") * filled + symbol("empty") * (length - filled)
