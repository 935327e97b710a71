"""What a build says while it goes on. Front ends draw it; texts are made harmless before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum


class Outcome(str, Enum):
    """What came of one way to a base image."""

    USED = "used"
    TRYING = "trying"
    FAILED = "failed"


@dataclass(frozen=True)
class BaseTried:
    """One way to the Python base: what was tried, what came of it, and why."""

    reference: str
    outcome: Outcome
    why: str


@dataclass(frozen=True)
class PullProgressed:
    """Bytes of a pull so far, over all of its layers that have said their size."""

    reference: str
    done: int
    total: int


@dataclass(frozen=True)
class ImageStarted:
    """Image ``index`` of ``total`` begins."""

    image: str
    index: int
    total: int


@dataclass(frozen=True)
class StepStarted:
    """Step ``step`` of ``steps`` of the image's Dockerfile begins."""

    image: str
    step: int
    steps: int
    instruction: str


@dataclass(frozen=True)
class LogLine:
    """A line that a build step printed."""

    image: str
    text: str


@dataclass(frozen=True)
class ImageFinished:
    """The image is there; ``up_to_date`` means that nothing had to be done."""

    image: str
    id: str
    size: int
    seconds: float
    up_to_date: bool


@dataclass(frozen=True)
class BuildFailed:
    """The image is not there; the last lines of its log say why."""

    image: str
    lines: tuple[str, ...]


BuildEvent = (
    BaseTried | PullProgressed | ImageStarted | StepStarted | LogLine | ImageFinished | BuildFailed
)
Report = Callable[[BuildEvent], None]


def harmless(text: str) -> str:
    """Return untrusted text as one line without anything that drives a terminal."""
    return "".join(char if char.isprintable() else " " for char in text).strip()
