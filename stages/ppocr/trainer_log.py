"""What PaddleOCR's tools say in their log, line by line, as typed events.

The lines are written by ``train`` and ``eval`` in tools/program.py and by ppocr/utils/save_load.py.
A line that says nothing of interest parses to None.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Stepped:
    """One line of progress: losses and training metrics by PaddleOCR's name (lr, loss, acc, …)."""

    epoch: int
    epochs: int
    step: int
    values: dict[str, float]
    samples_per_s: float
    eta_seconds: int


@dataclass(frozen=True)
class Evaluated:
    """A reading of the validation images; ``values`` has acc and norm_edit_dis."""

    values: dict[str, float]


@dataclass(frozen=True)
class Planned:
    """How many steps an epoch has."""

    steps: int


@dataclass(frozen=True)
class Saved:
    """A checkpoint is complete on the disk; ``prefix`` is its path without the endings."""

    prefix: str
    best: bool
    #: Of the checkpoints that are kept by epoch; None of ``latest`` and ``best_accuracy``.
    epoch: int | None = None


@dataclass(frozen=True)
class Mismatch:
    """A parameter was left out while weights were loaded; PaddleOCR only warns."""

    text: str


@dataclass(frozen=True)
class BadSample:
    """A line of data was not read, and another took its place."""

    text: str


@dataclass(frozen=True)
class NoData:
    """The training set gave no batch; PaddleOCR ends with exit code 0."""

    text: str


@dataclass(frozen=True)
class SharedMemory:
    """A DataLoader worker died, as it does when /dev/shm is too small."""

    text: str


LogEvent = Planned | Stepped | Evaluated | Saved | Mismatch | BadSample | NoData | SharedMemory

_NUMBER = r"[-+]?(?:\d+\.?\d*(?:[eE][-+]?\d+)?|nan|inf)"
_PAIR = re.compile(rf"(\w+): ({_NUMBER})(?=,|\s|$)")
_STEP = re.compile(r"epoch: \[(\d+)/(\d+)\], global_step: (\d+), (.*), avg_reader_cost: ")
_SPEED = re.compile(rf"ips: ({_NUMBER}) samples/s")
_ETA = re.compile(r"eta: (?:(\d+) days?, )?(\d+):(\d\d):(\d\d)")
_SAVED = re.compile(r"save (best model is to|model in) (\S.*)$")
_EPOCH = re.compile(r"iter_epoch_(\d+)$")
_PLANNED = re.compile(r"train dataloader has (\d+) iters")
_MISMATCH = re.compile(
    r"not in model|not matched with loaded params|not in loaded params"
    r"|Skip loading for"  # Paddle's set_state_dict (python/paddle/nn/layer/layers.py)
)
_SHARED_MEMORY = re.compile(
    r"bus error|insufficient shared memory|\bshm\b|/dev/shm"
    r"|DataLoader (?:worker|reader).*(?:exit|signal|killed|error)",
    re.IGNORECASE,
)


def parse_line(line: str) -> LogEvent | None:
    """Return what ``line`` says, or None."""
    step = _STEP.search(line)
    if step:
        return _stepped(step, line)
    if "cur metric, " in line:
        return Evaluated(_pairs(line.split("cur metric, ", 1)[1]))
    planned = _PLANNED.search(line)
    if planned:
        return Planned(int(planned[1]))
    saved = _SAVED.search(line)
    if saved:
        return _saved(saved)
    return _trouble(line)


def _stepped(found: re.Match[str], line: str) -> Stepped:
    speed, eta = _SPEED.search(line), _ETA.search(line)
    return Stepped(
        epoch=int(found[1]),
        epochs=int(found[2]),
        step=int(found[3]),
        values=_pairs(found[4]),
        samples_per_s=float(speed[1]) if speed else 0.0,
        eta_seconds=_seconds(eta) if eta else 0,
    )


def _saved(found: re.Match[str]) -> Saved:
    prefix = found[2].strip()
    epoch = _EPOCH.search(prefix)
    return Saved(prefix, found[1].startswith("best"), int(epoch[1]) if epoch else None)


def _seconds(eta: re.Match[str]) -> int:
    days, hours, minutes, seconds = (int(part or 0) for part in eta.groups())
    return ((days * 24 + hours) * 60 + minutes) * 60 + seconds


def _pairs(text: str) -> dict[str, float]:
    return {name: float(value) for name, value in _PAIR.findall(text)}


def _trouble(line: str) -> LogEvent | None:
    if _MISMATCH.search(line):
        return Mismatch(line.strip())
    if "When parsing line" in line:
        return BadSample(line.strip())
    if "No Images in train dataset" in line:
        return NoData(line.strip())
    if _SHARED_MEMORY.search(line):
        return SharedMemory(line.strip())
    return None
