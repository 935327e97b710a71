"""The faults of the matrix, and how a run that meets each has to end."""

import signal
from collections.abc import Callable
from dataclasses import dataclass

from pipeline.plan.stages import STAGES
from support.runs import Live
from support.scene import Scene

Strike = Callable[[Scene, Live, str], None]


@dataclass(frozen=True)
class Fault:
    """Something that happens while a stage is at work.

    Args:
        name: of its cases, before the stage's.
        quick: the stage at which it also happens in ``make test``; none if empty.
        code: how the run ends that it happens to.
        says: parts of what this run says of it: message, place and remedy.
        does: what the stage itself does (faults/image/stage.py).
        strike: what somebody else does then; gets the scene, the run and the stage.
        mend: what puts the machine right again; the project is left as it is.
        notes: parts of what the next run says.
        setting: for paddock.toml, while this run goes.
    """

    name: str
    quick: str
    code: int
    says: tuple[str, ...] = ()
    does: str = "hold"
    strike: Strike = lambda _scene, _live, _stage: None
    mend: Callable[[Scene], None] = lambda _scene: None
    notes: tuple[str, ...] = ()
    setting: str = ""


@dataclass(frozen=True)
class Case:
    """A fault at a stage."""

    fault: Fault
    stage: str

    @property
    def name(self) -> str:
        return f"{self.fault.name}-at-{self.stage}"

    @property
    def quick(self) -> bool:
        return self.fault.quick == self.stage


def _signals(*numbers: signal.Signals) -> Strike:
    def strike(_scene: Scene, live: Live, _stage: str) -> None:
        for number in numbers:
            live.send(number)

    return strike


def _kill_container(scene: Scene, _live: Live, stage: str) -> None:
    scene.stage_container(stage).kill()


def _remove_container(scene: Scene, _live: Live, stage: str) -> None:
    scene.stage_container(stage).remove(force=True)


def _kill_worker(scene: Scene, _live: Live, _stage: str) -> None:
    scene.machine.shell(
        "for process in /proc/[0-9]*; do"
        " if grep -q 'stages[.]worker' $process/cmdline; then kill -KILL ${process#/proc/}; fi; done"
    )


def _fill_disk(scene: Scene, _live: Live, _stage: str) -> None:
    scene.machine.fill()
    scene.release()


def _prune(scene: Scene, _live: Live, _stage: str) -> None:
    scene.client.containers.prune()
    scene.release()


def _freeze(scene: Scene, live: Live, _stage: str) -> None:
    scene.machine.signal("STOP")
    live.insist(signal.SIGINT)


def _kill_engine(scene: Scene, _live: Live, _stage: str) -> None:
    scene.machine.kill()


GOES_ON = "the next run goes on from there"
FAULTS = (
    Fault(
        "tool-killed",
        "convert",
        -signal.SIGKILL,
        strike=_signals(signal.SIGKILL),
        notes=("took over from a run that died (pid ", "removed the container paddock-"),
    ),
    Fault("sigterm", "", 143, (GOES_ON,), strike=_signals(signal.SIGTERM)),
    Fault("sighup", "quantize", 129, (GOES_ON,), strike=_signals(signal.SIGHUP)),
    Fault(
        "interrupted-twice",
        "",
        130,
        (GOES_ON,),
        does="ignore",
        strike=_signals(signal.SIGINT, signal.SIGINT),
    ),
    Fault("container-killed", "", 3, ("SIGKILL", "same command again"), strike=_kill_container),
    Fault(
        "container-removed",
        "export",
        3,
        ("same command again",),  # it is killed first, and either may be seen
        strike=_remove_container,
    ),
    Fault("worker-killed", "verify", 3, ("SIGKILL", "limits.memory"), strike=_kill_worker),
    Fault("aborted", "", 3, ("SIGABRT", "log"), does="abort"),
    Fault(
        "engine-killed",
        "data",
        4,
        ("the Docker engine",),
        strike=_kill_engine,
        mend=lambda scene: scene.machine.start(),
    ),
    Fault(
        "out-of-memory",
        "",
        3,
        ("ran out of memory", "limits.memory"),
        does="eat",
        setting='[limits]\nmemory = "48m"\n',
    ),
    Fault("disk-filled", "", 3, ("no space left in the workspace", "free space"), does="fill"),
    Fault(
        "disk-filled-by-others",
        "",
        3,
        ("no space left in the workspace", "free space"),
        strike=_fill_disk,
        mend=lambda scene: scene.machine.empty(),
    ),
    Fault("other-containers-pruned", "export", 0, strike=_prune),
    Fault(
        "engine-frozen",
        "",
        -signal.SIGINT,
        strike=_freeze,
        mend=lambda scene: scene.machine.signal("CONT"),
        notes=("took over from a run that died (pid ", "removed the container paddock-"),
    ),
)
CASES = tuple(Case(fault, stage) for fault in FAULTS for stage in STAGES)
