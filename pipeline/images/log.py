"""The complete record of a build, for whoever wants to know later why it failed."""

from __future__ import annotations

import tempfile
from datetime import datetime, timezone
from pathlib import Path

from pipeline.images.events import (
    BaseTried,
    BuildEvent,
    BuildFailed,
    ImageFinished,
    ImageStarted,
    LogLine,
    PullProgressed,
    StepStarted,
)
from pipeline.record.runs import keep_out_of_git
from stages.message import msg

_FOLDER = "builds"


class BuildLog:
    """Appends every event but a pull's progress to a file, a line each, as it happens."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._stream = path.open("a", encoding="utf-8", buffering=1)

    def write(self, event: BuildEvent) -> None:
        """Append the event."""
        line = _line(event)
        if line:
            self._stream.write(line + "\n")

    def failed(self, told: str, remedy: str = "") -> None:
        """Append why the build ended."""
        self._stream.write(f"failed: {told}\n" + (f"do: {remedy}\n" if remedy else ""))

    def __enter__(self) -> BuildLog:
        return self

    def __exit__(self, *_raised: object) -> None:
        self._stream.close()


def build_log(state: Path, *, in_project: bool) -> BuildLog:
    """Open a new log: among the project's own records, or without a project among temporary files.

    Raises:
        OSError: there is no room for it, or no permission.
    """
    now = datetime.now(timezone.utc).strftime("%Y%m%d-%H%M%S")
    if not in_project:
        with tempfile.NamedTemporaryFile(
            prefix=f"paddock-build-{now}-", suffix=".log", delete=False
        ) as file:
            return BuildLog(Path(file.name))
    folder = state / _FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    keep_out_of_git(state)
    return BuildLog(folder / f"{now}.log")


def _line(event: BuildEvent) -> str:
    match event:
        case BaseTried():
            return msg(
                "base: {value} {reference}: {why}", event.outcome.value, event.reference, event.why
            )
        case ImageStarted():
            return msg("{image}: image {index} of {total}", event.image, event.index, event.total)
        case StepStarted():
            return msg(
                "{image}: step {step}/{steps}: {instruction}",
                event.image,
                event.step,
                event.steps,
                event.instruction,
            )
        case LogLine():
            return event.text
        case ImageFinished():
            how = (
                msg("up to date")
                if event.up_to_date
                else msg("built in {seconds} s", event.seconds)
            )
            return msg("{image}: {how}, {size} bytes, {id}", event.image, how, event.size, event.id)
        case BuildFailed():
            return msg("{image}: failed", event.image)
        case PullProgressed():
            return ""
