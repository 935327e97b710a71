"""A member on a node, in this process: the registry is tiny, and the engine pretended."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from unittest import mock

from pipeline import __version__
from pipeline.plan.stages import STAGES
from pipeline.project import load_project
from pipeline.project.members import load_members
from pipeline.record.events import Envelope
from pipeline.registry.client import Registry
from pipeline.registry.reference import Reference
from pipeline.run.connect import connect
from pipeline.run.options import StopSwitch
from pipeline.run.prepare import Preparation
from pipeline.swarm.artifact import send
from pipeline.swarm.inputs import gather
from pipeline.swarm.member import Node, run_member
from pipeline.swarm.order import INPUTS, Job, Order
from pipeline.sweep.plan import plan_sweep
from stages.contract import Exit
from support.pretended import PretendedEngine
from support.projects import SCRATCH, write_project
from support.registry import TinyRegistry, tiny_registry

SWEEP = "[sweep.matrix]\ntrain.seed = [1, 2]\n"


@dataclass
class OnNode:
    """A sweep of two members that was begun, and a node; ``folder`` is where the project lies on it."""

    kept: TinyRegistry
    order: Order
    inputs: Reference
    engine: PretendedEngine
    folder: Path
    said: list[Envelope] = field(default_factory=list)

    def result(self, member: str) -> bytes | None:
        """Return the manifest of a member's result; None if the registry has none."""
        return self.kept.manifests.get(self.order.result_tag(member))

    def run(self, member: str, stop: StopSwitch | None = None) -> Exit:
        """Be the member's container."""
        node, switch = Node("n1", "t1", {}), stop or StopSwitch()
        return run_member(self.inputs, member, node, self.said.append, switch, plain_http=True)


@contextmanager
def on_node(scratch: Path) -> Iterator[OnNode]:
    """Begin a sweep, as far as the registry is concerned."""
    folder, there = write_project(scratch / "here", SCRATCH + SWEEP), scratch / "there"
    there.mkdir()
    engine = PretendedEngine()
    opened = [
        mock.patch(f"{where}.open_engine", lambda _environ: engine)
        for where in ("pipeline.run.connect", "pipeline.swarm.member")
    ]
    with tiny_registry() as kept, opened[0], opened[1]:
        registry = Registry(Reference(kept.name, "me/plates"), {}, plain_http=True)
        registry.open()
        plan = plan_sweep(
            load_members(folder), Preparation(connect(load_project(folder), {}), lambda _text: None)
        )
        jobs = tuple(
            Job(member=it.name, run=f"20261129-120000-{number:04x}", services=STAGES)
            for number, it in enumerate(plan.members)
        )
        order = Order(
            version=__version__,
            project="plates",
            folder=str(there),
            sweep="s",
            images={stage: f"paddock-{stage}:3.1.1" for stage in STAGES},
            last=STAGES[-1],
            jobs=jobs,
        )
        layers = dict(gather(folder, (it.prepared for it in plan.members), locked=False))
        digest = send(registry, order.tag, INPUTS, order.dump(), layers, lambda _text: None)
        yield OnNode(kept, order, registry.reference.at(digest), engine, there)
