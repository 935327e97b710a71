"""All models on a few images: prepared, run and decoded as verify does it."""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from stages.contract import MANIFEST_FILE
from stages.contract.reading import ReadImage, Reading, Readings
from stages.dataset.dictionary import given_dictionary
from stages.detection.summary import count_boxes
from stages.errors import StageError
from stages.message import msg, text_of
from stages.parity.listing import list_models
from stages.parity.models import Model
from stages.parity.task import Task
from stages.preprocess import Prepare, read_image
from stages.runners import ModelRunner, RunnerFailedError
from stages.runtime import Context
from stages.tasks import task_of

#: How often an image is read beside the first time, which warms up: the shortest counts.
_TIMED = 3


def read(context: Context) -> Readings:
    """Let every model that can be run here read every image of the input ``own``.

    Raises:
        StageError: the project's dictionary or preparation is not in order.
    """
    own = task_of(context)
    task, prepare = own.module("stages.*.task").reader(context)
    classes = given_dictionary(context).classes if own.reads else 0
    names = sorted(_names(context.input("own")), key=int)
    inputs = {name: _input(context.input("own") / name, prepare) for name in names}
    good = {name: found for name, found in inputs.items() if isinstance(found, np.ndarray)}
    bad = {name: found for name, found in inputs.items() if isinstance(found, str)}
    columns: list[Mapping[str, Reading]] = []
    with ExitStack() as stack:
        models = list_models(context, classes, platform.machine())
        runners = {
            model.name: stack.enter_context(ModelRunner(model.kind, list(model.files)))
            for model in models
            if not model.status
        }
        failed = {name: why for name, runner in runners.items() if (why := _why_not_ready(runner))}
        for model in models:
            why = failed.get(model.name) or (model.detail if model.status else "")
            if why:
                columns.append({name: Reading(model.name, why=why) for name in good})
            else:
                columns.append(_column(model, runners[model.name], good, task))
    images = [
        ReadImage(name, why=bad[name])
        if name in bad
        else ReadImage(name, tuple(column[name] for column in columns))
        for name in names
    ]
    return Readings(own.name, tuple(images))


def _names(root: Path) -> Sequence[str]:
    return [path.name for path in root.iterdir() if path.name != MANIFEST_FILE]


def _input(path: Path, prepare: Prepare) -> np.ndarray | str:
    """Return an image as the models' input, or why it is none."""
    try:
        return prepare(read_image(path))
    except StageError:
        return msg("it is not an image that OpenCV reads")


def _why_not_ready(runner: ModelRunner) -> str:
    try:
        runner.wait_ready()
    except RunnerFailedError as error:
        return text_of(error)
    return ""


def _column(
    model: Model, runner: ModelRunner, images: Mapping[str, np.ndarray], task: Task[Any]
) -> Mapping[str, Reading]:
    """Return what one model makes of the images; after it died it makes nothing of the rest."""
    column: dict[str, Reading] = {}
    died = ""
    for number, (name, image) in enumerate(images.items()):
        nothing = Reading(model.name, emulated=model.emulated)
        try:
            column[name] = (
                replace(nothing, why=died)
                if died
                else _reading(nothing, runner, image, task, number)
            )
        except RunnerFailedError as error:
            died = text_of(error)
            column[name] = replace(nothing, why=died)
    return column


def _reading(
    nothing: Reading, runner: ModelRunner, image: np.ndarray, task: Task[Any], number: int
) -> Reading:
    output = runner.read(image).probabilities
    if wrong := task.sanity().fault(output):
        return replace(nothing, why=wrong[1])
    task.check(nothing.model, output)
    found, score = task.read(output, number)
    said = found if isinstance(found, str) else count_boxes(len(found))
    read = replace(nothing, found=said, score=score if score is None else round(score, 4))
    if nothing.emulated:
        return read
    seconds = min(runner.read(image).seconds for _ in range(_TIMED))
    return replace(read, milliseconds=round(seconds * 1000, 1))
