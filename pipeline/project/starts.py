"""The models that a project names: built in and for its task, or files that have to be a model's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from pipeline.complaint import Complaint
from pipeline.errors import UsageError
from pipeline.models.catalogue import MODELS, OfficialModel
from pipeline.models.checkpoint import find_checkpoint, find_start, may_be_checkpoint
from pipeline.models.given import RemoteModel, exists
from pipeline.models.inference import find_model, meant_by
from pipeline.project.architectures import ARCHITECTURES
from pipeline.project.schema import Project
from pipeline.text import nearest
from stages.message import msg

#: Finds a model in what a key names (a path, and how the key says it), or refuses it.
Find = Callable[[Path, str], object]


def of_models(project: Project) -> Iterator[Complaint]:
    """Hold the built-in models that the project names against its task, and find the others' files."""
    settings = project.settings
    export, checkpoint = settings.export.model, settings.train.checkpoint
    yield from _of_given(project, ("export", "model"), export, find_model)
    if checkpoint:
        yield from _refusals(
            ("train", "checkpoint"), find_checkpoint, project.folder / checkpoint, checkpoint
        )
    if trains(project):
        yield from _of_weights(project)
        find = partial(find_start, frozen=settings.train.mode == "frozen")
        yield from _of_given(project, ("model", "pretrained"), settings.model.pretrained, find)


def _of_given(
    project: Project, keys: tuple[str, ...], name: str | RemoteModel, find: Find
) -> Iterator[Complaint]:
    """Look at a model that a key names: built in, or files that have to be a model's."""
    if not name or isinstance(name, RemoteModel):
        return
    path = project.folder / name
    if name in MODELS:
        yield from _of_built_in(keys, MODELS[name], project.settings.model.task)
    elif exists(path) or (keys[-1] == "pretrained" and may_be_checkpoint(path)):
        yield from _refusals(keys, find, path, name)
    else:
        message = msg(
            "{name} is neither built in nor a path in the project{nearest}",
            repr(name),
            nearest(name, MODELS),
        )
        meant = meant_by(path, name) if exists(path.parent) else ""
        remedy = msg('did you mean "{meant}"?', meant)
        built_in = msg("built in: {models}", ", ".join(MODELS))
        yield Complaint(keys, message, remedy if meant else built_in)


def _refusals(keys: tuple[str, ...], find: Find, path: Path, named: str) -> Iterator[Complaint]:
    """Give what ``find`` has against what a key names."""
    try:
        find(path, named)
    except UsageError as error:
        yield Complaint(keys, error.message, error.remedy)
    except (OSError, ValueError):  # a name that no file can have
        yield Complaint(keys, msg("{named} is not the name of a file", repr(named)))


def _of_built_in(keys: tuple[str, ...], model: OfficialModel, task: str) -> Iterator[Complaint]:
    if model.task != task:
        remedy = msg('set [model] task = "{task}", or name another model', model.task)
        yield Complaint(
            keys,
            msg("{model} is for {task}, not for {task2}", model.name, model.task, task),
            remedy,
        )


def _of_weights(project: Project) -> Iterator[Complaint]:
    """Refuse official weights of another network, and mode frozen without any weights."""
    model, mode = project.settings.model, project.settings.train.mode
    known = ARCHITECTURES.get(model.architecture)
    if not model.pretrained and mode == "frozen":
        message = msg("mode frozen starts from an official inference model")
        yield Complaint(("train", "mode"), message, msg('choose "full" to train from scratch'))
    if known and model.pretrained in MODELS and model.pretrained not in known.weights:
        fitting = ", ".join(known.weights) or msg('none; "" trains from scratch')
        message = msg(
            "{pretrained} does not fit the architecture {known}", model.pretrained, known.name
        )
        yield Complaint(
            ("model", "pretrained"), message, msg("official weights that fit: {fitting}", fitting)
        )


def trains(project: Project) -> bool:
    """Return whether the project trains, rather than starting from what was trained."""
    settings = project.settings
    started = settings.export.model or settings.train.checkpoint
    return settings.model.does.trains and not started
