"""The inference model that training starts from, of either format: its weights and its characters."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from stages.errors import IntegrityError
from stages.guards.program import read_signature
from stages.pitfalls import Pitfall
from stages.ppocr.dictionary_record import read_lines
from stages.ppocr.documents import at, load_yaml
from stages.ppocr.legacy_weights import FILES, read_legacy_weights
from stages.ppocr.official import DESCRIPTION, PROGRAM, OfficialModel, read_official
from stages.text.dictionary import SPACE
from stages.text.printable import printable


def read_starting_model(folder: Path, architecture: Mapping[str, Any]) -> OfficialModel:
    """Read a PIR model (``inference.json``) or a legacy one (``inference.pdmodel``).

    Args:
        folder: the model's files. A legacy model's characters come from ``inference.yml``, or from the
            only ``.txt`` file beside it.
        architecture: of the network that takes the weights, with a CTC head alone.

    Raises:
        StageError: a file of a legacy model is damaged.
        IntegrityError: a file is missing or damaged, or does not fit the others or the network.
    """
    if (folder / PROGRAM).is_file() or not (folder / FILES[0]).is_file():
        return read_official(folder)
    signature = read_signature(folder / FILES[0])
    if len(signature.input_shape) != 4 or len(signature.output_shape) != 3:
        raise IntegrityError(
            f"{FILES[0]} is not a recognition model's: its input has the shape "
            f"{list(signature.input_shape)}, its output {list(signature.output_shape)}",
            printable(str(folder), 400),
            "give the inference model of a text recognition network with a CTC head",
        )
    characters = _characters(folder, signature.output_shape[-1])
    return OfficialModel(read_legacy_weights(folder, architecture, signature), characters)


def _characters(folder: Path, classes: int) -> tuple[str, ...]:
    """Return the character of every class but the blank; a space that was added is the last."""
    path, lines = _listed(folder)
    for characters in ([*lines, SPACE], lines):
        if len(characters) + 1 == classes:
            return tuple(characters)
    raise IntegrityError(
        f"{printable(path.name)} lists {len(lines)} characters; the model has {classes} classes",
        printable(str(path), 400),
        "put the dictionary that the model was trained with beside it",
        Pitfall.DICTIONARY_CLASSES,
    )


def _listed(folder: Path) -> tuple[Path, list[str]]:
    """Return the file that lists a legacy model's characters, and them."""
    description = folder / DESCRIPTION
    if description.is_file():
        listed = _described(description)
        if listed:
            return description, listed
    files = sorted(folder.glob("*.txt"))
    if len(files) == 1:
        return files[0], read_lines(files[0])
    raise IntegrityError(
        f"the characters of the model are not known: {len(files)} .txt files are beside it, "
        f"and no {DESCRIPTION} that lists them",
        printable(str(folder), 400),
        "put the dictionary that the model was trained with beside it, as the only .txt file",
        Pitfall.DICTIONARY_CLASSES,
    )


def _described(description: Path) -> list[str]:
    """Return the characters of an ``inference.yml``, none if it does not list them."""
    try:
        listed = at(load_yaml(description), "PostProcess", "character_dict")
    except ValueError as error:
        raise IntegrityError(
            f"{DESCRIPTION} is not plain YAML",
            printable(str(description), 400),
            "give the inference.yml that the model was exported with",
        ) from error
    return [str(entry) for entry in listed] if isinstance(listed, list) else []
