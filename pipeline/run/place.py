"""Where a project's stages run: an engine, the project's volumes on it, and the images of its stages."""

from __future__ import annotations

import secrets
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.engine.connection import Engine
from pipeline.engine.containers import Job, Sink
from pipeline.engine.images import ImageInfo
from pipeline.engine.volumes import VolumeClient
from pipeline.errors import EngineError, PaddockError
from pipeline.plan.workspace import Workspace
from pipeline.text import one_line
from stages.contract import Exit
from stages.cpu import flags_of, read_cpu
from stages.message import joined, msg

if TYPE_CHECKING:
    from pipeline.plan.wiring import Wire

Stop = Callable[[], int]
#: How much of what a container printed on stderr is kept.
_KEPT = 4000


@dataclass(frozen=True)
class Place:
    """The engine as one project sees it. ``images`` has those of the stages that are needed, in order."""

    engine: Engine
    workspace: Workspace
    images: Mapping[str, ImageInfo]

    @property
    def helper(self) -> str:
        """The stage whose image opens the volumes and hashes: the first that the project has."""
        return next(iter(self.images))

    def threads(self, stage: str, cpus: float | None) -> int:
        """Return how many threads a stage has: ``cpus`` of the project, else compose.yaml's, rounded."""
        return max(1, round(cpus or self.workspace.compose.services[stage].cpus or 1.0))

    def volumes(self) -> AbstractContextManager[VolumeClient]:
        """Return the volumes, to be opened: what goes in and comes out passes the engine's API."""
        service = self.workspace.compose.services[self.helper]
        mounts = {item.target: self.workspace.volumes[item.volume] for item in service.volumes}
        image = self.images[self.helper].id
        return self.engine.volumes.client(image, mounts, self.workspace.labels)

    def ask(
        self,
        what: str,
        command: Sequence[str],
        stop: Stop,
        stage: str = "",
        *,
        has_volumes: bool = True,
    ) -> bytes:
        """Run a command beside the volumes, which it can only read, and return what it printed.

        Args:
            what: what it is for, as a person would say it.
            command: program and arguments; the container is hardened as a stage's is.
            stop: asked how often a stop was ordered.
            stage: whose image it runs in; the helper's unless it is named.
            has_volumes: without them for what needs none: the engine would make those that are not there,
                and without labels.

        Raises:
            PaddockError: it was stopped, or the container failed.
            EngineError: the engine refused or went away.
        """
        printed, complaints = bytearray(), deque[int](maxlen=_KEPT)
        stage = stage or self.helper
        service = self.workspace.compose.services[stage]
        job = Job(
            service=service if has_volumes else service.model_copy(update={"volumes": ()}),
            image=self.images[stage].id,
            name=f"paddock-{self.workspace.identity}-helper-{secrets.token_hex(4)}",
            command=tuple(command[1:]),
            volumes=self.workspace.volumes if has_volumes else {},
            labels=self.workspace.labels,
            read_only=True,
            entrypoint=tuple(command[:1]),
        )
        exited = self.engine.containers.run(job, {}, Sink(printed.extend, complaints.extend), stop)
        if exited.stopped:
            raise PaddockError(msg("{what} was stopped", what))
        if exited.code != Exit.OK:
            message = msg("{what} ended with code {code}", what, exited.code)
            remedy = msg("build the images again: paddock images build")
            said = bytes(complaints).decode("utf-8", "replace").splitlines()
            raise PaddockError(message, one_line(said[-1]) if said else "", remedy)
        return bytes(printed)

    def processor(self) -> str:
        """Return the vector units of the processor that stages run on: kernels are chosen by them."""
        if self.engine.is_here():
            return read_cpu().get("cpu_flags", "")
        what, command = msg("asking for the processor"), ("cat", "/proc/cpuinfo")
        told = self.ask(what, command, lambda: 0, has_volumes=False)
        return flags_of(told.decode("utf-8", "replace"))


def find_images(
    find: Callable[[str], ImageInfo | None], workspace: Workspace, wires: Sequence[Wire]
) -> dict[str, ImageInfo]:
    """Return the image of each stage that the project does not skip.

    Args:
        find: looks for an image on the engine.
        workspace: whose compose.yaml names the images.
        wires: the stages.

    Raises:
        EngineError: images are not there; all are named, with the stages that need them.
    """
    services = {wire.stage: wire.runs_in for wire in wires if not wire.skipped}
    needed = {stage: workspace.compose.services[name].image for stage, name in services.items()}
    found = {stage: find(image) for stage, image in needed.items()}
    if missing := [stage for stage, image in found.items() if image is None]:
        said = joined(
            "; ",
            (
                msg(
                    "the {stage} stage needs the image {needed}, which is not there",
                    stage,
                    needed[stage],
                )
                for stage in missing
            ),
        )
        names = " ".join(services[stage] for stage in missing)
        remedy = msg("make it with: paddock images build {missing}", names)
        raise EngineError(said, needed[missing[0]], remedy)
    return {stage: image for stage, image in found.items() if image is not None}
