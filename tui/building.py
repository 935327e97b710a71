"""What ``paddock images build`` says, one line an event."""

from __future__ import annotations

from pipeline.images.events import (
    BaseTried,
    BuildEvent,
    BuildFailed,
    ImageFinished,
    ImageStarted,
    PullProgressed,
    StepStarted,
)
from pipeline.text import human_seconds, human_size
from tui.console import Terminal, padded
from tui.language import N_, _, translated

#: Symbol and words for what became of a base image.
_OUTCOMES = {
    "used": ("✔", N_("using {image}")),
    "trying": ("…", N_("trying {image}")),
    "failed": ("!", N_("not {image}")),
}


class BuildPrinter:
    """Turns build events into lines; a step's own log is shown only when it fails."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        self._place = ""
        self._pulled = -1

    def show(self, event: BuildEvent) -> None:
        """Print the event, or nothing if it would only be noise."""
        match event:
            case BaseTried():
                self._show_base(event)
            case PullProgressed():
                self._show_pull(event)
            case ImageStarted():
                self._place = f"{event.index}/{event.total}"
                self._say(f"{self._image()}  {event.image}")
            case StepStarted():
                step = _("step {step}/{steps}").format(step=event.step, steps=event.steps)
                self._say(f"{self._image()}    {step}  {event.instruction}")
            case ImageFinished():
                self._show_finished(event)
            case BuildFailed():
                for line in event.lines:
                    self._terminal.note(f"    {line}")
            case _:
                pass

    def _image(self) -> str:
        return _("image {place}").format(place=self._place)

    def _show_base(self, event: BaseTried) -> None:
        symbol, sentence = _OUTCOMES[event.outcome.value]
        said = _(sentence).format(image=event.reference)
        why = _(": {why}").format(why=translated(event.why)) if event.why else ""
        self._say(padded(_("base"), 8) + f" {symbol} {said}{why}")

    def _show_finished(self, event: ImageFinished) -> None:
        took = (
            _("up to date")
            if event.up_to_date
            else _("built in {time}").format(time=human_seconds(event.seconds))
        )
        short = event.id.removeprefix("sha256:")[:12]
        size = human_size(event.size)
        self._say(f"{self._image()}  ✔ {event.image} {took}, {size}, {short}")

    def _show_pull(self, event: PullProgressed) -> None:
        tenth = 10 * event.done // event.total if event.total else -1
        if tenth > self._pulled:
            self._pulled = tenth
            done, total = human_size(event.done), human_size(event.total)
            said = _("pulled {done} of {total} so far").format(done=done, total=total)
            self._say(padded(_("base"), 8) + f"   {said}")

    def _say(self, line: str) -> None:
        self._terminal.print(line)
