"""Everything that is known before a run: the project, the place where its stages run, and its planner."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial

from pipeline import PROJECT_FILE
from pipeline.errors import UsageError
from pipeline.machine.gpus import refuse_lacking_gpus
from pipeline.models.fetch_context import FetchContext, Say
from pipeline.plan.hashes import HashCache
from pipeline.plan.planner import Planner
from pipeline.plan.stages.train import ON_GPU
from pipeline.plan.surroundings import Surroundings
from pipeline.plan.wiring import Given, Wire, gather, gathered_by, lay_out, say_doubts
from pipeline.project import Project
from pipeline.run.connect import Connected
from pipeline.run.place import Place, find_images
from stages.contract.kernels import NEEDED
from stages.message import joined, msg


@dataclass(frozen=True)
class Prepared:
    """A project that can be planned, run and audited: what to make, where, and what was made before."""

    project: Project
    place: Place
    planner: Planner


class Preparation:
    """Prepares projects of one folder, whose settings may differ: what they share is looked at once.

    Args:
        connected: the folder's project and its engine.
        say: told what takes time, and doubts, each once.
        check: called before each project, and all the time while a model is fetched; what it raises
            ends that.
    """

    def __init__(
        self, connected: Connected, say: Say, check: Callable[[], None] = lambda: None
    ) -> None:
        self._connected, self._check = connected, check
        self._say = cache(say)
        self._given: dict[str, Given] = {}
        self._image = cache(connected.engine.images.find)
        self._refuse_lacking_gpus = cache(
            partial(refuse_lacking_gpus, connected.engine, connected.workspace)
        )
        self._processor = ""

    def of(self, project: Project, forced: frozenset[str] = frozenset()) -> Prepared:
        """Fetch the models, hash the inputs, look at the images of the stages that are needed.

        Args:
            project: of the folder.
            forced: stages to run again.

        Raises:
            EngineError: an image is missing, or a GPU.
            UsageError: the project names a file or model that is not there, or the processor cannot run
                its kernels.
            IntegrityFailed: a model is not the recorded one.
            PaddockError: a model cannot be fetched.
        """
        self._check()
        engine, workspace = self._connected.engine, self._connected.workspace
        say_doubts(project, self._say)
        wires = lay_out(project, self._gather(project))
        if any(wire.runs_in == ON_GPU and not wire.skipped for wire in wires):
            self._refuse_lacking_gpus(project.settings.train.devices)
        place = Place(engine, workspace, find_images(self._image, workspace, wires))
        surroundings = self._surroundings(project, place, wires)
        identities = {stage: image.identity for stage, image in place.images.items()}
        ledger, volumes = self._connected.ledger, self._connected.volumes
        planner = Planner(ledger, volumes, wires, identities, surroundings, forced)
        return Prepared(project, place, planner)

    def _gather(self, project: Project) -> Given:
        key = gathered_by(project)
        if key not in self._given:
            with HashCache(project.state / "hashes.sqlite") as hashes:
                caller = FetchContext(self._say, hashes.sha256, self._check)
                self._given[key] = gather(project, hashes, caller)
        return self._given[key]

    def _surroundings(
        self, project: Project, place: Place, wires: tuple[Wire, ...]
    ) -> Surroundings:
        settings = project.settings
        threads = {stage: place.threads(stage, settings.limits.cpus) for stage in place.images}
        kernels = settings.project.kernels
        if any({"kernels", "processor"}.intersection(wire.decided_by) for wire in wires):
            self._processor = self._processor or place.processor()
        if kernels == "portable":
            _refuse_lacking(set(self._processor.split()), project)
        return Surroundings(settings.train.seed, threads, kernels, self._processor)


def prepare(
    connected: Connected,
    forced: frozenset[str],
    say: Say,
    check: Callable[[], None] = lambda: None,
) -> Prepared:
    """Prepare the project that is connected, as :meth:`Preparation.of` does."""
    return Preparation(connected, say, check).of(connected.project, forced)


def _refuse_lacking(units: set[str], project: Project) -> None:
    """Refuse an x86 processor that the portable kernels cannot run on.

    One that tells nothing of the kind, as an emulated one may, is left to the stages' self-test.

    Raises:
        UsageError: it lacks units that are needed.
    """
    is_x86 = any(unit.startswith(("sse", "avx")) for unit in units)
    if not is_x86 or not (lacking := NEEDED - units):
        return
    raise UsageError(
        msg(
            "the processor lacks {units}, which portable kernels need",
            joined(", ", sorted(lacking)),
        ),
        str(project.folder / PROJECT_FILE),
        msg('write kernels = "native" into [project]: results are then this kind of processor\'s'),
    )
