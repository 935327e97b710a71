"""Which stage takes what: parameters from the project file, inputs from the project or from other stages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pipeline.errors import UsageError
from pipeline.models.fetch_context import FetchContext
from pipeline.plan.hashes import HashCache
from pipeline.plan.inputs import SPLITS, FromProject, FromStage, Source, split_labels, split_upload
from pipeline.plan.recogniser import recogniser_of
from pipeline.plan.start import DESCRIPTION, PARAMETERS, Start, one_file, starting_point
from pipeline.project import Project
from stages.contract import Digests, hash_file


@dataclass(frozen=True)
class Wire:
    """One stage of this project. ``skipped`` says why it is not needed, if it is not."""

    stage: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    inputs: Mapping[str, Source] = field(default_factory=dict)
    skipped: str = ""


def wire(project: Project, cache: HashCache, caller: FetchContext) -> tuple[Wire, ...]:
    """Lay out the project's stages in their order.

    Raises:
        UsageError: a model or file that the project names is not there.
        IntegrityFailed: a fetched model is not the recorded one.
    """
    if not project.settings.data.test:
        caller.say(
            "warning: data.test is empty; verify measures on val, which also chose the checkpoint"
        )
    start = starting_point(project, cache, caller)
    characters = _dictionary(project, start, cache) if _reads(project) else {}
    splits = {
        split: FromProject(split_upload(project, split, cache), tree=True)
        for split in SPLITS
        if split_labels(project, split)
    }
    return (
        _data(project, splits, characters),
        _train(project, splits, start),
        _export(project, splits, start),
        _convert(project, start),
        _verify(project, splits, start, recogniser_of(project, cache, caller)),
    )


def given_models(wires: tuple[Wire, ...]) -> dict[str, Digests]:
    """Return size and hashes of the models that the project brought along, by the report's names."""
    inputs = {"pd": "pdiparams", "checkpoint": "checkpoint", "pir": "pir"}
    verify = next(wire for wire in wires if wire.stage == "verify")
    given = {}
    for model, name in inputs.items():
        source = verify.inputs.get(name)
        if isinstance(source, FromProject):
            files = source.upload.files
            path = files[PARAMETERS] if source.tree else next(iter(files.values()))
            given[model] = hash_file(path)
    return given


def _reads(project: Project) -> bool:
    """Return whether the model reads text, and so has a dictionary."""
    return project.settings.model.task == "recognition"


def _dictionary(project: Project, start: Start, cache: HashCache) -> dict[str, Source]:
    """Return what the data stage takes the characters from: the project's file, or the official model's.

    Raises:
        UsageError: the project has none, and its model brings none along.
    """
    name = project.settings.data.dictionary
    if name:
        return {"dictionary": one_file(project.folder / name, cache, "project (dictionary)")}
    for own, taken_as in (("keys", "dictionary"), ("description", "description")):
        if own in start.own:
            return {taken_as: start.own[own]}
    remedy = "name the file that lists the model's characters, one a line"
    raise UsageError(
        "data.dictionary: the model that the project starts from has no dictionary of its own",
        str(project.folder),
        remedy,
    )


def _model_parameters(project: Project) -> dict[str, Any]:
    """Return what every stage that prepares images is told of the model."""
    parameters: dict[str, Any] = {
        "task": project.settings.model.task,
        "image_shape": project.settings.model.image_shape,
    }
    if _reads(project):
        parameters["use_space_char"] = project.settings.data.use_space_char
    return parameters


def _test(splits: Mapping[str, FromProject]) -> dict[str, Source]:
    return {"test": splits["test"], "test_labels": FromStage("data", "test.txt")}


def _characters(project: Project) -> dict[str, Source]:
    return {"dict": _DICT} if _reads(project) else {}


def _data(
    project: Project, splits: Mapping[str, FromProject], characters: Mapping[str, Source]
) -> Wire:
    data = project.settings.data
    parameters: dict[str, Any] = {
        "task": project.settings.model.task,
        "labels": {split: split_labels(project, split) for split in splits},
        "allow_overlap": data.allow_overlap,
    }
    if _reads(project):
        parameters["use_space_char"] = data.use_space_char
        parameters["max_text_length"] = data.max_text_length
    return Wire("data", parameters, {**splits, **characters})


def _train(project: Project, splits: Mapping[str, FromProject], start: Start) -> Wire:
    if start.pd:
        return Wire("train", skipped="the project starts from a PD model")
    if start.pir:
        return Wire("train", skipped="the project starts from a PIR model")
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


def _checkpoint(start: Start) -> dict[str, Source]:
    if start.checkpoint:
        config = {"config": start.config} if start.config else {}
        return {"checkpoint": start.checkpoint, **config}
    return {
        "checkpoint": FromStage("train", "checkpoint.pdparams"),
        "config": FromStage("train", "config.yml"),
    }


def _export(project: Project, splits: Mapping[str, FromProject], start: Start) -> Wire:
    if start.pd:
        return Wire("export", skipped="the project starts from a PD model")
    model = {"pir": start.pir, **_test(splits)} if start.pir else _checkpoint(start)
    return Wire("export", _model_parameters(project), {**model, **_characters(project)})


def _pd_model(start: Start) -> dict[str, Source]:
    if start.pd:
        return dict(start.pd)
    return {name: FromStage("export", f"inference.{name}") for name in ("pdmodel", "pdiparams")}


def _convert(project: Project, start: Start) -> Wire:
    task = {"task": project.settings.model.task}
    return Wire("convert", {**task, **project.settings.convert.model_dump()}, _pd_model(start))


def _verify(
    project: Project,
    splits: Mapping[str, FromProject],
    start: Start,
    reader: Mapping[str, FromProject],
) -> Wire:
    inputs = {**_test(splits), **_characters(project), **_pd_model(start), **reader}
    for target in project.settings.convert.targets:
        inputs[f"nb-{target}"] = FromStage("convert", f"model_{target}.nb")
    inputs |= {"pretrained": start.official} if start.official else {}
    if start.pd:
        inputs |= start.own
    else:
        inputs |= {"pir": start.pir} if start.pir else _checkpoint(start)
        inputs["description"] = FromStage("export", DESCRIPTION)
    return Wire("verify", _model_parameters(project), inputs)
