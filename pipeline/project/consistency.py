"""What no single key can tell: keys that exclude each other, and files and models that are not there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pipeline.complaint import Complaint
from pipeline.models.catalogue import MODELS, OfficialModel
from pipeline.models.given import RemoteModel
from pipeline.project.architectures import ARCHITECTURES
from pipeline.project.configured import Configured, configured
from pipeline.project.schema import Project, Section
from pipeline.text import nearest
from stages.contract import DEFAULT_DICTIONARY
from stages.contract.artifacts import DESCRIPTION
from stages.message import msg

#: By which a folder is told to bring its own dictionary along.
#: Keys that only a model that reads text has a use for, by table.
_READING_KEYS = {
    "data": ("dictionary", "use_space_char", "max_text_length"),
    "model": ("architecture", "pretrained"),
}


def disagreements(project: Project) -> Iterator[Complaint]:
    """Find what is wrong between the keys, in the order of the file as far as there is one."""
    yield from _of_task(project)
    yield from _of_start(project)
    yield from _of_models(project)
    yield from _of_splits(project)
    yield from _of_dictionary(project)
    yield from _of_space(project)
    yield from _of_recogniser(project)
    yield from _of_given_files(project)


def is_file(path: Path) -> bool:
    """Return whether there is such a file; a name that no file can have is not there."""
    try:
        return path.is_file()
    except (OSError, ValueError):  # too long, behind a folder that may not be read, or with a NUL
        return False


def _of_task(project: Project) -> Iterator[Complaint]:
    """Refuse keys of training and reading where the model finds lines or turns them."""
    settings = project.settings
    task = settings.model.task
    if not (settings.model.does.trains or settings.export.model):
        remedy = msg('name an official model: model = "{example_of}"', _example_of(task))
        message = msg("needed for {task}, which starts from a model and trains nothing", task)
        yield Complaint(("export", "model"), message, remedy)
    if not settings.model.does.trains and "train" in settings.model_fields_set:
        yield Complaint(
            ("train",), msg("not for {task}: nothing is trained", task), msg("remove the table")
        )
    for table, names in {} if settings.model.does.reads else _READING_KEYS.items():
        section: Section = getattr(settings, table)
        for name in names:
            if name in section.model_fields_set and getattr(section, name) not in ("", False):
                message = msg("not for {task}: it is for models that read text", task)
                yield Complaint((table, name), message, msg("remove the key"))


def _example_of(task: str) -> str:
    return next(model.name for model in MODELS.values() if model.task == task)


def _of_start(project: Project) -> Iterator[Complaint]:
    settings = project.settings
    if settings.export.model and settings.train.checkpoint:
        message = msg("start from a checkpoint or from an inference model, not from both")
        yield Complaint(("export", "model"), message)
    if settings.export.model or not settings.model.does.trains:
        return
    architecture = settings.model.architecture
    given = is_file(project.folder / architecture)
    if settings.train.checkpoint and not given:
        remedy = msg("give the PaddleOCR YAML that the checkpoint was trained with")
        message = msg("a checkpoint needs its configuration")
        yield Complaint(("model", "architecture"), message, remedy)
    elif architecture not in ARCHITECTURES and not given:
        message = msg(
            "{architecture} is neither built in nor a file{nearest}",
            repr(architecture),
            nearest(architecture, ARCHITECTURES),
        )
        remedy = msg(
            "built in: {architectures}; or the path of a PaddleOCR YAML", ", ".join(ARCHITECTURES)
        )
        yield Complaint(("model", "architecture"), message, remedy)


def _of_models(project: Project) -> Iterator[Complaint]:
    """Hold the built-in models that the project names against its task, and find the others' files."""
    settings = project.settings
    given = {("export", "model"): settings.export.model}
    if _trains(project):
        given[("model", "pretrained")] = settings.model.pretrained
        yield from _of_weights(project)
    for keys, name in given.items():
        if not name or isinstance(name, RemoteModel):
            continue
        if name in MODELS:
            yield from _of_built_in(keys, MODELS[name], settings.model.task)
        elif not _exists(project.folder / name):
            message = msg(
                "{name} is neither built in nor a path in the project{nearest}",
                repr(name),
                nearest(name, MODELS),
            )
            yield Complaint(keys, message, msg("built in: {models}", ", ".join(MODELS)))


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


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def _trains(project: Project) -> bool:
    settings = project.settings
    started = settings.export.model or settings.train.checkpoint
    return settings.model.does.trains and not started


def _of_splits(project: Project) -> Iterator[Complaint]:
    settings = project.settings
    for split in ("train", "val") if _trains(project) else ():
        if not getattr(settings.data, split):
            yield Complaint(("data", split), msg("needed for training: a list of label files"))
    if not settings.data.test and not settings.data.val:
        yield Complaint(("data", "test"), msg("a list of label files to measure on is needed"))
    for split in ("train", "val", "test"):
        for name in getattr(settings.data, split):
            if not is_file(project.data_root / name):
                yield Complaint(
                    ("data", split),
                    msg("no file {name} in {data_root}", repr(name), project.data_root),
                )


def _of_dictionary(project: Project) -> Iterator[Complaint]:
    settings = project.settings
    if not settings.model.does.reads:
        return
    keys, dictionary = ("data", "dictionary"), settings.data.dictionary
    if dictionary == DEFAULT_DICTIONARY:
        return
    if dictionary and not is_file(project.folder / dictionary):
        message = msg("no file {dictionary} in {folder}", repr(dictionary), project.folder)
        yield Complaint(keys, message)
    if not dictionary and not _brings_dictionary(project):
        yield Complaint(keys, *_needed_dictionary(project))


def _needed_dictionary(project: Project) -> tuple[str, str]:
    """Return why the project must name a dictionary, and which."""
    said = _configured(project)
    if said is None:
        return (
            msg("required where the project starts from no official model"),
            msg("name the file that lists the characters, one a line"),
        )
    architecture = project.settings.model.architecture
    if said.path:
        message = msg("needed; {architecture} names {path}", architecture, said.path)
        return message, msg(
            "name that file, as the training read it (PaddleOCR's own are in its ppocr/utils)"
        )
    message = msg(
        "needed; {architecture} names none, so PaddleOCR takes 0-9 and a-z and lower-cases labels",
        architecture,
    )
    return message, msg(
        'name the file that lists the characters, one a line; or "{name}" for exactly these',
        DEFAULT_DICTIONARY,
    )


def _configured(project: Project) -> Configured | None:
    """Return what the project's YAML says of a dictionary, if it has one."""
    path = project.folder / project.settings.model.architecture
    return configured(path) if path.suffix in (".yml", ".yaml") and is_file(path) else None


def _of_space(project: Project) -> Iterator[Complaint]:
    """Refuse a space rule that an official model with its own dictionary does not have."""
    settings = project.settings
    model = MODELS.get(_start_of(project)) if settings.model.does.reads else None
    if model and not settings.data.dictionary and settings.data.use_space_char != model.space:
        needed = "true" if model.space else "false"
        message = msg(
            "{model} reads with its own dictionary, and with use_space_char = {needed}",
            model.name,
            needed,
        )
        yield Complaint(
            ("data", "use_space_char"), message, msg("set use_space_char = {needed}", needed)
        )


def _start_of(project: Project) -> str:
    """Return the model that the project starts from; "" if it is a checkpoint, or not known by name."""
    settings = project.settings
    given = settings.export.model or settings.model.pretrained
    return "" if settings.train.checkpoint or isinstance(given, RemoteModel) else given


def _brings_dictionary(project: Project) -> bool:
    """Return whether the model that the project starts from may list its characters itself."""
    settings = project.settings
    if settings.train.checkpoint:
        said = _configured(project)
        return said is not None and said.is_known
    given = settings.export.model or settings.model.pretrained
    if isinstance(given, RemoteModel):
        return True  # what it holds is known when it was fetched
    return given in MODELS or bool(given and is_file(project.folder / given / DESCRIPTION))


def _of_recogniser(project: Project) -> Iterator[Complaint]:
    """Refuse another project to read with where it cannot be used."""
    settings, keys = project.settings, ("verify", "recognition")
    name = settings.verify.recognition
    if not name:
        return
    if settings.model.task != "detection":
        yield Complaint(
            keys, msg("not for {task}: it reads what a detection model finds", settings.model.task)
        )
    elif "x86" not in settings.convert.targets:
        message = msg("needs the target x86: no other file can be run here")
        yield Complaint(keys, message, msg('add "x86" to [convert] targets'))
    elif not is_file(project.folder / name / "paddock.toml"):
        remedy = msg("name the folder of a Paddock project that converts a recognition model")
        yield Complaint(keys, msg("no project in {folder}", project.folder / name), remedy)


def _of_given_files(project: Project) -> Iterator[Complaint]:
    """Refuse a ``.nb`` file that is not there, or is for a target that the project does not have."""
    settings = project.settings.convert
    for target, name in settings.models.items():
        keys = ("convert", "models", target)
        if not is_file(project.folder / name):
            yield Complaint(keys, msg("no file {name} in {folder}", repr(name), project.folder))
        elif target not in settings.targets:
            remedy = msg('add "{target}" to [convert] targets', target)
            yield Complaint(keys, msg("{target} is not one of the targets", target), remedy)
