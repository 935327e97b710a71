"""The stages of a run: symbol, word, duration, and what became of each; how far it is while it runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from rich.text import Text
from textual.binding import Binding, BindingType
from textual.geometry import Region
from textual.widgets.option_list import Option

from pipeline.text import human_seconds, one_line, unfolded
from tui.appearance import Mark, symbol
from tui.language import N_, _, translated
from tui.progress import share_of
from tui.views import outlook
from tui.views.outlook import elapsed, stage_outlook, took
from tui.views.run import StageView
from tui.views.story import story, told
from tui.widgets.line import looks_same
from tui.widgets.marked import MarkedList
from tui.words import stage_words

if TYPE_CHECKING:
    from typing_extensions import Self

#: Lines that a stage takes: where it stands, what became of it, and its time where there is room for all.
_FEW, _ALL = 2, 3
_BAR, _SHORTEST_BAR = 10, 4
#: What a run would do with a stage that it has not come to.
_PLANNED: dict[str, tuple[Mark, str]] = {
    "run": ("running", N_("would run")),
    "wait": ("ellipsis", N_("would follow")),
    "cached": ("cached", N_("cached")),
}


class StageList(MarkedList):
    """Two or three lines a stage. A line repaints only when its text changed."""

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
        self._last: Mapping[str, StageView] = {}
        self._height, self._is_plan = _FEW, False
        self._replaced: Region | None = None

    @property
    def selected(self) -> str:
        """The name of the highlighted stage."""
        option = self.highlighted_option
        return option.id or "" if option else ""

    @property
    def shows_times(self) -> bool:
        """Whether there is room for a bar of time."""
        return self._height == _ALL

    def select(self, stage: str) -> None:
        """Highlight a stage."""
        if stage in self._shown and stage != self.selected:
            self.highlighted = self.get_option_index(stage)

    def show(
        self,
        stages: Iterable[StageView],
        last: Mapping[str, StageView] | None = None,
        *,
        is_plan: bool = False,
    ) -> None:
        """Show the stages as they are now, or would be; ``last`` has them as they ran before."""
        self._stages, self._last, self._is_plan = tuple(stages), last or {}, is_plan
        self._draw()

    def on_resize(self) -> None:
        self._draw()

    def _draw(self) -> None:
        width = self.scrollable_content_region.width
        if not width:
            return
        if self._shown.keys() - {stage.name for stage in self._stages}:
            self.clear_options()
            self._shown.clear()
        self._height = _ALL if self.size.height >= _ALL * len(self._stages) else _FEW
        new: list[Option] = []
        for stage, text in rows(
            self._stages, self._last, width - 3, self._height, is_plan=self._is_plan
        ):
            if stage not in self._shown:
                new.append(Option(text, id=stage))
            elif not looks_same(text, self._shown[stage]):
                self._replace(stage, text)
            self._shown[stage] = text
        self.add_options(new)  # at once: each time all lines are counted again
        if self.highlighted is None and self._stages:
            self.highlighted = 0

    def _replace(self, stage: str, text: Text) -> None:
        same_height = str(text).count("\n") == str(self._shown[stage]).count("\n")
        top = self.get_option_index(stage) * self._height - self.scroll_offset.y
        self._replaced = Region(0, top, self.size.width, self._height) if same_height else None
        self.replace_option_prompt(stage, text)
        self._replaced = None

    def refresh(
        self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False
    ) -> Self:
        """Repaint the row that is being replaced; OptionList itself asks for the whole list."""
        if self._replaced is not None and not regions:
            regions = (self._replaced,)
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)


def rows(
    stages: Iterable[StageView],
    last: Mapping[str, StageView],
    width: int,
    lines: int = _FEW,
    *,
    is_plan: bool = False,
) -> Iterator[tuple[str, Text]]:
    """Give each stage's name, and what the list says of it in ``lines`` lines of ``width`` cells.

    ``is_plan``: there is no run, the stages are as one would find them.
    """
    stages, here = tuple(stages), outlook.clock()
    longest = max((_longest(stage, last.get(stage.name), here) for stage in stages), default=0.0)
    for stage in stages:
        before = last.get(stage.name)
        said = [_head(stage, width, here, is_plan=is_plan), _below(stage, before, width, here)]
        if lines == _ALL:
            said.append(_time_bar(stage, before, longest, width, here))
        yield stage.name, Text("\n").join(said)


def _head(stage: StageView, width: int, here: datetime, *, is_plan: bool) -> Text:
    word, style = stage_words(stage)
    if is_plan and stage.state == "waiting" and stage.planned in _PLANNED:
        mark, planned = _PLANNED[stage.planned]
        word = f"{symbol(mark)} " + _(planned)
    left = Text.assemble((f"{stage.name:<8} ", "bold"), (word, style))
    if stage.warnings:
        left.append(f" {symbol('warning')} {len(stage.warnings)}", "yellow")
    seconds = elapsed(stage, here)
    right = human_seconds(seconds) if stage.state == "running" or stage.seconds is not None else ""
    gap = max(1, width - left.cell_len - len(right))
    row = left + Text(" " * gap + right, "dim" if stage.state == "cached" else "")
    row.truncate(width, overflow="ellipsis")
    return row


def _below(stage: StageView, last: StageView | None, width: int, here: datetime) -> Text:
    """Return what the second line says: how far it is, what became of it, or why it runs."""
    room = width - 2
    if stage.state == "running" and stage.progress:
        said = _progress_line(stage, last, room, here)
    else:
        said = told(story(stage), room) or unfolded(translated(stage.reason))
    if not said and stage.state == "cached":
        said = _("made in {run}").format(run=stage.made_in)
    style = "" if stage.state in ("running", "done", "failed") else "dim"
    below = Text("  " + said, style)
    below.truncate(width, overflow="ellipsis")
    return below


def _progress_line(stage: StageView, last: StageView | None, width: int, here: datetime) -> str:
    """Return bar, share, time left and step, as far as they fit."""
    progress = stage.progress
    if progress is None:
        return ""
    expected, gone = stage_outlook(stage, last, here), elapsed(stage, here)
    share = share_of(progress)
    if expected.left is not None and last is not None:  # of all its time, not of one step's work
        share = gone / (gone + expected.left)
    line = f"{share:>4.0%}"
    if expected.left is not None or expected.late:
        line += f" {expected.words}"
    line = f"{_bar(share, width - cell_len(line) - 1)} {line}".strip()
    note = one_line(translated(progress.note))
    return f"{line} {note}".rstrip() if cell_len(f"{line} {note}") <= width else line


def _bar(share: float, room: int) -> str:
    """Return a bar that fits into ``room``; none if it would be too short to tell anything."""
    length = min(_BAR, room) if room >= _SHORTEST_BAR else 0
    filled = round(share * length)
    return symbol("full") * filled + symbol("empty") * (length - filled)


# Time.


def _expected(stage: StageView, last: StageView | None, here: datetime) -> float:
    """Return how long the stage took when it ran before, or will take as far as it can be known."""
    if stage.state == "cached":
        return stage.seconds or 0.0
    if stage.state == "running" and (left := stage_outlook(stage, last, here).left) is not None:
        return elapsed(stage, here) + left
    return took(last) or 0.0


def _own(stage: StageView, here: datetime) -> float:
    """Return how long the stage has taken in this run."""
    return 0.0 if stage.state == "cached" else elapsed(stage, here)


def _longest(stage: StageView, last: StageView | None, here: datetime) -> float:
    return max(_own(stage, here), _expected(stage, last, here))


def _time_bar(
    stage: StageView, last: StageView | None, longest: float, width: int, here: datetime
) -> Text:
    """Draw the stage's time in this run over that of the last one, all stages on one scale."""
    room = width - 2

    def cells(seconds: float) -> int:
        return max(1, round(seconds / longest * room)) if seconds > 0 and longest > 0 else 0

    skipped = stage.state in ("skipped", "unreached")
    own = cells(_own(stage, here))
    before = 0 if skipped else cells(_expected(stage, last, here))
    shared = min(own, before) if before else own
    return Text.assemble(
        "  ",
        (symbol("full") * shared, "cyan"),
        (symbol("over") * (own - shared), "yellow"),
        (symbol("empty") * (before - shared), "dim"),
    )
