"""What the trainer's earlier starts left in the scratch folder."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

from stages.ppocr.trainer_log import Evaluated, LogEvent, Saved, Stepped, parse_line

_ENDINGS = (".pdparams", ".pdopt", ".states")
#: What this stage keeps of the trainer's log (PaddleOCR 3.1 announces a file and never opens it).
LOG = "trainer.log"
#: What an attempt begins with, unless it goes on from an epoch or from the initialisation.
STARTING_WEIGHTS = "pretrained.pdparams"
_PREFIX = "attempt-"
_BEST = "best_accuracy.pdparams"


class Attempt:
    """One start of the trainer: its folder, and what its :data:`LOG` says of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        #: Of the best checkpoint in this folder; -1 where there is none.
        self.accuracy = self.ned = -1.0
        self.best_epoch = 0
        log = folder / LOG
        lines = log.read_text(encoding="utf-8", errors="replace") if log.is_file() else ""
        parsed = (parse_line(line) for line in lines.splitlines())
        self.events: list[LogEvent] = [event for event in parsed if event is not None]
        self._find_best()

    @property
    def resumable(self) -> Path | None:
        """The newest epoch's checkpoint that is complete, as a path without the endings."""
        for event in reversed(self.events):
            if isinstance(event, Saved) and event.epoch is not None:
                prefix = self.folder / Path(event.prefix).name
                if all(prefix.with_name(prefix.name + end).is_file() for end in _ENDINGS):
                    return prefix
        return None

    @property
    def checkpoint(self) -> Path | None:
        """The best checkpoint, else the last epoch's."""
        if self.accuracy >= 0 and (self.folder / _BEST).is_file():
            return self.folder / _BEST
        last = self.resumable
        return last.with_name(last.name + ".pdparams") if last else None

    def forget_old_epochs(self) -> None:
        """Remove all epochs' checkpoints but the one to go on from: each is 60 MB and more."""
        newest = self.resumable
        for path in self.folder.glob("iter_epoch_*"):
            if newest and path.stem != newest.name:
                path.unlink()

    def _find_best(self) -> None:
        """Go by the log: PaddleOCR saves the best checkpoint after the evaluation that made it."""
        epoch, last = 0, Evaluated({})
        for event in self.events:
            if isinstance(event, Stepped):
                epoch = event.epoch
            elif isinstance(event, Evaluated):
                last = event
            elif isinstance(event, Saved) and event.best:
                self.accuracy = last.values.get("acc", 0.0)
                self.ned = last.values.get("norm_edit_dis", 0.0)
                self.best_epoch = epoch


def attempts_in(scratch: Path) -> list[Attempt]:
    """Return all attempts, oldest first."""
    folders = sorted(scratch.glob(f"{_PREFIX}*"), key=_number)
    return [Attempt(folder) for folder in folders]


def first_weights(scratch: Path) -> Path | None:
    """Return what the first attempt began with, None where that was the initialisation."""
    first = scratch / f"{_PREFIX}1" / STARTING_WEIGHTS
    return first if first.is_file() else None


def new_attempt(scratch: Path) -> Path:
    """Make the next attempt's folder; remove those that came to nothing."""
    for attempt in attempts_in(scratch):
        if attempt.checkpoint is None:
            shutil.rmtree(attempt.folder)
    numbers = [_number(path) for path in scratch.glob(f"{_PREFIX}*")]
    folder = scratch / f"{_PREFIX}{max(numbers, default=0) + 1}"
    folder.mkdir()
    return folder


def _number(folder: Path) -> int:
    return int(folder.name.removeprefix(_PREFIX))


def best_of(attempts: Iterable[Attempt]) -> Attempt:
    """Return the attempt with the best checkpoint; of equal ones the latest."""
    return max(reversed(list(attempts)), key=lambda attempt: attempt.accuracy)
