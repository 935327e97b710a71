"""A sweep on a pretended Swarm with a tiny registry: what tests of it begin, and hold its end to."""

from pathlib import Path

import pytest

from pipeline.record.events import Envelope, MemberPlaced
from pipeline.record.ledger import Ledger
from pipeline.record.runs import list_runs
from pipeline.run.options import Options, StopSwitch
from pipeline.swarm.attach import attach, start
from pipeline.swarm.kept import going_on
from pipeline.sweep.drive import Asked, SweepEnd
from stages.contract import Exit
from support.pretended_swarm import PretendedSwarm
from support.registry import TinyRegistry

MEMBERS = ["seed=1", "seed=2"]
SWEEP = """
[limits]
cpus = 1
memory = "1g"
[sweep.swarm]
registry = "{registry}/team"
restart_policy.max_attempts = 3
placement.constraints = ["node.labels.disk == ssd"]
reservations.generic = {{ gpu = 1 }}
[sweep.matrix]
train.seed = [1, 2]
"""
#: These have times in them, and names of runs.
TIMED = ("report", "MD5SUMS", "SHA256SUMS")


def begin(folder: Path, heard: list[Envelope] | None = None, **options: object) -> SweepEnd:
    asked = Asked(Options(**options))  # type: ignore[arg-type]
    listened = list[Envelope]() if heard is None else heard
    return start(folder, asked, {}, listened.append, StopSwitch())


def go_on(folder: Path, heard: list[Envelope] | None = None) -> SweepEnd:
    listened = list[Envelope]() if heard is None else heard
    return attach(folder, {}, listened.append, StopSwitch())


def delivered(folder: Path) -> dict[str, bytes]:
    """Return what members delivered, and their locks."""
    paths = [*folder.glob("out.sweep/*/**/*"), *folder.glob("paddock.locks/*")]
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in paths
        if path.is_file() and not path.name.startswith(TIMED)
    }


def check_complete(folder: Path, swarm: PretendedSwarm, registry: TinyRegistry) -> None:
    """Check that all came to its end once, and nothing is left."""
    state = folder / ".paddock"
    ledger = Ledger(state / "ledger.jsonl")
    assert not ledger.broken
    assert sorted(it.member for it in ledger.conclusions) == MEMBERS
    keys = [(entry.run, entry.key) for entry in ledger.entries]
    assert len(keys) == len(set(keys)) and len({run for run, _key in keys}) == len(MEMBERS)
    assert {run.name for run in list_runs(state)} == {run for run, _key in keys}
    assert swarm.wanted == {} and not going_on(state)
    assert registry.manifests == {}, "nothing that went along or came back is left"
    assert not [path.name for path in state.iterdir() if path.name.startswith("taken")]


def left_when_placed(folder: Path, heard: list[Envelope] | None = None) -> SweepEnd:
    """Begin a sweep, and go away when a member is placed."""
    switch, listened = StopSwitch(), list[Envelope]() if heard is None else heard

    def leave(envelope: Envelope) -> None:
        listened.append(envelope)
        if isinstance(envelope.event, MemberPlaced):
            switch.order(Exit.INTERRUPTED)

    return start(folder, Asked(Options()), {}, leave, switch)


def begin_killed(folder: Path) -> None:
    """Begin a sweep, whose client is killed when a member is placed."""
    with pytest.raises(Killed):
        start(folder, Asked(Options()), {}, killed_when_placed, StopSwitch())


class Killed(BaseException):
    """SIGKILL: nothing that catches errors catches it."""


def killed_when_placed(envelope: Envelope) -> None:
    if isinstance(envelope.event, MemberPlaced):
        raise Killed
