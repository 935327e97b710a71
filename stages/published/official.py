"""An official recognition model as it is published for inference: a PIR model and ``inference.yml``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from stages.errors import IntegrityError
from stages.message import msg
from stages.pir.parameters import read_parameters
from stages.pir.program import read_program
from stages.published.files import DESCRIPTION, PARAMETERS, PROGRAM, check_complete
from stages.text.dictionary import SPACE
from stages.text.printable import printable
from stages.text.yaml import at, load_yaml

__all__ = ["DESCRIPTION", "PARAMETERS", "PROGRAM", "OfficialModel", "read_official"]


@dataclass(frozen=True)
class OfficialModel:
    """Parameters by Paddle's name, and the character of every class but the blank."""

    parameters: dict[str, np.ndarray]
    characters: tuple[str, ...]

    @property
    def classes(self) -> int:
        """The width of the classifier: one a character, and the blank."""
        return len(self.characters) + 1


def read_official(folder: Path) -> OfficialModel:
    """Read an official recognition model.

    Raises:
        IntegrityError: a file is missing, damaged, or does not fit the others.
        StageError: the model is of a version or a type that is not known.
    """
    check_complete(folder)
    parameters = read_parameters(folder / PARAMETERS, read_program(folder / PROGRAM).shapes())
    listed = read_characters(folder / DESCRIPTION)
    return OfficialModel(parameters, _with_space(folder, listed, parameters))


def read_characters(description: Path) -> list[str]:
    """Return the dictionary that an ``inference.yml`` holds, without the space that is added to it.

    Raises:
        IntegrityError: it is not plain YAML, or holds no dictionary, as those of detection models.
    """
    try:
        characters = at(load_yaml(description), "PostProcess", "character_dict")
    except ValueError as error:
        raise _damaged(description, msg("it is not plain YAML: {error}", error)) from error
    if not isinstance(characters, list) or not all(isinstance(item, str) for item in characters):
        raise _damaged(description, msg("its character_dict is not a list of strings"))
    return characters


def _with_space(
    folder: Path, listed: list[str], parameters: Mapping[str, np.ndarray]
) -> tuple[str, ...]:
    """Add the space that ``use_space_char`` put last, if the classifier has a class for it."""
    widths = {array.shape[-1] for array in parameters.values() if array.shape}
    for characters in ([*listed, SPACE], listed):
        if len(characters) + 1 in widths:
            return tuple(characters)
    raise _damaged(
        folder / DESCRIPTION,
        msg("it lists {listed} characters; no layer of the model has as many classes", len(listed)),
    )


def _damaged(path: Path, why: str) -> IntegrityError:
    return IntegrityError(
        msg(
            "{path} is not an official recognition model's: {why}",
            printable(path.name),
            printable(why, 300),
        ),
        printable(str(path), 400),
        msg(
            "give a folder with {program}, {parameters} and {description} of one model",
            PROGRAM,
            PARAMETERS,
            DESCRIPTION,
        ),
    )
