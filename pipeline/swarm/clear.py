"""What sweeps have on a Swarm and in its registry: ended, and removed when nobody needs it any more."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from pathlib import Path

from pipeline.engine.connection import open_engine
from pipeline.engine.swarm import Swarm, Task, Wanted, manages_swarm, swarm_of
from pipeline.errors import PaddockError
from pipeline.plan.workspace import PROJECT_LABEL, SWEEP_LABEL, workspace_of
from pipeline.project import Project, load_project
from pipeline.record.runlock import LOCK_NAME, run_lock, running
from pipeline.registry.client import Registry
from pipeline.run.background import stop as stop_runner
from pipeline.run.connect import connect
from pipeline.swarm.artifact import forget
from pipeline.swarm.kept import Begun, SwarmSweep, going_on, hears, latest_begun, unreached
from pipeline.swarm.order import Order, parse_order
from pipeline.swarm.start import labels_of

#: Seconds that nodes have to remove what is left of a sweep.
TIDYING = 60.0
#: Seconds that whoever is attached has to leave: it puts in place what it is at; and between two looks.
_LEAVING, _LOOK = 60.0, 0.2


def stop(folder: Path, environ: Mapping[str, str]) -> list[str]:
    """End the newest sweep of the project that goes on on a Swarm; return what was removed.

    Its members are told to stop, save nothing, and leave nothing on their nodes. Whoever is attached to it
    here leaves it first.

    Raises:
        UsageError: none goes on, or something else holds the project.
        EngineError: the engine refused, or went away.
    """
    project = load_project(folder)
    _let_go(project.state)
    with run_lock(project.state / LOCK_NAME):
        sweep, begun = latest_begun(project.state)
        connected = connect(project, environ, make=False)
        swarm, labels = swarm_of(connected.engine), labels_of(begun, sweep.name)
        # Of these nobody is left who could clear up: the last attempts do so themselves.
        lost = {it.node for attempts in swarm.tasks(labels).values() for it in attempts[:-1]}
        removed = swarm.remove(labels)
        removed += _forgotten(sweep, begun, environ)
        over(sweep, begun, tidy(swarm, sweep, begun, lost))
    return removed


def _let_go(state: Path) -> None:
    """Let the process that is attached to the newest sweep leave it; nobody else is told to stop."""
    sweep, _begun = latest_begun(state)
    who = running(state)
    if who is None or not hears(who, sweep):
        return
    stop_runner(who)
    deadline = time.monotonic() + _LEAVING
    while running(state) == who and time.monotonic() < deadline:
        time.sleep(_LOOK)


def over(sweep: SwarmSweep, begun: Begun, unreached: Iterable[str] = ()) -> None:
    """Write down that a sweep is over, and which nodes may have something left of it."""
    left = tuple(sorted(unreached))
    sweep.begin(begun.model_copy(update={"is_over": True, "unreached": left}))


def tidy(swarm: Swarm, sweep: SwarmSweep, begun: Begun, nodes: set[str]) -> set[str]:
    """Remove what lost attempts left on ``nodes``: a power cut gives nobody time to. All nodes are asked.

    Returns:
        the nodes that could not be asked: they are gone, or off.
    """
    if not nodes:
        return set()
    labels = labels_of(begun, sweep.name)
    swarm.remove(labels)  # that of a client which was killed meanwhile
    service = swarm.create(
        Wanted(
            name=f"paddock-tidy-{sweep.name}",
            image=begun.tool,
            words=("sweep", "tidy", sweep.name),
            environ={},
            labels=labels,
            container_labels={},
            folders=("/cache",),
            socket=begun.socket,
            restart={"condition": "none"},
            everywhere=True,
        )
    )
    try:
        deadline, tasks = time.monotonic() + TIDYING, list[Task]()
        while time.monotonic() < deadline:
            tasks = swarm.tasks(labels).get(service, [])
            if tasks and all(it.is_over for it in tasks):
                break
            time.sleep(0.2)
        return nodes - {it.node for it in tasks if it.state == "complete"}
    finally:
        swarm.remove(labels)


def _forgotten(sweep: SwarmSweep, begun: Begun, environ: Mapping[str, str]) -> list[str]:
    """Delete what of a sweep is in the registry, as far as that lets one; return it."""
    registry = Registry(begun.repository, environ, begun.plain_http)
    try:
        registry.open()
        return forget_all(registry, parse_order(sweep.order()))
    except PaddockError:
        return []  # the services are gone: what is left is a registry's to keep or to drop


def forget_all(registry: Registry, order: Order) -> list[str]:
    """Delete what went along and what came back; return what is gone now."""
    tags = [*(order.result_tag(it.member) for it in order.jobs), order.tag]
    return [f"{registry.reference}:{tag}" for tag in tags if forget(registry, tag)]


def remove_leftovers(project: Project, environ: Mapping[str, str]) -> list[str]:
    """Remove services and secrets of the project's sweeps that do not go on any more; return their names.

    Nodes that could not be asked when a sweep ended are asked again to remove what lost attempts left.

    Nothing is removed where the engine manages no Swarm.

    Raises:
        UsageError: a run goes on, or somebody starts a sweep at this moment.
        EngineError: the engine refused, or went away.
    """
    engine = open_engine(environ)
    if not manages_swarm(engine):
        return []
    with run_lock(project.state / LOCK_NAME):
        return _leftovers(project, swarm_of(engine), environ)


def _leftovers(project: Project, swarm: Swarm, environ: Mapping[str, str]) -> list[str]:
    for sweep in unreached(project.state):
        if begun := sweep.begun():
            over(sweep, begun, tidy(swarm, sweep, begun, set(begun.unreached)))
    alive = {it.name for it in going_on(project.state)}
    labels = {PROJECT_LABEL: workspace_of(project, environ).identity}
    return [
        name
        for sweep in sorted(_sweeps(swarm, labels) - alive)
        for name in swarm.remove({**labels, SWEEP_LABEL: sweep})
    ]


def _sweeps(swarm: Swarm, labels: Mapping[str, str]) -> set[str]:
    found = [it.get(SWEEP_LABEL, "") for it in swarm.labels(labels)]
    return {name for name in found if name}
