"""What a stage says while it works: one JSON object a line on stdout."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from stages.message import msg, restored, with_messages


@dataclass(frozen=True)
class Progress:
    """``done`` of ``total`` units; the reader makes the ETA from when it arrives.

    ``note`` names the step that the work is in; ``epochs``: into how many of them training's total falls.
    """

    done: float
    total: float
    unit: str
    note: str = ""
    epochs: int = 0


@dataclass(frozen=True)
class Metric:
    """A number worth a curve: ``step`` is its place on the x axis."""

    name: str
    value: float
    step: int


@dataclass(frozen=True)
class ArtifactMade:
    """A file is complete and hashed."""

    path: str
    size: int
    md5: str
    sha256: str


@dataclass(frozen=True)
class Warned:
    """Something that a person should know, and that does not stop the stage."""

    message: str
    where: str = ""
    pitfall: str = ""


@dataclass(frozen=True)
class Failed:
    """Why the stage ends. ``code`` is an :class:`~stages.contract.spec.Exit`.

    ``where`` is a file, line or operator; ``pitfall`` an ID of :mod:`stages.pitfalls`, or "".
    """

    code: int
    message: str
    where: str = ""
    remedy: str = ""
    pitfall: str = ""


@dataclass(frozen=True)
class EnvironmentRead:
    """By name: python, paddle, paddle_commit, paddlelite, numpy, opencv, cpu, cpu_flags."""

    versions: dict[str, str]


StageEvent = Progress | Metric | ArtifactMade | Warned | Failed | EnvironmentRead

#: The ``type`` field of an event's JSON line.
EVENT_TYPES: dict[str, type[StageEvent]] = {
    "progress": Progress,
    "metric": Metric,
    "artifact": ArtifactMade,
    "warning": Warned,
    "error": Failed,
    "environment": EnvironmentRead,
}
_TYPE_NAMES = {cls: name for name, cls in EVENT_TYPES.items()}


def encode_event(event: StageEvent) -> str:
    """Return ``event`` as one line of ASCII JSON, without the newline."""
    return json.dumps(with_messages({"type": _TYPE_NAMES[type(event)], **asdict(event)}))


def decode_event(line: str) -> StageEvent:
    """Parse a line of :func:`encode_event`.

    Raises:
        ValueError: the line is not an event of this contract.
    """
    try:
        raw = restored(json.loads(line))
        return EVENT_TYPES[raw.pop("type")](**raw)
    except (KeyError, TypeError, AttributeError, ValueError, RecursionError) as error:
        raise ValueError(msg("not a stage event: {line}", repr(line[:200]))) from error
