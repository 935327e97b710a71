"""Writing a bundled example: where to, how far it is, and what to do where something is missing."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar, Literal

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Input

from pipeline.errors import PaddockError
from pipeline.text import human_seconds, one_line
from tui.appearance import current, symbol
from tui.keys import bindings
from tui.language import _, ngettext, translated
from tui.screens.plain import PlainScreen, failure_text
from tui.views.ways import place_fault, place_for
from tui.widgets.field import Entry, Field
from tui.widgets.line import Line
from tui.widgets.tail import Tail

State = Literal["asking", "looking", "missing", "drawing", "stopping", "failed"]


class ExampleScreen(PlainScreen[bool]):
    """Asks where to, and makes the example called ``name`` there; dismissed with whether it is there.

    The app is then in its folder.
    """

    BINDINGS: ClassVar[list[BindingType]] = bindings("project", "back", "build")
    DEFAULT_CSS = """
    ExampleScreen Line { padding: 0 1; }
    ExampleScreen Field { margin: 1 0; }
    """

    def __init__(self, name: str) -> None:
        super().__init__()
        self._example = name
        self._orders = 0
        self._place = Path()
        self._steps: list[str] = []
        self._since = self._step_since = time.monotonic()
        self.state: State = "asking"
        self._told = Text()

    def title_text(self) -> str:
        return _("the example {name}").format(name=self._example)

    def compose_body(self) -> ComposeResult:
        yield Line(id="state")
        suggested = place_for(self.backend.folder, self._example)
        yield Field(_("folder"), Entry(suggested), "", id="place")
        yield Tail()

    def on_mount(self) -> None:
        self.set_interval(current().pace.clock, self._draw)
        self._control.focus()
        self._show_place()
        self._enter("asking")

    @property
    def _control(self) -> Input:
        return self.query_one("#place Input", Input)

    @on(Input.Changed)
    def _show_place(self) -> None:
        """Say which folder is meant, or why it cannot be that one."""
        self._place = self.backend.folder / self._control.value.strip()
        fault = place_fault(self._place)
        said = _("{place} will hold paddock.toml and data/").format(
            place=one_line(os.path.normpath(self._place))
        )
        self.query_one(Field).say([fault or said], is_wrong=bool(fault))

    @on(Input.Submitted)
    def _take_place(self) -> None:
        if not place_fault(self._place):
            self._control.disabled = True
            self._begin()

    def on_unmount(self) -> None:
        self._orders += 2  # whoever leaves the app does not wait for a container

    def _begin(self) -> None:
        self._enter("looking")
        self._make()

    def _enter(self, state: State, told: Text | None = None) -> None:
        self.state, self._told, self._since = state, told or Text(), time.monotonic()
        self._draw()

    @work(thread=True, group="example", exclusive=True)
    def _make(self) -> None:
        try:
            missing = [item.image for item in self.backend.list_images() if not item.present]
            if missing:
                self.call_later(self._offer_to_build, missing)
                return
            if self._orders:
                return
            self.call_later(self._enter, "drawing")
            self.backend.make_example(self._example, self._place, self._say, lambda: self._orders)
        except (PaddockError, OSError) as error:
            self.call_later(self._end, error)
        else:
            self.call_later(self._end)

    def _say(self, line: str) -> None:
        self.call_later(self._add_step, line)

    def _add_step(self, line: str) -> None:
        """Begin a step; the one before gets the time that it took."""
        now = time.monotonic()
        if self._steps:
            self._steps[-1] += f", {human_seconds(now - self._step_since)}"
        self._steps.append(translated(line))
        self._step_since = now
        self.query_one(Tail).show_lines(self._steps)

    def _offer_to_build(self, names: Sequence[str]) -> None:
        count = len(names)
        said = ngettext(
            "{count} image is missing: {names}", "{count} images are missing: {names}", count
        ).format(count=count, names=one_line(", ".join(names)))
        told = Text(f"{symbol('warning')} {said}", "bold")
        press = _("press {key} to build them").format(key=self.paddock.key_shown("project.build"))
        told.append(f"\n{symbol('arrow')} {press}", "not bold")
        self._enter("missing", told)

    def _end(self, error: Exception | None = None) -> None:
        if error is None:
            self.paddock.open_project(self._place)
            self.leave(True)
        elif self._orders:
            said = _("Cancelled. Nothing was left in {place}.")
            place = one_line(os.path.normpath(self._place))
            self.notify(said.format(place=place), markup=False)
            self.leave(False)
        else:
            self._enter("failed", failure_text(error))

    def _draw(self) -> None:
        words = {
            "asking": _(
                "Where to? Enter draws the example there, {back} goes back without."
            ).format(back=self.paddock.key_shown("project.back")),
            "looking": _("looking for engine and images"),
            "drawing": _("drawing the example's images in a container, {back} cancels").format(
                back=self.paddock.key_shown("project.back")
            ),
            "stopping": _("cancelling; nothing is left behind"),
        }
        told = self._told
        if self.state == "asking":
            told = Text(words[self.state], "bold")
        elif self.state in words:
            gone = human_seconds(round(time.monotonic() - self._since))
            told = Text(f"{symbol('running')} {words[self.state]}, {gone}", "bold")
        self.query_one("#state", Line).show(told)

    # Keys.

    def action_back(self) -> None:
        """Go back; what is being drawn is stopped first."""
        if self.state in ("asking", "missing", "failed", "looking"):
            self._orders += 1
            self.leave(False)
        else:
            self._orders += 1
            self._enter("stopping")

    def action_build(self) -> None:
        """Build the images, then go on."""
        if self.state == "missing":
            self.paddock.build_images(self._built)

    def _built(self, complete: bool | None) -> None:
        if complete:
            self._begin()
