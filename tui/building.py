"""What ``paddock images build`` says, one line an event."""

from __future__ import annotations

from pipeline.images import (
    BaseTried,
    BuildEvent,
    BuildFailed,
    ImageFinished,
    ImageStarted,
    PullProgressed,
    StepStarted,
)
from pipeline.text import human_seconds, human_size
from tui.console import Terminal

_OUTCOMES = {"used": "✔ using", "trying": "… trying", "failed": "! not"}


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
                why = f": {event.why}" if event.why else ""
                self._say(f"base     {_OUTCOMES[event.outcome.value]} {event.reference}{why}")
            case PullProgressed():
                self._show_pull(event)
            case ImageStarted():
                self._place = f"{event.index}/{event.total}"
                self._say(f"image {self._place}  {event.image}")
            case StepStarted():
                self._say(
                    f"image {self._place}    step {event.step}/{event.steps}  {event.instruction}"
                )
            case ImageFinished():
                took = (
                    "up to date" if event.up_to_date else f"built in {human_seconds(event.seconds)}"
                )
                short = event.id.removeprefix("sha256:")[:12]
                self._say(
                    f"image {self._place}  ✔ {event.image} {took}, {human_size(event.size)}, {short}"
                )
            case BuildFailed():
                for line in event.lines:
                    self._terminal.note(f"    {line}")
            case _:
                pass

    def _show_pull(self, event: PullProgressed) -> None:
        tenth = 10 * event.done // event.total if event.total else -1
        if tenth > self._pulled:
            self._pulled = tenth
            self._say(
                f"base       pulled {human_size(event.done)} of {human_size(event.total)} so far"
            )

    def _say(self, line: str) -> None:
        self._terminal.print(line)
