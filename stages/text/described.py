"""The characters that an ``inference.yml`` lists, as PaddleOCR's export writes them."""

from __future__ import annotations

from pathlib import Path

from stages.errors import IntegrityError
from stages.message import msg
from stages.text.printable import printable
from stages.text.yaml import at, load_yaml

_REMEDY = msg("give the inference.yml that the model was exported with")


def described_characters(description: Path) -> list[str] | None:
    """Return the dictionary that an ``inference.yml`` holds, without the space that is added to it.

    None if it is a recognition model's that lists none: ``dump_infer_config`` in
    ppocr/utils/export_model.py leaves ``character_dict`` out where the training named no dictionary.

    Raises:
        IntegrityError: it is not plain YAML, is not a CTC model's, or its list is not one of lines.
    """
    try:
        document = load_yaml(description)
    except ValueError as error:
        raise damaged(description, msg("it is not plain YAML: {error}", error)) from error
    characters = at(document, "PostProcess", "character_dict")
    if characters is None and at(document, "PostProcess", "name") == "CTCLabelDecode":
        return None
    if not isinstance(characters, list) or not all(isinstance(item, str) for item in characters):
        raise damaged(description, msg("its character_dict is not a list of strings"))
    for number, character in enumerate(characters, start=1):
        if "\n" in character or "\r" in character:
            raise damaged(
                description, msg("entry {number} of its character_dict holds a line end", number)
            )
    return characters


def damaged(description: Path, why: str) -> IntegrityError:
    """Return the error of an ``inference.yml`` that is none."""
    name = printable(description.name)
    return IntegrityError(
        msg("{path} is not an official recognition model's: {why}", name, printable(why, 300)),
        name,
        _REMEDY,
    )
