"""What this side keeps of a sweep on a Swarm, beside its events: enough to go on after whatever happens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from pipeline.engine.swarm import SOCKET
from pipeline.errors import IntegrityFailed, UsageError
from pipeline.record.events import RunStarted
from pipeline.record.follow import read_events
from pipeline.record.runlock import Running
from pipeline.record.runs import RunFolder, list_sweeps
from pipeline.registry.reference import Reference, parse_reference
from stages.files import write_bytes, write_text
from stages.message import msg

_BEGUN, _ORDER, _MEMBERS, _TAKEN = "swarm.json", "order.json", "members.json", "taken"
_Kind = TypeVar("_Kind", bound=BaseModel)
_SETTINGS = TypeAdapter(dict[str, dict[str, Any]], config=ConfigDict(defer_build=True))


class _Kept(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, extra="ignore", defer_build=True)


class Begun(_Kept):
    """A sweep that was begun: where its inputs are and Paddock's image, by digest; whether it is over.

    ``identity`` is what its services are labelled with: the project's, as it was called and lay then.

    ``socket`` is where nodes have their engine's.

    ``unreached`` are nodes that may have something of a lost attempt, and could not be asked to remove it.
    """

    inputs: str
    identity: str = ""
    tool: str = ""
    plain_http: bool
    socket: str = SOCKET
    is_over: bool = False
    unreached: tuple[str, ...] = ()

    @property
    def repository(self) -> Reference:
        """Where inputs and results are."""
        return parse_reference(self.inputs).at("")


class Taken(_Kept):
    """A member that came to its end.

    ``digest`` is that of its result; "" if no attempt left one. ``nodes`` has one a attempt, as they began.
    """

    code: int
    nodes: tuple[str, ...]
    digest: str = ""
    message: str = ""


@dataclass(frozen=True)
class SwarmSweep:
    """A sweep on a Swarm in the record of its project."""

    own: RunFolder

    @property
    def name(self) -> str:
        """The sweep's name."""
        return self.own.name

    def begun(self) -> Begun | None:
        """Return what was begun; None if it did not come to that.

        Raises:
            IntegrityFailed: the record was damaged.
        """
        path = self.own.path / _BEGUN
        return _read(Begun, path) if path.is_file() else None

    def begin(self, begun: Begun) -> None:
        """Write down that it was begun, or is over."""
        write_text(self.own.path / _BEGUN, begun.model_dump_json(indent=2) + "\n")

    def keep(self, order: bytes, settings: Mapping[str, Mapping[str, Any]]) -> None:
        """Write down what is asked for, and each member's settings: the project may be edited meanwhile."""
        write_bytes(self.own.path / _ORDER, order)
        write_bytes(
            self.own.path / _MEMBERS,
            _SETTINGS.dump_json({name: dict(it) for name, it in settings.items()}),
        )

    def order(self) -> bytes:
        """Return what was asked for.

        Raises:
            IntegrityFailed: the record was damaged.
        """
        path = self.own.path / _ORDER
        try:
            return path.read_bytes()
        except OSError as error:
            raise _damaged(path) from error

    def settings(self) -> dict[str, dict[str, Any]]:
        """Return the settings that each member had.

        Raises:
            IntegrityFailed: the record was damaged.
        """
        path = self.own.path / _MEMBERS
        try:
            return _SETTINGS.validate_json(path.read_bytes())
        except (OSError, ValidationError) as error:
            raise _damaged(path) from error

    def taken(self, run: str) -> Taken | None:
        """Return how the member with this run ended; None as long as it has not."""
        path = self.own.path / _TAKEN / f"{run}.json"
        return _read(Taken, path) if path.is_file() else None

    def take(self, run: str, taken: Taken) -> None:
        """Write down how a member ended: the last that is written of it."""
        path = self.own.path / _TAKEN / f"{run}.json"
        path.parent.mkdir(exist_ok=True)
        write_text(path, taken.model_dump_json(indent=2) + "\n")


def latest_begun(state: Path) -> tuple[SwarmSweep, Begun]:
    """Return the newest sweep on a Swarm that is not over.

    Raises:
        UsageError: there is none.
    """
    for sweep in going_on(state):
        if begun := sweep.begun():
            return sweep, begun
    raise UsageError(
        msg("no sweep of this project goes on on a Swarm"),
        str(state),
        msg("start one: paddock sweep --swarm"),
    )


def going_on(state: Path) -> list[SwarmSweep]:
    """Return the sweeps on a Swarm that are not over, newest first."""
    sweeps = map(SwarmSweep, list_sweeps(state))
    return [it for it in sweeps if (begun := it.begun()) and not begun.is_over]


def hears(who: Running, sweep: SwarmSweep) -> bool:
    """Return whether a process is the one that attached to the sweep last."""
    attached = 0, ""
    for it in read_events(sweep.own.events):
        if isinstance(it.event, RunStarted):
            attached = it.event.pid, it.event.host
    return (who.pid, who.host) == attached


def is_heard_by(who: Running, state: Path) -> bool:
    """Return whether a process only hears of a sweep on a Swarm, which goes on without it."""
    for sweep in map(SwarmSweep, list_sweeps(state)):
        try:
            begun = sweep.begun()
            if begun is not None and not begun.is_over and hears(who, sweep):
                return True
        except (IntegrityFailed, OSError):  # nothing is known of this one
            continue
    return False


def unreached(state: Path) -> list[SwarmSweep]:
    """Return the sweeps of which nodes may have something that could not be removed."""
    sweeps = map(SwarmSweep, list_sweeps(state))
    return [it for it in sweeps if (begun := it.begun()) and begun.unreached]


def goes_on(folder: Path) -> bool:
    """Return whether a sweep of the project in ``folder`` goes on on a Swarm, be it the newest or not."""
    return bool(going_on(folder / ".paddock"))


def _read(kind: type[_Kind], path: Path) -> _Kind:
    try:
        return kind.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise _damaged(path) from error


def _damaged(path: Path) -> IntegrityFailed:
    return IntegrityFailed(
        msg("the record of the sweep is not what was written"),
        str(path),
        msg(
            "restore it; or remove the folder that it is in, then what the sweep has on the Swarm: paddock "
            "clean"
        ),
    )
