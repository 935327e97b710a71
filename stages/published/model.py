"""An inference model as it was published: its files, in either format, and its characters.

Nothing here loads Paddle.
"""

from __future__ import annotations

from pathlib import Path

from stages.contract.artifacts import PD_PROGRAM
from stages.errors import IntegrityError
from stages.message import msg
from stages.pitfalls import Pitfall
from stages.program.signature import read_signature
from stages.published.files import DESCRIPTION, PARAMETERS, PROGRAM
from stages.published.official import read_official
from stages.text.dictionary import SPACE, read_lines
from stages.text.printable import printable
from stages.text.yaml import at, load_yaml

LEGACY_FILES = (PD_PROGRAM, PARAMETERS)


def is_legacy(folder: Path) -> bool:
    """Tell a legacy model from a PIR model; a folder without a program counts as a PIR model's.

    Raises:
        IntegrityError: both programs are there: which of them is meant cannot be told.
    """
    legacy = (folder / LEGACY_FILES[0]).is_file()
    if legacy and (folder / PROGRAM).is_file():
        raise IntegrityError(
            msg("two programs are in one folder: {one} and {other}", PROGRAM, LEGACY_FILES[0]),
            printable(str(folder), 400),
            msg("name the program that is meant, not the folder, in paddock.toml"),
        )
    return legacy


def is_model(folder: Path) -> bool:
    """Return whether ``folder`` holds an inference model of either format."""
    return (folder / PROGRAM).is_file() or (folder / LEGACY_FILES[0]).is_file()


def model_files(folder: Path) -> tuple[Path, Path]:
    """Return the files of program and parameters, which Paddle Inference takes.

    Raises:
        IntegrityError: the folder holds two programs.
    """
    names = LEGACY_FILES if is_legacy(folder) else (PROGRAM, PARAMETERS)
    return folder / names[0], folder / names[1]


def model_characters(folder: Path) -> tuple[str, ...]:
    """Return the character of every class but the blank.

    A legacy model's come from ``inference.yml``, or from the only ``.txt`` file beside it.

    Raises:
        StageError: the program of a legacy model is damaged.
        IntegrityError: a file is missing or damaged, or does not fit the others.
    """
    if not is_legacy(folder):
        return read_official(folder).characters
    return _characters(folder, read_signature(folder / LEGACY_FILES[0]).output_shape[-1])


def _characters(folder: Path, classes: int) -> tuple[str, ...]:
    """Return the character of every class but the blank; a space that was added is the last."""
    path, lines = _listed(folder)
    for characters in ([*lines, SPACE], lines):
        if len(characters) + 1 == classes:
            return tuple(characters)
    raise IntegrityError(
        msg(
            "{path} lists {lines} characters; the model has {classes} classes",
            printable(path.name),
            len(lines),
            classes,
        ),
        printable(str(path), 400),
        msg("put the dictionary that the model was trained with beside it"),
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
        msg(
            "the characters of the model are not known: {files} .txt files are beside it, and no "
            "{description} that lists them",
            len(files),
            DESCRIPTION,
        ),
        printable(str(folder), 400),
        msg("put the dictionary that the model was trained with beside it, as the only .txt file"),
        Pitfall.DICTIONARY_CLASSES,
    )


def _described(description: Path) -> list[str]:
    """Return the characters of an ``inference.yml``, none if it does not list them."""
    try:
        listed = at(load_yaml(description), "PostProcess", "character_dict")
    except ValueError as error:
        raise IntegrityError(
            msg("{description} is not plain YAML", DESCRIPTION),
            printable(str(description), 400),
            msg("give the inference.yml that the model was exported with"),
        ) from error
    return [str(entry) for entry in listed] if isinstance(listed, list) else []
