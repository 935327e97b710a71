"""The project's dictionary, held against every place that says which class is which character.

A file read as another one (order, line ends, a second space) gives a model that decodes with the wrong
characters and no error: PaddleOCR and Paddle-Lite only know numbers.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from stages.contract.artifacts import DESCRIPTION, PREPROCESS
from stages.errors import StageError
from stages.guards.buffer import read_buffer
from stages.guards.characters import difference, summary
from stages.guards.comparison import Comparison
from stages.message import msg
from stages.pitfalls import Pitfall
from stages.ppocr.checkpoint import load_parameters
from stages.ppocr.classifier_width import classifier_of, classifier_width
from stages.ppocr.dictionary_record import DIGEST, trained_lines
from stages.program.signature import read_signature
from stages.runtime import Context
from stages.text.dictionary import SPACE, Dictionary, read_lines
from stages.text.documents import read_document
from stages.text.printable import printable
from stages.text.yaml import at

_CLASSES = Pitfall.DICTIONARY_CLASSES
_CLASSES_REMEDY = msg(
    "use the dictionary that the model was trained with; a difference of 1 is most often "
    "use_space_char"
)


def compare_dictionary(context: Context, dictionary: Dictionary) -> list[Comparison]:
    """Hold the dictionary against all that the stage was given, and what it has written.

    Looks at the inputs ``config``, ``checkpoint``, ``description`` (inference.yml), ``keys`` (an official
    model's own dictionary), ``pdmodel``, ``nb-TARGET``, and at ``preprocess.json`` in the output folder;
    those that are not there are left out. The time is counted as a guard's.

    Raises:
        StageError: a configuration cannot be read.
        IntegrityError: the checkpoint cannot be read.
    """
    with context.guarding():
        return list(_places(context, dictionary))


def _places(context: Context, dictionary: Dictionary) -> Iterator[Comparison]:
    if context.has("config"):
        yield from in_configuration(read_document(context.input("config")), dictionary)
    if context.has("checkpoint"):
        yield in_checkpoint(load_parameters(context.input("checkpoint")), dictionary)
    if context.has("description"):
        yield in_description(read_document(context.input("description")), dictionary)
    if context.has("keys"):
        yield in_keys(context.input("keys"), dictionary)
    if context.has("pdmodel"):
        yield in_program(context.input("pdmodel"), dictionary)
    for variant in context.variants:
        yield in_buffer(variant.model, context.input(variant.model), dictionary)
    if (context.output / PREPROCESS).is_file():
        yield from in_hand_off(context.output / PREPROCESS, dictionary)


def in_configuration(config: Mapping[str, Any], dictionary: Dictionary) -> Iterator[Comparison]:
    """Compare with what a training's ``config.yml`` says: the space rule, the bytes, the lines."""
    place, said = msg("training configuration"), at(config, "Global")
    if not isinstance(said, dict):
        yield _characters(place, None, dictionary)
        return
    trained, wanted = bool(said.get("use_space_char", False)), dictionary.space_added
    remedy = msg(
        "set use_space_char = {lower}, as in the training, or train again", str(trained).lower()
    )
    if not dictionary.trained or trained == wanted:  # a trained model's number of classes has told
        yield Comparison(place, "use_space_char", str(wanted), str(trained), "", _CLASSES, remedy)
    spaced = wanted if dictionary.trained else trained
    lines = trained_lines(config)
    if said.get(DIGEST) == dictionary.sha256:
        yield Comparison(place, "bytes", dictionary.sha256, dictionary.sha256)
    compared = _characters(place, _with_space(lines, spaced), dictionary)
    yield compared if DIGEST in said else replace(compared, remedy=_or_own(compared.remedy))


def _or_own(remedy: str) -> str:
    """Say what to do where a configuration that no training wrote names a dictionary that was not used."""
    return msg(
        "{remedy}; or, if the configuration is not the training's, name the config.yml that it wrote "
        "beside its checkpoints as [model] architecture",
        remedy,
    )


def in_checkpoint(parameters: Mapping[str, np.ndarray], dictionary: Dictionary) -> Comparison:
    """Compare with the number of classes that the classifier of a checkpoint has."""
    where = f" in {classifier_of(parameters)}"
    return _classes("checkpoint", classifier_width(parameters), dictionary, where)


def in_description(description: Mapping[str, Any], dictionary: Dictionary) -> Comparison:
    """Compare with the characters of an ``inference.yml``, which leaves the added space out."""
    listed = at(description, "PostProcess", "character_dict")
    lines = [str(entry) for entry in listed] if isinstance(listed, list) else None
    return _characters(DESCRIPTION, _with_space(lines, dictionary.space_added), dictionary)


def in_keys(path: Path, dictionary: Dictionary) -> Comparison:
    """Compare with the dictionary that an official model comes with."""
    found = _with_space(read_lines(path), dictionary.space_added)
    return _characters(printable(path.name), found, dictionary)


def in_program(pdmodel: Path, dictionary: Dictionary) -> Comparison:
    """Compare with the width of a PD model's output."""
    try:
        shape = read_signature(pdmodel).output_shape
    except StageError:  # what cannot be read cannot be run either, which is measured next
        shape = ()
    return _classes("pd", shape[-1] if shape and shape[-1] > 0 else None, dictionary)


def in_buffer(name: str, nb: Path, dictionary: Dictionary) -> Comparison:
    """Compare with the width of a ``.nb`` model's output, of any target."""
    found = read_buffer(nb)
    return _classes(name, found.classes if found else None, dictionary)


def in_hand_off(path: Path, dictionary: Dictionary) -> Iterator[Comparison]:
    """Compare with the ``preprocess.json`` that ships."""
    rules = json.loads(path.read_text(encoding="utf-8"))["decode"]
    digest = str(rules["dictionary_sha256"])
    remedy = msg("run again with --force verify")
    yield Comparison(
        PREPROCESS, "bytes", dictionary.sha256, digest, "", Pitfall.DICTIONARY_CHANGED, remedy
    )
    yield _classes(PREPROCESS, int(rules["classes"]), dictionary)


def _with_space(lines: Sequence[str] | None, use_space_char: bool) -> list[str] | None:
    """Return the characters that PaddleOCR makes of a dictionary's lines."""
    if lines is None:
        return None
    return [*lines, SPACE] if use_space_char else list(lines)


def _characters(place: str, found: list[str] | None, dictionary: Dictionary) -> Comparison:
    expected = summary(dictionary.characters)
    if found is None:
        return Comparison(place, "characters", expected, "")
    differs = difference(dictionary.characters, found)
    if differs is None:
        return Comparison(place, "characters", expected, expected)
    return Comparison(
        place,
        "characters",
        expected,
        summary(found),
        differs.text,
        differs.pitfall,
        differs.remedy,
    )


def _classes(place: str, found: int | None, dictionary: Dictionary, where: str = "") -> Comparison:
    expected, there = str(dictionary.classes), "" if found is None else str(found)
    said = msg(
        "{there} classes{where}; the dictionary makes {expected}: its characters and the blank",
        there,
        where,
        expected,
    )
    differs = said if there not in ("", expected) else ""
    return Comparison(place, "classes", expected, there, differs, _CLASSES, _CLASSES_REMEDY)
