"""Building the images: which one, which step, what the base is, and the end of the log."""

from __future__ import annotations

import time
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll

from pipeline.errors import PaddockError
from pipeline.images.events import BaseTried
from pipeline.text import human_seconds, human_size, one_line
from stages.message import msg
from tui.appearance import current, symbol
from tui.build_job import BuildJob
from tui.keys import bindings
from tui.language import N_, _, translated
from tui.screens.confirm import YES, confirm_screen
from tui.screens.plain import PlainScreen, failure_text
from tui.widgets.image_table import ImageTable
from tui.widgets.line import Line
from tui.widgets.tail import Tail

_BASES = {
    "used": N_("using {image}"),
    "trying": N_("trying {image}"),
    "failed": N_("not {image}"),
}


class BuildScreen(PlainScreen[bool]):
    """Shows ``job``; dismissed with whether all images are there now."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("build")
    DEFAULT_CSS = """
    BuildScreen #state { padding: 0 1; }
    BuildScreen VerticalScroll { height: auto; max-height: 60%; }
    BuildScreen #base, BuildScreen #place, BuildScreen Tail { padding: 0 1; }
    BuildScreen #base, BuildScreen #place { color: $text-muted; }
    BuildScreen.-short #base { display: none; }
    BuildScreen.-short VerticalScroll { max-height: 40%; }
    """
    VERTICAL_BREAKPOINTS = [(0, "-short"), (16, "-tall")]  # noqa: RUF012 - as Textual declares it

    def __init__(self, job: BuildJob) -> None:
        super().__init__()
        self.job = job

    def title_text(self) -> str:
        return _("building the images")

    def compose_body(self) -> ComposeResult:
        yield Line(id="state")
        with VerticalScroll(can_focus=True):
            yield ImageTable()
        yield Line(id="base")
        yield Line(id="place")
        yield Tail()

    def on_mount(self) -> None:
        pace = current().pace
        self.set_interval(pace.poll, self._read_on)
        self.set_interval(pace.clock, self._draw)
        self._read_on()
        self._draw()

    def _read_on(self) -> None:
        if self.job.poll():
            self._draw()

    def _draw(self) -> None:
        build = self.job.view
        self.query_one("#state", Line).show(self._state())
        self.query_one(ImageTable).show(build, time.monotonic())
        self.query_one("#base", Line).show(self._base())
        place = _("complete log: {path}").format(path=one_line(self.job.log_path))
        self.query_one("#place", Line).show(place)
        self.query_one(Tail).show_lines(build.log)

    def _state(self) -> Text:
        error = self.job.error
        if error is not None:
            if not isinstance(error, PaddockError):
                error = PaddockError(msg("{first}: {rest}", type(error).__name__, error))
            return failure_text(error)
        images = list(self.job.view.images.values())
        ready = sum(image.state == "done" for image in images)
        if self.job.is_over:
            said = _("all {count} images are there, after {time}; {key} goes back").format(
                count=ready,
                time=human_seconds(self.job.seconds),
                key=self.paddock.key_shown("build.leave"),
            )
            return Text(f"{symbol('done')} {said}", "bold green")
        gone = human_seconds(round(time.monotonic() - self.job.started))
        said = _("{ready} of {count} images are ready, {time} so far")
        said = said.format(ready=ready, count=len(images), time=gone)
        return Text(f"{symbol('running')} {said}", "bold")

    def _base(self) -> Text:
        base, pull = self.job.view.base, self.job.view.pull
        if base is None:
            return Text()
        said = _("base") + f": {_base_words(base)}"
        if pull and pull.total:
            done, total = human_size(pull.done), human_size(pull.total)
            said += f" {symbol('dot')} "
            said += _("pulled {done} of {total} so far").format(done=done, total=total)
            if self.job.view.pull_left is not None:
                left = human_seconds(round(self.job.view.pull_left))
                said += ", " + _("about {time} left").format(time=left)
        return Text(said)

    def action_leave(self) -> None:
        """Go back; while the build goes on, say first that it does."""
        if self.job.is_over:
            self.leave(self.job.error is None)
            return
        self.app.push_screen(
            confirm_screen(
                _("The build cannot be interrupted; it goes on in the background."),
                _("Stay and watch"),
                _("Leave; you will be told when it is done"),
            ),
            lambda answer: self._leave() if answer == YES else None,
        )

    def _leave(self) -> None:
        self.leave(self.job.is_over and self.job.error is None)


def _base_words(base: BaseTried) -> str:
    said = _(_BASES[base.outcome.value]).format(image=one_line(base.reference))
    return said + (f": {one_line(translated(base.why))}" if base.why else "")
