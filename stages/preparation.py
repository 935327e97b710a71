"""How an image becomes a model's input, as the stage's task has it: alike for every model of a run."""

from __future__ import annotations

from pathlib import Path

from stages.preprocess import Prepare
from stages.runtime import Context
from stages.tasks import task_of
from stages.text.documents import read_document


def preparation_of(context: Context, description: Path | None = None) -> Prepare:
    """Return the function from an image to the input of the stage's model.

    Args:
        context: its parameters name the task and the shape.
        description: the model's ``inference.yml``; if none is named, the input of that name, if there is one.

    Raises:
        StageError: the description cannot be read.
    """
    if description is None and context.has("description"):
        description = context.input("description")
    room = task_of(context).module("stages.*.prepare")
    prepare: Prepare = room.preparation(
        context.parameters["image_shape"], read_document(description) if description else None
    )
    return prepare
