"""Two runs compared: what came out differently, and why."""

from __future__ import annotations

import time
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll

from pipeline.record.runs import RunFolder
from pipeline.report.runs_compared import Comparison
from tui.appearance import current, symbol
from tui.keys import bindings
from tui.language import _
from tui.screens.plain import PlainScreen
from tui.widgets.comparison import ComparisonView

#: A run that goes on is read again after so many seconds.
_AGAIN = 5.0


class CompareScreen(PlainScreen[None]):
    """Shows ``now`` against ``before``; ``members`` are what the two are called, if they are a sweep's."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("compare")

    def __init__(
        self, before: RunFolder, now: RunFolder, members: tuple[str, str] | None = None
    ) -> None:
        super().__init__()
        self._pair, self._members = (before, now), members
        self._comparison: Comparison | None = None
        self._read_at = 0.0

    def title_text(self) -> str:
        if self._members is None:
            return _("two runs compared")
        return f" {symbol('arrow')} ".join(self._members)

    def compose_body(self) -> ComposeResult:
        with VerticalScroll():
            yield ComparisonView()

    def on_mount(self) -> None:
        self.query_one(VerticalScroll).focus()
        self._compare()
        self.set_interval(current().pace.clock, self._tick)

    def _tick(self) -> None:
        """Let the clock of a run that goes on go on, and read it again now and then."""
        shown = self._comparison
        if shown is None or not any(it.summary.goes_on for it in (shown.before, shown.now)):
            return
        if time.monotonic() - self._read_at > _AGAIN:
            self._compare()
        else:
            self.query_one(ComparisonView).show(shown)

    def _compare(self) -> None:
        self._read_at = time.monotonic()
        self._read()

    @work(thread=True, group="compare", exclusive=True)
    def _read(self) -> None:
        self.call_later(self._show, self.backend.compare(*self._pair))

    def _show(self, comparison: Comparison) -> None:
        self._comparison = comparison
        self.query_one(ComparisonView).show(comparison)

    def action_swap(self) -> None:
        """Look at it the other way round."""
        self._pair = self._pair[1], self._pair[0]
        if self._members is not None:
            self._members = self._members[1], self._members[0]
            self.show_title()
        self._compare()
