"""An official model as it is published for inference: ``inference.json``, ``.pdiparams``, ``.yml``.

The program is PIR in JSON, the parameters are ``save_combine``'s file: tensors one after the other
in the order of their sorted names (paddle/phi/core/serialization.cc), read here without a pickle.
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from stages.errors import IntegrityError
from stages.ppocr.documents import at, load_yaml

PROGRAM, PARAMETERS, DESCRIPTION = "inference.json", "inference.pdiparams", "inference.yml"

_SPACE = " "
#: ``pir.json``'s operator code of a parameter.
_PARAMETER_OP = "p"
_FLOAT32 = "0.t_f32"
#: uint32 version, uint64 LoD level, uint32 version of the tensor, int32 size of its description.
_TENSOR_HEADER = struct.Struct("<IQIi")


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
    """
    for name in (PROGRAM, PARAMETERS, DESCRIPTION):
        if not (folder / name).is_file():
            raise _damaged(folder / name, "it is missing")
    shapes = _read_shapes(folder / PROGRAM)
    parameters = _read_parameters(folder / PARAMETERS, shapes)
    listed = _read_characters(folder / DESCRIPTION)
    return OfficialModel(parameters, _with_space(folder, listed, parameters))


def _read_shapes(path: Path) -> dict[str, tuple[int, ...]]:
    """Return the parameters' shapes by name out of a PIR program."""
    try:
        program = json.loads(path.read_text(encoding="utf-8"))["program"]
        operators = program["regions"][0]["blocks"][0]["ops"]
        return dict(_shape(operator) for operator in operators if operator["#"] == _PARAMETER_OP)
    except (ValueError, KeyError, IndexError, TypeError) as error:
        raise _damaged(
            path, f"it is not a PIR program ({type(error).__name__}: {error})"
        ) from error


def _shape(operator: Mapping[str, Any]) -> tuple[str, tuple[int, ...]]:
    kind, shape = operator["O"]["TT"]["D"][:2]
    if kind["#"] != _FLOAT32:
        raise ValueError(f"parameter {operator['A'][3]} is of type {kind['#']}, not float32")
    return str(operator["A"][3]), tuple(int(size) for size in shape)


def _read_parameters(path: Path, shapes: Mapping[str, tuple[int, ...]]) -> dict[str, np.ndarray]:
    data, position, parameters = path.read_bytes(), 0, {}
    for name in sorted(shapes):
        try:
            parameters[name], position = _read_tensor(data, position, shapes[name])
        except (struct.error, ValueError) as error:
            raise _damaged(path, f"parameter {name}: {error}") from error
    if position != len(data):
        raise _damaged(path, f"{len(data) - position} bytes are left after the last parameter")
    return parameters


def _read_tensor(data: bytes, position: int, shape: tuple[int, ...]) -> tuple[np.ndarray, int]:
    """Read one float32 tensor; the description (a protobuf) repeats the shape that is known."""
    version, lod_levels, tensor_version, size = _TENSOR_HEADER.unpack_from(data, position)
    if (version, lod_levels, tensor_version) != (0, 0, 0) or not 0 < size < 100:
        raise ValueError("not a tensor of a version that is known")
    start, count = position + _TENSOR_HEADER.size + size, math.prod(shape)
    array = np.frombuffer(data, "<f4", count, start).reshape(shape)
    return array, start + 4 * count


def _read_characters(path: Path) -> list[str]:
    try:
        characters = at(load_yaml(path), "PostProcess", "character_dict")
    except ValueError as error:
        raise _damaged(path, "it is not plain YAML") from error
    if not isinstance(characters, list) or not all(isinstance(item, str) for item in characters):
        raise _damaged(path, "its character_dict is not a list of strings")
    return characters


def _with_space(
    folder: Path, listed: list[str], parameters: Mapping[str, np.ndarray]
) -> tuple[str, ...]:
    """Add the space that ``use_space_char`` put last, if the classifier has a class for it."""
    widths = {array.shape[-1] for array in parameters.values()}
    for characters in ([*listed, _SPACE], listed):
        if len(characters) + 1 in widths:
            return tuple(characters)
    raise _damaged(
        folder / DESCRIPTION,
        f"it lists {len(listed)} characters; no layer of the model has as many classes",
    )


def _damaged(path: Path, why: str) -> IntegrityError:
    return IntegrityError(
        f"{path.name} is not an official model's: {why[:300]}",
        str(path),
        f"give a folder with {PROGRAM}, {PARAMETERS} and {DESCRIPTION} of one PP-OCRv5 model",
    )
