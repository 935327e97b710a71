"""What no single key can tell: keys that exclude each other, and files and models that are not there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pipeline.complaint import Complaint
from pipeline.errors import UsageError
from pipeline.models.catalogue import MODELS
from pipeline.models.given import RemoteModel, exists, is_file, is_safe_path
from pipeline.models.inference import has_description
from pipeline.models.sniff import first_image, refuse_stand_in
from pipeline.project.architectures import ARCHITECTURES
from pipeline.project.configured import Configured, configured
from pipeline.project.schema import FROM_LABELS, Project, Section
from pipeline.project.shared import of_missing_splits, of_shared_labels
from pipeline.project.starts import of_models, trains
from pipeline.text import nearest
from stages.contract import DEFAULT_DICTIONARY
from stages.contract.variant import HALF_TARGETS, Weights
from stages.message import msg

#: Keys that only a model that reads text has a use for, by table.
_READING_KEYS = {
    "data": ("dictionary", "use_space_char", "max_text_length"),
    "model": ("architecture", "pretrained"),
}


def disagreements(project: Project) -> Iterator[Complaint]:
    """Find what is wrong between the keys, in the order of the file as far as there is one."""
    yield from _of_task(project)
    yield from _of_start(project)
    yield from of_models(project)
    yield from _of_splits(project)
    yield from _of_dictionary(project)
    yield from _of_space(project)
    yield from _of_weights(project)
    yield from _of_recogniser(project)
    yield from _of_devices(project)
    yield from _of_arm_runtime(project)
    yield from _of_given_files(project)


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


def _of_splits(project: Project) -> Iterator[Complaint]:
    settings = project.settings
    if settings.data.labels:
        yield from of_shared_labels(project)
    elif trains(project):
        yield from of_missing_splits(project)
    elif not settings.data.test and not settings.data.val:
        yield Complaint(("data", "test"), msg("a list of label files to measure on is needed"))
    for split in ("labels", "train", "val", "test"):
        for name in getattr(settings.data, split):
            if not is_file(project.data_root / name):
                yield Complaint(
                    ("data", split),
                    msg("no file {name} in {data_root}", repr(name), project.data_root),
                )
            else:
                yield from _of_texts(("data", split), project.data_root / name, project.data_root)


def _of_texts(keys: tuple[str, ...], path: Path, images: Path | None = None) -> Iterator[Complaint]:
    """Refuse a file that stands in for a text, or for the first image that a label file names."""
    try:
        refuse_stand_in(path)
        image = first_image(path) if images else ""
        if images and is_safe_path(image) and is_file(images / image):
            refuse_stand_in(images / image)
    except UsageError as error:
        yield Complaint(keys, error.message, error.remedy)


def _of_dictionary(project: Project) -> Iterator[Complaint]:
    settings = project.settings
    if not settings.model.does.reads:
        return
    keys, dictionary = ("data", "dictionary"), settings.data.dictionary
    if dictionary == DEFAULT_DICTIONARY:
        return
    if project.takes_labels_characters:
        if not trains(project):
            message = msg("for training: a model that is taken as it is has characters of its own")
            yield Complaint(keys, message, msg("name the file that lists them"))
        return
    if dictionary and not is_file(project.folder / dictionary):
        message = msg("no file {dictionary} in {folder}", repr(dictionary), project.folder)
        yield Complaint(keys, message)
    elif dictionary:
        yield from _of_texts(keys, project.folder / dictionary)
    if not dictionary and not _brings_dictionary(project):
        yield Complaint(keys, *_needed_dictionary(project))


def _needed_dictionary(project: Project) -> tuple[str, str]:
    """Return why the project must name a dictionary, and which."""
    said = _configured(project)
    if said is None:
        return (
            msg("required where the project starts from no official model"),
            msg(
                'name the file that lists the characters, one a line; dictionary = "{word}" takes those of '
                "the labels",
                FROM_LABELS,
            ),
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
    return given in MODELS or bool(given and has_description(project.folder / given))


def _of_weights(project: Project) -> Iterator[Complaint]:
    """Refuse weights that would be wrong on the phone, and those that nothing is there to make from."""
    data, convert = project.settings.data, project.settings.convert
    if convert.fp16 and convert.rounded:
        message = msg(
            "not together with {kinds}: half precision reads the integers' biases as other numbers "
            "(paddock explain quantised-fp16)",
            ", ".join(kind.value for kind in convert.rounded),
        )
        yield Complaint(
            ("convert", "fp16"), message, msg("set fp16 = false, or take them out of weights")
        )
    elif convert.fp16 and not any(variant.half for variant in convert.variants):
        message = msg("for {targets} only", ", ".join(HALF_TARGETS))
        yield Complaint(("convert", "fp16"), message, msg('add "arm" to [convert] targets'))
    if Weights.INT8 in convert.rounded and not (data.train or data.labels):
        message = msg("needed for int8, which is rounded with images of train, never of test")
        remedy = msg(
            "list label files of images such as the app will read, which need not be many; or take "
            '"int8" out of [convert] weights'
        )
        yield Complaint(("data", "train"), message, remedy)


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
    elif Weights.FLOAT32 not in settings.convert.weights:
        message = msg("needs the weights float32: that file is the one that is read with")
        yield Complaint(keys, message, msg('add "float32" to [convert] weights'))
    elif not is_file(project.folder / name / "paddock.toml"):
        remedy = msg("name the folder of a Paddock project that converts a recognition model")
        yield Complaint(keys, msg("no project in {folder}", project.folder / name), remedy)


def _of_devices(project: Project) -> Iterator[Complaint]:
    """Refuse a GPU with kernels that are a processor's, and more devices than the mode can use."""
    settings = project.settings
    if settings.train.device == "gpu" and settings.project.kernels == "portable":
        message = msg("a GPU has no portable kernels: what it computes holds for its own kind")
        yield Complaint(
            ("train", "device"), message, msg('write kernels = "native" into [project]')
        )
    if settings.train.devices > 1 and settings.train.mode == "frozen":
        message = msg(
            "several devices train the whole network only: a head alone is trained on one"
        )
        yield Complaint(("train", "devices"), message, msg('set mode = "full", or devices = 1'))


def _of_arm_runtime(project: Project) -> Iterator[Complaint]:
    """Refuse a library for ARM where there is no file for it, or one that is not there."""
    settings, keys = project.settings, ("verify", "arm_runtime")
    given = settings.verify.arm_runtime
    if given is None:
        return
    if "arm" not in settings.convert.targets:
        message = msg("needs the target arm: the library runs no other file")
        yield Complaint(keys, message, msg('add "{target}" to [convert] targets', "arm"))
    if given.path and not exists(project.folder / given.path):
        message = msg("no file {name} in {folder}", repr(given.path), project.folder)
        yield Complaint((*keys, "path"), message)


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
        elif Weights.FLOAT32 not in settings.weights:
            message = msg("stands for the weights float32, which are not asked for")
            yield Complaint(keys, message, msg('add "float32" to [convert] weights'))
