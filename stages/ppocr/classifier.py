"""The official classifier narrowed to a project's dictionary."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from stages.message import msg
from stages.published.official import OfficialModel
from stages.runtime import Context
from stages.text.dictionary import BLANK, Dictionary
from stages.text.matching import same_classes
from stages.text.printable import code_point

_NAMED = 10


@dataclass(frozen=True)
class Narrowed:
    """An official model's parameters with a classifier of the dictionary's classes."""

    parameters: dict[str, np.ndarray]
    #: Characters that the official dictionary does not have: their columns are the mean of all
    #: official characters' columns, so that they begin as likely as any other.
    lacking: tuple[str, ...]


def narrow(model: OfficialModel, dictionary: Dictionary) -> Narrowed:
    """Keep the blank's and the dictionary's columns of every parameter as wide as the classes."""
    columns = same_classes(dictionary.characters, model.characters)
    lacking = tuple(
        c for c, column in zip(dictionary.characters, columns, strict=True) if column is None
    )
    parameters = {
        name: columns_of(array, columns) if array.shape[-1] == model.classes else array
        for name, array in model.parameters.items()
    }
    return Narrowed(parameters, lacking)


def warn_of_lacking(context: Context, narrowed: Narrowed, dictionary: Dictionary) -> None:
    """Say which characters the official model has never seen, and what they start from."""
    if not narrowed.lacking:
        return
    names = ", ".join(code_point(character) for character in narrowed.lacking[:_NAMED])
    context.warn(
        msg(
            "{lacking} of {characters} characters are not in the official dictionary and start "
            "from the mean of all its characters: {names}",
            len(narrowed.lacking),
            len(dictionary.characters),
            names,
        ),
        "model.pretrained",
    )


def columns_of(array: np.ndarray, columns: list[int | None]) -> np.ndarray:
    """Return the blank's column and these; where there is none, the mean of all characters'."""
    mean = array[..., BLANK + 1 :].mean(axis=-1)
    picked = [mean if column is None else array[..., column] for column in columns]
    return np.stack([array[..., BLANK], *picked], axis=-1).astype(array.dtype)
