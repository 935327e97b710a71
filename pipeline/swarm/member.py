"""A member on a node: what a service's container does, by the node's own engine.

It is done when the registry has its result. What keeps it from that ends it with an error, so that Swarm
starts it again, here or elsewhere; how its run ended does not: a run that failed is a result.
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from pipeline.engine.connection import Engine, open_engine
from pipeline.errors import EngineError, UsageError
from pipeline.models.store import cache_folder
from pipeline.package.manifest import Manifest
from pipeline.plan.lockfile import lock_of, read_lock
from pipeline.plan.workspace import PROJECT_LABEL, Workspace, workspace_at
from pipeline.project.members import Member, load_members
from pipeline.record.events import Envelope, EventLog, Noted
from pipeline.record.runs import run_folder
from pipeline.registry.client import Registry
from pipeline.registry.content import manifest_digest
from pipeline.registry.failures import BrokeOff
from pipeline.registry.reference import Reference
from pipeline.run.connect import connected_to
from pipeline.run.options import Options, Outcome, StopSwitch
from pipeline.run.prepare import Preparation
from pipeline.run.recheck import Recheck
from pipeline.run.runner import recorded
from pipeline.run.sharing import Sharing
from pipeline.run.stage_pass import StagePass
from pipeline.swarm.artifact import look
from pipeline.swarm.inputs import lay_out
from pipeline.swarm.order import INPUTS, RESULTS, Job, Order, parse_order, refuse_other_version
from pipeline.swarm.result import send_result
from pipeline.sweep.drive import chosen
from stages.contract import Exit
from stages.message import msg

T = TypeVar("T")
#: Seconds between two questions to a registry that is away, and until a member gives up. What it asks again
#: costs little, and to be started again by Swarm costs it its run.
EVERY, PATIENCE = 5.0, 3600.0
#: Seconds that an engine has to remove what a member had there, within those until it is killed.
_CLEARING = 45.0


@dataclass(frozen=True)
class Node:
    """Where a member runs: what it is called, the task's ID there, and where to look for its engine."""

    name: str
    task: str
    environ: Mapping[str, str]


def run_member(
    inputs: Reference,
    name: str,
    node: Node,
    listener: Callable[[Envelope], None],
    stop: StopSwitch,
    *,
    plain_http: bool,
) -> Exit:
    """Run a member to its end, and leave nothing on the node but images.

    Args:
        inputs: what was sent along, by digest.
        name: of the member.
        node: where it is.
        listener: gets every event of its run.
        stop: polled all the time.
        plain_http: whether the registry has no TLS.

    Returns:
        0 if the registry has its result, however the run ended.

    Raises:
        PaddockError: it came to no result.
    """
    registry = Registry(inputs, node.environ, plain_http)
    _patiently(registry.open, stop)
    manifest, document = _patiently(lambda: look(registry, inputs.digest, INPUTS), stop)
    order = parse_order(document)
    refuse_other_version(order, msg("build the image again: paddock images build paddock"))
    job = order.job(name)
    if _patiently(lambda: manifest_digest(registry, order.result_tag(name)), stop):
        return Exit.OK  # an attempt elsewhere, which the Swarm had given up, came to its end
    with _own_folder(Path(order.folder)), _own_models():
        code = _Attempt(registry, manifest, order, job, node, listener, stop).go()
    return Exit.OK if code in RESULTS else code


def _patiently(act: Callable[[], T], stop: StopSwitch) -> T:
    """Do what the registry is needed for, again and again while that is away.

    Raises:
        BrokeOff: it was away for too long.
        Interrupted: a signal came meanwhile.
    """
    began = time.monotonic()
    while True:
        stop.check()
        try:
            return act()
        except BrokeOff:
            if time.monotonic() - began > PATIENCE:
                raise
            time.sleep(EVERY)


@contextlib.contextmanager
def _own_folder(folder: Path) -> Iterator[None]:
    """Leave nothing where the project is laid out: Swarm keeps the volume of an attempt that ended.

    Raises:
        UsageError: something is there, so it is no container's, but perhaps somebody's project.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if next(folder.iterdir(), None):
        raise UsageError(
            msg("a member is laid out in an empty folder only, and this one has files"),
            str(folder),
            msg("only a sweep's own containers run members so"),
        )
    try:
        yield
    finally:
        _remove(folder.iterdir())


@contextlib.contextmanager
def _own_models() -> Iterator[None]:
    """Leave no model that was brought along where those are kept, for the same reason."""
    before = {path.name for path in _models()}
    try:
        yield
    finally:
        _remove(path for path in _models() if path.name not in before)


def _models() -> list[Path]:
    folder = cache_folder()
    return [*folder.iterdir()] if folder.is_dir() else []


def _remove(paths: Iterable[Path]) -> None:
    for path in paths:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def _workspace(order: Order, job: Job, node: Node) -> Workspace:
    """Return what an attempt has on its node, with the images by digest.

    It is apart from all others there: one that Swarm has given up may still be at its end when the next
    begins on the same node, and clears up.
    """
    place = f"{order.sweep}:{job.member}:{node.task}"
    workspace = workspace_at(order.project, place, node.environ, order.sweep)
    services = {
        name: service.model_copy(update={"image": order.images.get(name, service.image)})
        for name, service in workspace.compose.services.items()
    }
    return replace(workspace, compose=replace(workspace.compose, services=services))


@contextlib.contextmanager
def _cleared(engine: Engine, workspace: Workspace) -> Iterator[None]:
    """Remove what an attempt has on the node."""
    try:
        yield
    finally:
        with contextlib.suppress(EngineError):  # what goes wrong before is told
            remove_from_node(engine, {PROJECT_LABEL: workspace.identity})


def remove_from_node(engine: Engine, labels: Mapping[str, str]) -> list[str]:
    """Remove containers and volumes that carry these labels, until there are none; return their names.

    An engine with much to do refuses for a moment what still holds a volume.

    Raises:
        EngineError: it refused for too long.
    """
    (label,) = (f"{key}={value}" for key, value in labels.items())
    removed, deadline = list[str](), time.monotonic() + _CLEARING
    while True:
        try:
            found = engine.containers.remove_labelled(labels)
            found += engine.volumes.remove_labelled(label)
        except EngineError:
            if time.monotonic() > deadline:
                raise
            time.sleep(1)
            continue
        if not found:
            return removed
        removed += found


@dataclass(frozen=True)
class _Attempt:
    """An attempt at a member, told from the top by :meth:`go`."""

    registry: Registry
    manifest: Manifest
    order: Order
    job: Job
    node: Node
    listener: Callable[[Envelope], None]
    stop: StopSwitch

    def go(self) -> Exit:
        """Run the member as a sweep on one engine does, send its result; return how the run ended."""
        own = run_folder(Path(self.order.folder) / ".paddock", self.job.run)
        log = EventLog(own.events, own.name, self.listener, self.job.member)
        engine = open_engine(self.node.environ)
        workspace = _workspace(self.order, self.job, self.node)
        with _cleared(engine, workspace):
            code = recorded(own, log, self.stop, lambda: self._work(engine, workspace, log))
            if code in RESULTS:
                project = self._member().project
                sent = (self.registry, project, self.order, self.job, code, self.node.name)
                _patiently(lambda: send_result(*sent), self.stop)
        return code

    def _work(self, engine: Engine, workspace: Workspace, log: EventLog) -> Outcome:
        self._bring(engine)
        project = self._member().project
        forced, locked = frozenset(self.order.forced), self.order.locked
        lock = read_lock(lock_of(project)) if locked else None
        options = Options(last=self.order.last, forced=forced, locked=locked)
        connected = connected_to(engine, project, workspace)
        with Recheck(connected, log, self.stop) as recheck:
            preparation = Preparation(connected, lambda text: log.say(Noted(text)), self.stop.check)
            prepared = preparation.of(project, forced)
            passing = StagePass(
                prepared, recheck, self.job.run, log, options, lock, self.stop, Sharing()
            )
            return passing.go()

    def _bring(self, engine: Engine) -> None:
        """Bring inputs and images to the node."""
        folder = Path(self.order.folder)

        def patiently(act: Callable[[], Path]) -> Path:
            return _patiently(act, self.stop)

        try:
            with tempfile.TemporaryDirectory(dir=folder, prefix=".paddock-") as scratch:
                lay_out(self.registry, self.manifest, folder, Path(scratch), patiently)
        except OSError as error:  # the node's affair: another one may have room
            said = msg("{first}: {rest}", type(error).__name__, error)
            raise EngineError(said, self.node.name, msg("free some space there")) from error
        for service in self.job.services:
            reference = self.order.images[service]
            if engine.images.find(reference) is None:
                for _step in engine.images.pull(reference):
                    self.stop.check()

    def _member(self) -> Member:
        (found,) = chosen(load_members(Path(self.order.folder)), (self.job.member,))
        return found
