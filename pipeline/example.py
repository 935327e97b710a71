"""The bundled example: its project file, and its images, drawn in a container of their own."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path, PurePosixPath

from pipeline.compose import REPOSITORY, Compose, Volume
from pipeline.engine.containers import Job, Sink
from pipeline.engine.engine import Engine
from pipeline.errors import StageFailed
from pipeline.project import PROJECT_FILE
from pipeline.workspace import PROJECT_LABEL
from stages.contract import WORKSPACE

EXAMPLE = REPOSITORY / "examples" / "alphanumeric"
#: Where the container draws; the renderer adds ``data``.
_DRAWN = WORKSPACE / "example"


def make_example(engine: Engine, compose: Compose, folder: Path, stop: Callable[[], int]) -> None:
    """Write the example project into ``folder``; what is there already is left as it is.

    Raises:
        EngineError: the example's image is missing, or the engine refused.
        StageFailed: the renderer failed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "data").exists():
        partial = folder / ".data.partial"
        shutil.rmtree(partial, ignore_errors=True)
        _draw(engine, compose, partial, stop)
        partial.rename(folder / "data")
    if not (folder / PROJECT_FILE).exists():
        shutil.copyfile(EXAMPLE / PROJECT_FILE, folder / PROJECT_FILE)


def _draw(engine: Engine, compose: Compose, folder: Path, stop: Callable[[], int]) -> None:
    """Run the renderer on a volume of its own and copy what it drew into ``folder``."""
    identity = f"example-{secrets.token_hex(4)}"
    labels = {PROJECT_LABEL: identity}
    volume = Volume("workspace", f"paddock-{identity}")
    engine.volumes.ensure(volume, labels)
    try:
        image = _render(engine, compose, volume, labels, stop)
        with engine.volumes.door(image, {str(WORKSPACE): volume.name}, labels) as door:
            door.fetch_tree(PurePosixPath(_DRAWN / "data"), folder)
    finally:
        engine.volumes.remove_labelled(f"{PROJECT_LABEL}={identity}")


def _render(
    engine: Engine,
    compose: Compose,
    volume: Volume,
    labels: dict[str, str],
    stop: Callable[[], int],
) -> str:
    service = compose.services["example"]
    image = engine.images.image_id(service.image)
    mounts = tuple(mount for mount in service.volumes if mount.volume == volume.key)
    job = Job(
        service=replace(service, volumes=mounts),
        image=image,
        name=volume.name,
        command=(str(_DRAWN),),
        volumes={volume.key: volume.name},
        labels=labels,
    )
    said = bytearray()
    exited = engine.containers.run(job, {}, Sink(said.extend, said.extend), stop)
    if exited.code:
        text = said.decode("utf-8", "replace").strip()
        raise StageFailed(f"drawing the example failed: {text[-500:]}")
    return image
