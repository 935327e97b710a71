"""All files that the members' plans need: gathered for the registry, and laid out again on a node.

A member is planned anew where it runs. So what goes along is what the planner reads: the project file, what
its settings name, labels with their images, and the models that were fetched for it, each where it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from pipeline import PROJECT_FILE
from pipeline.errors import UsageError
from pipeline.models.given import is_safe_path
from pipeline.models.store import cache_folder
from pipeline.package.manifest import Layer, Manifest
from pipeline.plan.inputs import SPLITS, FromProject
from pipeline.plan.lockfile import lock_of
from pipeline.project import Project
from pipeline.registry.client import Registry
from pipeline.run.prepare import Prepared
from pipeline.swarm.archive import unpack
from pipeline.swarm.artifact import Opened, Patiently, archive_layer, fetch
from pipeline.text import one_line
from stages.message import msg

#: Labels and images; all else of the project; a fetched model each.
_DATA, _PROJECT, _MODEL = "data.tar", "project.tar", "model-"
_END = ".tar"


def gather(
    folder: Path, members: Iterable[Prepared], *, locked: bool
) -> Iterator[tuple[Layer, Opened]]:
    """Give what all members need, layer by layer.

    Args:
        folder: of the project.
        members: planned.
        locked: whether each is held to its lock.

    Raises:
        UsageError: a file is neither in the project nor a fetched model.
    """
    data, project, models = dict[str, Path](), {PROJECT_FILE: folder / PROJECT_FILE}, set[str]()
    seen = set[int]()
    for prepared in members:
        project |= _named(folder, prepared.project)
        if locked:
            lock = lock_of(prepared.project)
            project[lock.relative_to(folder).as_posix()] = lock
        for name, files in _given(prepared):
            if id(files) in seen:  # what members have in common is one object
                continue
            seen.add(id(files))
            for path in files.values():
                if path.is_relative_to(cache_folder()):
                    models.add(path.relative_to(cache_folder()).parts[0])
                elif not path.is_relative_to(folder / ".paddock"):  # made anew by the planner there
                    into = data if name in SPLITS else project
                    into[_inside(folder, path)] = path
    yield archive_layer(_PROJECT, project)
    if data:
        yield archive_layer(_DATA, data)
    for model in sorted(models):
        yield archive_layer(f"{_MODEL}{model}{_END}", dict(_below(cache_folder() / model, model)))


def _given(prepared: Prepared) -> Iterator[tuple[str, Mapping[str, Path]]]:
    for wire in prepared.planner.wires:
        for name, source in wire.inputs.items():
            if isinstance(source, FromProject):
                yield name, source.upload.files


def _named(folder: Path, project: Project) -> dict[str, Path]:
    """Return the files that settings name: of what they are unpacked or made into, a plan reads itself."""
    settings = project.settings
    runtime = settings.verify.arm_runtime
    named = [
        settings.model.architecture,
        settings.model.pretrained,
        settings.export.model,
        settings.train.checkpoint,
        runtime.path if runtime else "",
        *settings.convert.models.values(),
    ]
    paths = (folder / it for it in named if isinstance(it, str) and it)
    found = {_inside(folder, path): path for path in paths if path.is_file()}
    if settings.verify.recognition:
        other = folder / settings.verify.recognition
        parts = [other / PROJECT_FILE, *(path for _name, path in _below(other / "out", ""))]
        found |= {_inside(folder, path): path for path in parts}
    return found


def _inside(folder: Path, path: Path) -> str:
    """Return a file's name in the project.

    Raises:
        UsageError: it is not in there.
    """
    name = path.relative_to(folder).as_posix() if path.is_relative_to(folder) else ""
    if not is_safe_path(name):
        raise UsageError(
            msg("it is not in the project, and only what is in there goes to other nodes"),
            str(path),
            msg("put it into the folder of the project, or a link to it"),
        )
    return name


def _below(folder: Path, name: str) -> Iterator[tuple[str, Path]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield f"{name}/{path.relative_to(folder).as_posix()}", path


def lay_out(
    registry: Registry,
    manifest: Manifest,
    folder: Path,
    scratch: Path,
    patiently: Patiently,
) -> None:
    """Put what was gathered where it was: into the project's ``folder``, and the models into their store.

    Archives are in ``scratch`` until they are unpacked, and each is unpacked once: ``patiently`` fetches one.

    Raises:
        RegistryFailed: it cannot be had.
        IntegrityFailed: it is not what its digest says, or leads elsewhere.
    """
    for title, archive in fetch(registry, manifest, scratch, patiently):
        is_model = title.startswith(_MODEL)
        target = cache_folder() if is_model else folder
        target.mkdir(parents=True, exist_ok=True)
        unpack(archive, target)
        archive.unlink()


def refuse_place(folder: Path) -> None:
    """Refuse a project whose folder cannot have the same path in a container.

    Raises:
        UsageError: it is above what the container has itself.
    """
    own = ("/opt/paddock", "/usr/local", "/etc", "/run/secrets", "/var/run", "/cache", "/tmp/x")  # noqa: S108
    if any(Path(it).is_relative_to(folder) for it in own):
        raise UsageError(
            msg("a project cannot be {folder} itself on a Swarm", one_line(str(folder))),
            str(folder),
            msg("put it into a folder of its own"),
        )
