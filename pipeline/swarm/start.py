"""A sweep on a Swarm is begun: planned here, sent to the registry, and asked of the Swarm.

After that nothing of it depends on this machine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from pipeline import __version__
from pipeline.compose.file import TOOL
from pipeline.engine.credentials import credentials_for
from pipeline.engine.swarm import SECRETS, Swarm, Wanted, swarm_of
from pipeline.errors import UsageError
from pipeline.plan.lockfile import lock_of, read_lock
from pipeline.plan.workspace import MEMBER_LABEL, PROJECT_LABEL, SWEEP_LABEL
from pipeline.project import PROJECT_FILE, Project
from pipeline.project.members import load_members
from pipeline.project.schema import SwarmSection
from pipeline.record.runs import names_after
from pipeline.registry.client import Registry
from pipeline.registry.reference import Reference, parse_reference
from pipeline.run.connect import Connected
from pipeline.run.prepare import Preparation
from pipeline.swarm.artifact import send
from pipeline.swarm.inputs import gather, refuse_place
from pipeline.swarm.kept import Begun, SwarmSweep
from pipeline.swarm.order import INPUTS, Job, Order
from pipeline.swarm.result import refuse_changed
from pipeline.sweep.capacity import most_of
from pipeline.sweep.drive import Asked, chosen
from pipeline.sweep.plan import PlannedMember, SweepPlan, plan_sweep
from pipeline.text import human_size
from stages.message import msg

Say = Callable[[str], None]
Check = Callable[[], None]
#: Below the registry's place: what goes along with sweeps, and what comes back.
_SWEEPS = "paddock-sweeps"
_SECRET_FILE = "config.json"  # noqa: S105 - its name
#: What TOOL's image keeps fetched models in.
_CACHE = "/cache"


@dataclass(frozen=True)
class Place:
    """Where a sweep takes place: a Swarm, as the project's file wants it used, and its registry."""

    swarm: Swarm
    section: SwarmSection
    registry: Registry

    @property
    def reference(self) -> Reference:
        """The repository of what goes along and comes back."""
        return self.registry.reference


def place_of(
    project: Project, connected: Connected, environ: Mapping[str, str], begun: Begun | None
) -> Place:
    """Return where the project's sweeps take place, or that one does which was ``begun``.

    Both have answered by then.

    Raises:
        UsageError: the project names no registry, or the engine manages no Swarm.
        RegistryFailed: no registry answers there.
    """
    section = project.settings.sweep.swarm
    if section is None:
        raise UsageError(
            msg("the project names no registry that all nodes reach"),
            str(project.folder / PROJECT_FILE),
            msg(
                'write into it: [sweep.swarm] registry = "HOST:5000/NAME"; docs/swarm.md tells more'
            ),
        )
    swarm = swarm_of(connected.engine)
    reference = parse_reference(f"{section.registry.rstrip('/')}/{_SWEEPS}")
    registry = (
        Registry(begun.repository, environ, begun.plain_http)
        if begun
        else Registry(reference, environ, section.plain_http)
    )
    registry.open()
    return Place(swarm, section, registry)


def send_along(
    place: Place, connected: Connected, asked: Asked, sweep: SwarmSweep, say: Say, check: Check
) -> tuple[SweepPlan, Order, str]:
    """Plan all members, and send images and inputs; return the plan, what is asked of nodes, and its digest.

    Raises:
        PaddockError: a member cannot be planned; the registry or the engine refused.
    """
    project, options = connected.project, asked.options
    refuse_place(project.folder)
    members = chosen(load_members(project.folder), asked.only)
    if options.locked:
        for member in members:
            read_lock(lock_of(member.project))
    for member in members:
        refuse_changed(member.project, connected.ledger)
    preparation = Preparation(connected, say, check)
    plan = plan_sweep(members, preparation, options.forced, options.last)
    _refuse_too_large(place, connected, plan)
    order = Order(
        version=__version__,
        project=project.name,
        folder=str(project.folder),
        sweep=sweep.name,
        images=_send_images(place, connected, plan, say, check),
        last=options.last,
        forced=tuple(sorted(options.forced)),
        locked=options.locked,
        jobs=tuple(
            Job(member=it.name, run=run, services=_services(it))
            for it, run in zip(
                plan.members, names_after(sweep.name, len(plan.members)), strict=True
            )
        ),
    )
    prepared = (it.prepared for it in plan.members)
    layers = dict(gather(project.folder, prepared, locked=options.locked))
    check()
    digest = send(place.registry, order.tag, INPUTS, order.dump(), layers, say)
    return plan, order, digest


def _refuse_too_large(place: Place, connected: Connected, plan: SweepPlan) -> None:
    """Refuse a member for which no node is large enough: it would wait without an end.

    Raises:
        UsageError: says what it reserves, and what nodes have.
    """
    rooms = place.swarm.rooms()
    for planned in plan.members:
        project, services = planned.member.project, _services(planned)
        cpus, memory = _room(place.section, project, connected, services)
        if not any(cpus <= there and memory <= size for there, size in rooms):
            nodes = sorted({(there, human_size(size)) for there, size in rooms}, reverse=True)
            raise UsageError(
                msg(
                    "member {name} reserves {cpus} CPUs and {memory} of memory, and no node that takes work "
                    "has as much ({nodes})",
                    planned.name,
                    f"{cpus:g}",
                    human_size(memory),
                    ", ".join(f"{there:g} CPUs, {size}" for there, size in nodes[:4]),
                ),
                connected.engine.endpoint.said,
                msg("set reservations in [sweep.swarm], or limits.cpus and limits.memory, lower"),
            )


def _services(planned: PlannedMember) -> tuple[str, ...]:
    wires = planned.prepared.planner.wires
    return tuple(dict.fromkeys(wire.runs_in for wire in wires if not wire.skipped))


def _send_images(
    place: Place, connected: Connected, plan: SweepPlan, say: Say, check: Check
) -> dict[str, str]:
    """Push the images of all members' stages, and Paddock's own; return what nodes know them by."""
    compose, images = connected.workspace.compose, connected.engine.images
    needed = dict.fromkeys(service for it in plan.members for service in _services(it))
    names = {service: compose.services[service].image for service in needed}
    names[TOOL] = compose.images[TOOL].image
    sent = dict[str, str]()
    for service, name in names.items():
        check()
        repository = f"{place.section.registry.rstrip('/')}/{name.partition(':')[0]}"
        target = f"{repository}:{images.get(name).identity[:12]}"
        say(msg("pushing {target}", target))
        sent[service] = f"{repository}@{images.push(name, target)}"
    return sent


def labels_of(begun: Begun, sweep: str) -> dict[str, str]:
    """Return the labels of all that a sweep has on the Swarm."""
    return {PROJECT_LABEL: begun.identity, SWEEP_LABEL: sweep}


def ask_for(
    place: Place,
    connected: Connected,
    order: Order,
    begun: Begun,
    jobs: Iterable[tuple[Job, Project]],
) -> None:
    """Ask the Swarm for the members of ``jobs``, a service each.

    Raises:
        EngineError: the Swarm refused.
    """
    labels = labels_of(begun, order.sweep)
    secret = _secret(place, order, labels)
    generic = dict(place.section.reservations.generic)
    for job, project in jobs:
        cpus, memory = _room(place.section, project, connected, job.services)
        place.swarm.create(
            Wanted(
                name=f"paddock-{job.run}",
                image=order.images[TOOL],
                words=_words(begun, job.member),
                environ={
                    "PADDOCK_NODE": "{{.Node.Hostname}}",
                    "PADDOCK_TASK": "{{.Task.ID}}",
                    **({"DOCKER_CONFIG": SECRETS} if secret else {}),
                },
                labels={**labels, MEMBER_LABEL: job.member},
                container_labels={SWEEP_LABEL: order.sweep, MEMBER_LABEL: job.member},
                folders=(order.folder, _CACHE),
                socket=place.section.socket,
                secret=secret,
                placement=place.section.placement.model_dump(),
                reservations={"cpus": cpus, "memory": memory, "generic": generic},
                restart=place.section.restart_policy.model_dump(),
            )
        )


def _words(begun: Begun, member: str) -> tuple[str, ...]:
    words = ("sweep", "member", begun.inputs, "--member", member)
    return (*words, "--plain-http") if begun.plain_http else words


def _room(
    section: SwarmSection, project: Project, connected: Connected, services: Iterable[str]
) -> tuple[float, int]:
    """Return CPUs and bytes that a node has to have free: as asked for, else the most that a stage takes."""
    asked = section.reservations
    cpus, memory = most_of(project, [connected.workspace.compose.services[it] for it in services])
    return asked.cpus or cpus, asked.memory_bytes or memory


def _secret(place: Place, order: Order, labels: Mapping[str, str]) -> tuple[str, str, str] | None:
    """Give who one is to the registry along, where only the members' containers see it."""
    registry = place.reference.registry
    known = credentials_for(registry, place.registry.environ)
    if known is None:
        return None
    name = f"paddock-{order.sweep}"
    secret = place.swarm.make_secret(name, known.as_config(registry), labels)
    return secret, name, _SECRET_FILE


def begin(
    sweep: SwarmSweep,
    place: Place,
    connected: Connected,
    plan: SweepPlan,
    order: Order,
    digest: str,
) -> Begun:
    """Write down what is asked for, and where the inputs are: from now on, whoever attaches goes on."""
    sweep.keep(order.dump(), {it.name: it.member.settings for it in plan.members})
    begun = Begun(
        inputs=str(place.reference.at(digest)),
        identity=connected.workspace.identity,
        tool=order.images[TOOL],
        plain_http=place.registry.plain_http,
        socket=place.section.socket,
    )
    sweep.begin(begun)
    return begun
