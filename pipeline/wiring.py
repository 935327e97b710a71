"""Which stage takes what: parameters from the project file, inputs from the project or from other stages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline.errors import UsageError
from pipeline.hashes import HashCache
from pipeline.inputs import SPLITS, Upload, file_upload, folder_upload, split_labels, split_upload
from pipeline.models.catalogue import MODELS
from pipeline.models.fetch import Say, resolve
from pipeline.project import Project
from stages.contract import Digests, Input, hash_file


@dataclass(frozen=True)
class FromProject:
    """An input that the project holds."""

    upload: Upload
    tree: bool

    def as_input(self, name: str) -> Input:
        """The input as a spec names it."""
        return self.upload.as_tree(name) if self.tree else self.upload.as_file(name)


@dataclass(frozen=True)
class FromStage:
    """An input that another stage makes."""

    stage: str
    artifact: str


Source = FromProject | FromStage

#: What PaddleOCR's export writes beside a model: how images are prepared, and the dictionary.
DESCRIPTION = "inference.yml"
#: By which a folder is told to hold an official model in the PIR format.
PIR_PROGRAM = "inference.json"


@dataclass(frozen=True)
class Wire:
    """One stage of this project. ``skipped`` says why it is not needed, if it is not."""

    stage: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    inputs: Mapping[str, Source] = field(default_factory=dict)
    skipped: str = ""


def wire(project: Project, cache: HashCache, say: Say) -> tuple[Wire, ...]:
    """Lay out the project's stages in their order.

    Raises:
        UsageError: a model or file that the project names is not there.
        IntegrityFailed: a fetched model is not the recorded one.
    """
    if not project.settings.data.test:
        say("warning: data.test is empty; verify measures on val, which also chose the checkpoint")
    start = _starting_point(project, cache, say)
    dictionary = file_upload(
        project.folder / project.settings.data.dictionary, cache, "project (dictionary)"
    )
    splits = {
        split: FromProject(split_upload(project, split, cache), tree=True)
        for split in SPLITS
        if split_labels(project, split)
    }
    return (
        _data(project, splits, FromProject(dictionary, tree=False)),
        _train(project, splits, start),
        _export(project, start),
        _convert(project, start),
        _verify(project, splits, start),
    )


def given_models(wires: tuple[Wire, ...]) -> dict[str, Digests]:
    """Return size and hashes of the models that the project brought along, by the report's names."""
    inputs = {"pd": "pdiparams", "checkpoint": "checkpoint"}
    verify = next(wire for wire in wires if wire.stage == "verify")
    given = {}
    for model, name in inputs.items():
        source = verify.inputs.get(name)
        if isinstance(source, FromProject):
            (path,) = source.upload.files.values()
            given[model] = hash_file(path)
    return given


@dataclass(frozen=True)
class _Start:
    """Where the project enters the pipeline: weights to train from, a checkpoint, or a PD model."""

    pretrained: FromProject | None = None
    config: FromProject | None = None
    checkpoint: FromProject | None = None
    pd: Path | None = None
    pd_files: Mapping[str, FromProject] = field(default_factory=dict)
    own: Mapping[str, FromProject] = field(default_factory=dict)

    @property
    def official(self) -> FromProject | None:
        """The official model that training starts from, if it starts from one."""
        given = self.pretrained
        return given if given and given.tree and PIR_PROGRAM in given.upload.files else None


def _starting_point(project: Project, cache: HashCache, say: Say) -> _Start:
    settings = project.settings
    if settings.export.model:
        folder = resolve(settings.export.model, project.folder, "export.model", say, cache.sha256)
        files = _pd_files(folder, cache)
        return _Start(pd=folder, pd_files=files, own=_beside(settings.export.model, folder, cache))
    config = _user_config(project, cache)
    if settings.train.checkpoint:
        path = resolve(
            settings.train.checkpoint, project.folder, "train.checkpoint", say, cache.sha256
        )
        return _Start(config=config, checkpoint=_as_source(path, settings.train.checkpoint, cache))
    given = settings.model.pretrained
    path = resolve(given, project.folder, "model.pretrained", say, cache.sha256)
    return _Start(pretrained=_as_source(path, given, cache), config=config)


def _user_config(project: Project, cache: HashCache) -> FromProject | None:
    path = project.folder / project.settings.model.architecture
    if path.suffix in (".yml", ".yaml") and path.is_file():
        return FromProject(file_upload(path, cache, "project (model.architecture)"), tree=False)
    return None


def _as_source(path: Path | None, given: object, cache: HashCache) -> FromProject | None:
    """Upload a model under the name that the project gives a built-in one, else its file's name."""
    if path is None:
        return None
    made_by = f"model {given if isinstance(given, str) and given in MODELS else path.name}"
    if path.is_dir():
        return FromProject(folder_upload(path, cache, made_by), tree=True)
    return FromProject(file_upload(path, cache, made_by), tree=False)


def _pd_files(folder: Path | None, cache: HashCache) -> dict[str, FromProject]:
    if folder is None:
        return {}
    names = {"pdmodel": "inference.pdmodel", "pdiparams": "inference.pdiparams"}
    for name in names.values():
        if not (folder / name).is_file():
            raise _no_pd_model(folder, name)
    return {
        key: FromProject(file_upload(folder / name, cache, "project (export.model)"), tree=False)
        for key, name in names.items()
    }


def _beside(model: str, folder: Path | None, cache: HashCache) -> dict[str, FromProject]:
    """Return what lies beside a PD model and tells its characters and how it wants its images."""
    if folder is None:
        return {}
    names = {"description": DESCRIPTION}
    if model in MODELS and MODELS[model].dictionary:
        names["keys"] = MODELS[model].dictionary
    return {
        key: FromProject(file_upload(folder / name, cache, "project (export.model)"), tree=False)
        for key, name in names.items()
        if (folder / name).is_file()
    }


def _no_pd_model(folder: Path, missing: str) -> UsageError:
    message = f"export.model: no file {missing!r}"
    if (folder / PIR_PROGRAM).is_file():
        message += "; this is a PIR model, which opt cannot read"
        remedy = "name it in model.pretrained, or export it again with export_with_pir=False"
        return UsageError(message, str(folder), remedy)
    remedy = "name a folder with inference.pdmodel and inference.pdiparams"
    return UsageError(message, str(folder), remedy)


def _data(project: Project, splits: Mapping[str, FromProject], dictionary: FromProject) -> Wire:
    data = project.settings.data
    parameters = {
        "labels": {split: split_labels(project, split) for split in splits},
        "use_space_char": data.use_space_char,
        "max_text_length": data.max_text_length,
        "allow_overlap": data.allow_overlap,
    }
    return Wire("data", parameters, {**splits, "dictionary": dictionary})


def _train(project: Project, splits: Mapping[str, FromProject], start: _Start) -> Wire:
    if start.pd:
        return Wire("train", skipped="the project starts from a PD model")
    if start.checkpoint:
        return Wire("train", skipped="the project starts from a checkpoint")
    train, model, data = project.settings.train, project.settings.model, project.settings.data
    parameters = {
        **train.model_dump(exclude={"checkpoint"}),
        "architecture": model.architecture,
        "image_shape": model.image_shape,
        "use_space_char": data.use_space_char,
        "max_text_length": data.max_text_length,
    }
    inputs: dict[str, Source] = {"train": splits["train"], "val": splits["val"], "dict": _DICT}
    inputs |= {f"{split}_labels": FromStage("data", f"{split}.txt") for split in ("train", "val")}
    inputs |= {"pretrained": start.pretrained} if start.pretrained else {}
    inputs |= {"config": start.config} if start.config else {}
    return Wire("train", parameters, inputs)


_DICT = FromStage("data", "dict.txt")


def _checkpoint(start: _Start) -> dict[str, Source]:
    if start.checkpoint:
        config = {"config": start.config} if start.config else {}
        return {"checkpoint": start.checkpoint, **config}
    return {
        "checkpoint": FromStage("train", "checkpoint.pdparams"),
        "config": FromStage("train", "config.yml"),
    }


def _export(project: Project, start: _Start) -> Wire:
    if start.pd:
        return Wire("export", skipped="the project starts from a PD model")
    settings = project.settings
    parameters = {
        "image_shape": settings.model.image_shape,
        "use_space_char": settings.data.use_space_char,
    }
    return Wire("export", parameters, {**_checkpoint(start), "dict": _DICT})


def _pd_model(start: _Start) -> dict[str, Source]:
    if start.pd:
        return dict(start.pd_files)
    return {name: FromStage("export", f"inference.{name}") for name in ("pdmodel", "pdiparams")}


def _convert(project: Project, start: _Start) -> Wire:
    convert = project.settings.convert
    return Wire("convert", convert.model_dump(), _pd_model(start))


def _verify(project: Project, splits: Mapping[str, FromProject], start: _Start) -> Wire:
    settings = project.settings
    parameters = {
        "image_shape": settings.model.image_shape,
        "use_space_char": settings.data.use_space_char,
    }
    inputs: dict[str, Source] = {
        "test": splits["test"],
        "test_labels": FromStage("data", "test.txt"),
        "dict": _DICT,
        **_pd_model(start),
    }
    for target in settings.convert.targets:
        inputs[f"nb-{target}"] = FromStage("convert", f"model_{target}.nb")
    inputs |= {"pretrained": start.official} if start.official else {}
    if start.pd:
        inputs |= start.own
    else:
        inputs |= {**_checkpoint(start), "description": FromStage("export", DESCRIPTION)}
    return Wire("verify", parameters, inputs)
