"""What a run says, in the order in which it happens. The runner writes it; every front end reads it.

One JSON object a line in ``.paddock/runs/RUN/events.jsonl``: the envelope (``seq``, ``time``, ``run``,
``stage``, ``type``) and the event's own fields. docs/file-formats.md lists them.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timezone
from functools import cache
from pathlib import Path
from typing import Any, get_origin, get_type_hints

from pipeline.record.verdict import Judgement, Limit, limits_from, read_verdict
from stages.contract import EVENT_TYPES, StageEvent
from stages.message import msg, restored, with_messages


@dataclass(frozen=True)
class RunStarted:
    """A runner has taken the project's lock."""

    project: str
    folder: str
    pid: int
    host: str
    endpoint: str
    version: str


@dataclass(frozen=True)
class SweepPlanned:
    """What a sweep will run, in this order, and how many members at once.

    Args:
        members: their names.
        jobs: members at once; 0: as many as a Swarm has room for.
        settings: of each member, by their dotted names.
        seconds: how long each should take by past runs; those are missing of which no past run tells.
    """

    members: tuple[str, ...]
    jobs: int
    settings: dict[str, Any] = field(default_factory=dict)
    seconds: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class MemberStarted:
    """A member of a sweep has begun; the rest is told by its own run."""

    name: str
    own_run: str


@dataclass(frozen=True)
class MemberEnded:
    """What a member came to: its ``row`` of the table; the stage at which it failed or stopped, and why."""

    name: str
    row: dict[str, Any]
    ended_at: str = ""
    message: str = ""


@dataclass(frozen=True)
class MemberPlaced:
    """Where a Swarm has a member, told whenever that changes.

    Args:
        name: of the member.
        node: the node's host name; empty while no node has it.
        state: of its task, in a word of Swarm's: ``pending``, ``running``, ``complete``, ``failed`` …
        attempt: 1, or more if Swarm started it again elsewhere.
    """

    name: str
    node: str
    state: str
    attempt: int = 1


@dataclass(frozen=True)
class StagePlanned:
    """What will happen to a stage: ``cached``, ``run``, ``wait`` (its inputs are not known yet), ``skip``."""

    action: str
    reason: str
    key: str = ""


@dataclass(frozen=True)
class StageStarted:
    """A container is about to start; ``image`` is the image's identity, by the ID it is started."""

    key: str
    reason: str
    image: str
    log: str
    image_id: str = ""


@dataclass(frozen=True)
class StageCached:
    """The result was there."""

    key: str
    made_in: str


@dataclass(frozen=True)
class StageSkipped:
    """The project does not need the stage, or the command line leaves it out."""

    reason: str


@dataclass(frozen=True)
class StageFinished:
    """The stage's result is in the ledger."""

    key: str
    seconds: float
    metrics: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Noted:
    """Something that a person wants to know while waiting."""

    message: str


@dataclass(frozen=True)
class ResourcesUsed:
    """What the stage's container uses now: CPU cores, and memory in bytes without reclaimable cache."""

    cpu: float
    memory: int
    memory_limit: int


@dataclass(frozen=True)
class RunFailed:
    """Why the run ends early; ``causes`` is the chain behind it, ``pitfall`` an ID or ""."""

    code: int
    message: str
    where: str = ""
    remedy: str = ""
    causes: tuple[str, ...] = ()
    pitfall: str = ""


@dataclass(frozen=True)
class Delivered:
    """``out/`` is complete."""

    folder: str
    files: tuple[str, ...]


@dataclass(frozen=True)
class RunFinished:
    """The last event of a run. ``verdict`` is a :class:`~pipeline.record.verdict.Verdict`'s, or empty."""

    code: int
    seconds: float
    verdict: str = ""
    reasons: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    limits: tuple[Limit, ...] = ()

    @classmethod
    def of(cls, code: int, seconds: float, judged: Judgement | None) -> RunFinished:
        """Return the end of a run that was judged so, or that did not come to that."""
        if judged is None:
            return cls(code, seconds)
        verdict = judged.verdict.value
        return cls(code, seconds, verdict, judged.reasons, judged.remarks, judged.limits)

    @property
    def judgement(self) -> Judgement | None:
        """How the models were judged; None if the run did not come to that."""
        verdict = read_verdict(self.verdict)
        return Judgement(verdict, self.reasons, self.remarks, self.limits) if verdict else None


RunEvent = (
    RunStarted
    | SweepPlanned
    | MemberStarted
    | MemberEnded
    | MemberPlaced
    | StagePlanned
    | StageStarted
    | StageCached
    | StageSkipped
    | StageFinished
    | Noted
    | ResourcesUsed
    | RunFailed
    | Delivered
    | RunFinished
)
AnyEvent = RunEvent | StageEvent

_TYPES: dict[str, type[Any]] = {
    "run-started": RunStarted,
    "sweep-planned": SweepPlanned,
    "member-started": MemberStarted,
    "member-ended": MemberEnded,
    "member-placed": MemberPlaced,
    "stage-planned": StagePlanned,
    "stage-started": StageStarted,
    "stage-cached": StageCached,
    "stage-skipped": StageSkipped,
    "stage-finished": StageFinished,
    "note": Noted,
    "resources": ResourcesUsed,
    "run-failed": RunFailed,
    "delivered": Delivered,
    "run-finished": RunFinished,
    **EVENT_TYPES,
}
_NAMES = {cls: name for name, cls in _TYPES.items()}


@dataclass(frozen=True)
class Envelope:
    """An event, and when, in which run and by which stage it was said ("" is the runner).

    ``member`` is the one of a sweep whose run it is; "" if it is none's. ``project`` is that of a sweep of
    several, as its file names it: said to who listens, and in no record, which is one project's.
    """

    seq: int
    time: str
    run: str
    stage: str
    event: AnyEvent
    member: str = ""
    project: str = ""

    def encode(self) -> str:
        """Return the line, without the newline."""
        head = {"seq": self.seq, "time": self.time, "run": self.run, "stage": self.stage}
        head |= {"member": self.member} if self.member else {}
        head |= {"project_folder": self.project} if self.project else {}
        return json.dumps(
            with_messages({**head, "type": _NAMES[type(self.event)], **asdict(self.event)})
        )

    @classmethod
    def decode(cls, line: str) -> Envelope:
        """Parse a line of :meth:`encode`.

        Raises:
            ValueError: the line is not an event.
        """
        try:
            raw = restored(json.loads(line))
            seq = _checked(raw.pop("seq"), int)
            time, run, stage = (_checked(raw.pop(name), str) for name in ("time", "run", "stage"))
            if datetime.fromisoformat(time).tzinfo is None:
                raise ValueError(time)
            member, project = (
                _checked(raw.pop(it, ""), str) for it in ("member", "project_folder")
            )
            event = _event(_TYPES[raw.pop("type")], raw)
        except (KeyError, TypeError, AttributeError, ValueError, RecursionError) as error:
            raise ValueError(msg("not a run event: {line}", repr(line[:200]))) from error
        return cls(seq, time, run, stage, event, member, project)


def _event(kind: type[Any], raw: Mapping[str, Any]) -> AnyEvent:
    """Build an event; what a later version says more is passed over."""
    forms = _forms()[kind]
    known = {name: _checked(raw[name], form) for name, form in forms.items() if name in raw}
    if "limits" in known:
        known["limits"] = tuple(limits_from(known["limits"]))
    made: AnyEvent = kind(**known)
    return made


@cache
def _forms() -> dict[type[Any], dict[str, type[Any]]]:
    """Return what a JSON value must be for each field of an event; only who reads events asks."""
    return {
        cls: {name: get_origin(hint) or hint for name, hint in get_type_hints(cls).items()}
        for cls in _TYPES.values()
    }


def _checked(value: Any, form: type[Any]) -> Any:
    """Return a field's value, if it has the form that its reader counts on."""
    if form is tuple and isinstance(value, list):
        return tuple(value)
    if isinstance(value, form) or (form is float and isinstance(value, int)):
        return value
    raise TypeError(msg("expected {name}, found {value}", form.__name__, repr(value)))


class EventLog:
    """Appends events to the run's file, then hands them to whoever listens; any thread may speak."""

    def __init__(
        self, path: Path, run: str, listener: Callable[[Envelope], None], member: str = ""
    ) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._stream = path.open("a", encoding="ascii", buffering=1)
        self._run, self._member, self._listener, self._seq = run, member, listener, 0
        self._lock = threading.Lock()

    def say(self, event: AnyEvent, stage: str = "") -> None:
        """Write ``event`` to the disk first, then to the listener."""
        with self._lock:
            now = datetime.now(timezone.utc).isoformat(timespec="milliseconds")
            envelope = Envelope(self._seq, now, self._run, stage, event, self._member)
            self._seq += 1
            self._stream.write(envelope.encode() + "\n")
            self._listener(envelope)

    def close(self) -> None:
        """Flush to the disk and close."""
        self._stream.flush()
        os.fsync(self._stream.fileno())
        self._stream.close()
