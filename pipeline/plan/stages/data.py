"""``data``: labels, images and dictionary, looked at before anything is made of them."""

from __future__ import annotations

from typing import Any

from pipeline.errors import UsageError
from pipeline.plan.inputs import SPLITS, Source, split_labels
from pipeline.plan.stages.spec import Basis, StageSpec
from stages.contract import DEFAULT_DICTIONARY
from stages.contract.artifacts import DICTIONARY, DICTIONARY_RULES, labels_file
from stages.message import msg


def _parameters(basis: Basis) -> dict[str, Any]:
    data = basis.project.settings.data
    parameters: dict[str, Any] = {
        "task": basis.project.settings.model.task,
        "labels": {split: split_labels(basis.project, split) for split in _splits(basis)},
        "allow_overlap": data.allow_overlap,
    }
    if data.labels:
        parameters |= {"split": data.split, "split_seed": data.split_seed}
    if basis.reads:
        if data.dictionary == DEFAULT_DICTIONARY:
            parameters["dictionary"] = DEFAULT_DICTIONARY
        parameters["use_space_char"] = data.use_space_char
        parameters["max_text_length"] = data.max_text_length
        parameters["image_shape"] = basis.project.settings.model.image_shape
    return parameters


def _splits(basis: Basis) -> list[str]:
    return [split for split in SPLITS if split in basis.there]


def _inputs(basis: Basis) -> dict[str, Source]:
    characters = _characters(basis) if basis.reads else {}
    # one tree is read where all splits are of the same label files
    read = ["train"] if basis.project.settings.data.labels else _splits(basis)
    return {**basis.take(*read), **characters}


#: What says which characters a trained model has: its own dictionary or description, and its classes.
_TOLD_BY = ("keys", "description", "pdmodel", "pir")


def _characters(basis: Basis) -> dict[str, Source]:
    """Return what the characters are taken from, and what a trained model says of them.

    Raises:
        UsageError: the project has none, and its model brings none along.
    """
    taken = basis.take_if_there("dictionary", *_TOLD_BY)
    if basis.start.checkpoint:
        taken |= basis.take_if_there("checkpoint", "config")
    if basis.start.pretrained and not basis.start.pretrained.tree:
        taken |= basis.take_if_there("pretrained")
    named = basis.project.settings.data.dictionary
    if named or taken.keys() & {"keys", "description", "config"}:
        return taken
    raise UsageError(
        msg("data.dictionary: the model that the project starts from has no dictionary of its own"),
        str(basis.project.folder),
        msg("name the file that lists the model's characters, one a line"),
    )


def _makes(basis: Basis) -> dict[str, str]:
    labels = {f"{split}_labels": labels_file(split) for split in _splits(basis)}
    own = {"dict": DICTIONARY, "dict_rules": DICTIONARY_RULES} if basis.reads else {}
    return {**labels, **own}


SPEC = StageSpec(
    "data", _parameters, _inputs, _makes, ships=(DICTIONARY,), kept=(labels_file("test"),)
)
