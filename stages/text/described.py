"""The characters that an ``inference.yml`` lists, as PaddleOCR's export writes them."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from stages.errors import IntegrityError
from stages.message import msg
from stages.text.printable import printable
from stages.text.yaml import at, load_yaml

_REMEDY = msg("give the inference.yml that the model was exported with")


class Described(NamedTuple):
    """The dictionary, without the space that is added to it; None where none is listed.

    ``is_default`` says that it is a CTC model's that lists none: ``dump_infer_config`` in
    ppocr/utils/export_model.py leaves ``character_dict`` out where the training named no dictionary.
    """

    characters: list[str] | None
    is_default: bool = False


def described_characters(description: Path) -> Described:
    """Return what an ``inference.yml`` says of a model's characters.

    Raises:
        IntegrityError: it is not plain YAML, or what it lists are not the lines of a dictionary.
    """
    try:
        document = load_yaml(description)
    except ValueError as error:
        raise damaged(description, msg("it is not plain YAML: {error}", error)) from error
    listed = at(document, "PostProcess", "character_dict")
    if listed is None:
        return Described(None, at(document, "PostProcess", "name") == "CTCLabelDecode")
    # a digit without quotes is a number to YAML
    if not isinstance(listed, list) or not all(type(item) in (str, int) for item in listed):
        raise damaged(description, msg("its character_dict is not a list of strings"))
    characters = [str(item) for item in listed]
    for number, character in enumerate(characters, start=1):
        if "\n" in character or "\r" in character:
            why = msg("entry {number} of its character_dict holds a line end", number)
            raise damaged(description, why)
    return Described(characters)


def damaged(description: Path, why: str) -> IntegrityError:
    """Return the error of an ``inference.yml`` that is none."""
    name = printable(description.name)
    return IntegrityError(
        msg("{path} is not an official recognition model's: {why}", name, why),
        name,
        _REMEDY,
    )
