"""The bundled examples: their project files, and images drawn in a container of their own."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from pipeline.compose.file import REPOSITORY, Compose, Volume
from pipeline.engine.connection import Engine
from pipeline.engine.containers import Job, Sink
from pipeline.errors import StageFailed
from pipeline.models.fetch_context import Say
from pipeline.plan.workspace import PROJECT_LABEL
from pipeline.project import PROJECT_FILE
from stages.contract import WORKSPACE
from stages.message import msg

FOLDER = REPOSITORY / "examples"
#: Where the container draws; the renderer adds ``data``.
_DRAWN = WORKSPACE / "example"
#: Where the example's image has the renderers.
_RENDERERS = PurePosixPath("/opt/paddock/example")


@dataclass(frozen=True)
class Example:
    """An example's folder, what its renderer is told, and which that is."""

    name: str
    arguments: tuple[str, ...] = ()
    renderer: str = "render.py"


EXAMPLES = {
    example.name: example
    for example in (
        Example("alphanumeric"),
        Example("official-ppocrv5", renderer="render_printed.py"),
        Example("official-ppocrv4", ("--only", "test", "--count", "120")),
        Example("official-ppocrv5-det", renderer="render_pages.py"),
    )
}


@dataclass(frozen=True)
class RenderContext:
    """What draws: an engine, the images' names, whom to tell, and the order to stop."""

    engine: Engine
    compose: Compose
    say: Say
    stop: Callable[[], int]


def make_example(example: Example, render: RenderContext, folder: Path) -> None:
    """Write an example project into ``folder``; what is there already is left as it is.

    Where that fails, or is stopped, nothing of it is left, and no folder that was made for it.

    Raises:
        EngineError: the example's image is missing, or the engine refused.
        StageFailed: the renderer failed.
    """
    made = [path for path in (folder, *folder.parents) if not path.exists()]
    with ExitStack() as undo:
        for path in reversed(made):  # the innermost goes first
            undo.callback(_remove_if_empty, path)
        folder.mkdir(parents=True, exist_ok=True)
        _fill(example, render, folder)
        undo.pop_all()


def _remove_if_empty(folder: Path) -> None:
    with suppress(OSError):
        folder.rmdir()


def _fill(example: Example, render: RenderContext, folder: Path) -> None:
    if not (folder / "data").exists():
        partial = folder / ".data.partial"
        try:
            shutil.rmtree(partial, ignore_errors=True)  # what a killed one left
            render.say(msg("drawing the images of {example} into {folder}", example.name, folder))
            _draw(example, render, partial)
            partial.rename(folder / "data")
        finally:
            shutil.rmtree(partial, ignore_errors=True)
    if not (folder / PROJECT_FILE).exists():
        shutil.copyfile(FOLDER / example.name / PROJECT_FILE, folder / PROJECT_FILE)


def _draw(example: Example, render: RenderContext, folder: Path) -> None:
    """Run the renderer on a volume of its own and copy what it drew into ``folder``."""
    identity = f"example-{secrets.token_hex(4)}"
    labels = {PROJECT_LABEL: identity}
    volume = Volume("workspace", f"paddock-{identity}")
    render.engine.volumes.ensure(volume, labels)
    try:
        image = _render(example, render, volume, labels)
        mounts = {str(WORKSPACE): volume.name}
        render.say(msg("copying them out of the container"))
        with render.engine.volumes.client(image, mounts, labels) as volumes:
            volumes.fetch_tree(PurePosixPath(_DRAWN / "data"), folder)
    finally:
        render.engine.volumes.remove_labelled(f"{PROJECT_LABEL}={identity}")


def _render(example: Example, render: RenderContext, volume: Volume, labels: dict[str, str]) -> str:
    """Run the renderer; return its image's ID."""
    service = render.compose.services["example"]
    image = render.engine.images.image_id(service.image)
    mounts = tuple(mount for mount in service.volumes if mount.volume == volume.key)
    job = Job(
        service=service.model_copy(update={"volumes": mounts}),
        image=image,
        name=volume.name,
        command=(str(_DRAWN), *example.arguments),
        entrypoint=("python", str(_RENDERERS / example.renderer)),
        volumes={volume.key: volume.name},
        labels=labels,
    )
    said = bytearray()
    exited = render.engine.containers.run(job, {}, Sink(said.extend, said.extend), render.stop)
    if exited.code:
        text = said.decode("utf-8", "replace").strip()
        raise StageFailed(msg("drawing the example failed: {text}", text[-500:]))
    return image
