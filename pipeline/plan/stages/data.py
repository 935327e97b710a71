"""``data``: labels, images and dictionary, looked at before anything is made of them."""

from __future__ import annotations

from typing import Any

from pipeline.errors import UsageError
from pipeline.plan.inputs import SPLITS, Source, split_labels
from pipeline.plan.stages.spec import Basis, StageSpec
from stages.contract.artifacts import DICTIONARY, labels_file
from stages.message import msg


def _parameters(basis: Basis) -> dict[str, Any]:
    data = basis.project.settings.data
    parameters: dict[str, Any] = {
        "task": basis.project.settings.model.task,
        "labels": {split: split_labels(basis.project, split) for split in _splits(basis)},
        "allow_overlap": data.allow_overlap,
    }
    if basis.reads:
        parameters["use_space_char"] = data.use_space_char
        parameters["max_text_length"] = data.max_text_length
    return parameters


def _splits(basis: Basis) -> list[str]:
    return [split for split in SPLITS if split in basis.there]


def _inputs(basis: Basis) -> dict[str, Source]:
    characters = _characters(basis) if basis.reads else {}
    return {**basis.take(*_splits(basis)), **characters}


def _characters(basis: Basis) -> dict[str, Source]:
    """Return what the characters are taken from: the project's file, or what an official model brings.

    Raises:
        UsageError: the project has none, and its model brings none along.
    """
    for given, taken_as in (
        ("dictionary", "dictionary"),
        ("keys", "dictionary"),
        ("description", "description"),
    ):
        if given in basis.there:
            return {taken_as: basis.there[given]}
    raise UsageError(
        msg("data.dictionary: the model that the project starts from has no dictionary of its own"),
        str(basis.project.folder),
        msg("name the file that lists the model's characters, one a line"),
    )


def _makes(basis: Basis) -> dict[str, str]:
    labels = {f"{split}_labels": labels_file(split) for split in _splits(basis)}
    return {**labels, "dict": DICTIONARY} if basis.reads else labels


SPEC = StageSpec("data", _parameters, _inputs, _makes, ships=(DICTIONARY,))
