"""An official recognition model as it is published for inference: a PIR model and ``inference.yml``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from stages.contract import DEFAULT_CHARACTERS
from stages.message import msg
from stages.pir.parameters import read_parameters
from stages.pir.program import read_program
from stages.published.files import DESCRIPTION, PARAMETERS, PROGRAM, check_complete
from stages.text.described import damaged, described_characters
from stages.text.dictionary import SPACE

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
    program = read_program(folder / PROGRAM)
    parameters = read_parameters(folder / PARAMETERS, program.shapes())
    listed, is_default = described_characters(folder / DESCRIPTION)
    if listed is None and not is_default:
        raise damaged(folder / DESCRIPTION, msg("it lists no characters"))
    said = program.output_shape[-1:]
    widths = set(said) if said and said[0] > 0 else _widths(parameters)
    return OfficialModel(
        parameters, _with_space(folder, listed or list(DEFAULT_CHARACTERS), widths)
    )


def _widths(parameters: Mapping[str, np.ndarray]) -> set[int]:
    """Return what the classifier's width can be where the program does not say it."""
    return {array.shape[-1] for array in parameters.values() if array.shape}


def _with_space(folder: Path, listed: list[str], widths: set[int]) -> tuple[str, ...]:
    """Add the space that ``use_space_char`` put last, if the classifier has a class for it."""
    for characters in ([*listed, SPACE], listed):
        if len(characters) + 1 in widths:
            return tuple(characters)
    raise damaged(
        folder / DESCRIPTION,
        msg("it lists {listed} characters; no layer of the model has as many classes", len(listed)),
    )
