"""Guards of what every place says: the dictionary and the models' input, against the project's.

The stages compare (``stages/guards``) and refuse what differs; their comparisons are in ``evidence.json``
and are looked at again here.
"""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.report.guards.base import (
    Finding,
    Proof,
    does_not_apply,
    failed,
    guard,
    not_checked,
    passed,
)
from pipeline.report.words import Effect
from stages.contract import Compared, Match
from stages.contract.artifacts import DICTIONARY as DICTIONARY_FILE
from stages.contract.artifacts import PREPROCESS
from stages.message import msg
from stages.pitfalls import Pitfall

#: The property of a dictionary that is a number; all others are its content.
_CLASSES = "classes"
#: The properties that are the characters themselves.
_CONTENT = ("characters", "bytes")
_ONE_DICTIONARY = msg(
    "use the dictionary and the model of one run; train again if it was meant to change"
)
_ONE_PREPROCESSING = msg(
    "train and export with one configuration, and prepare images as preprocess.json says"
)


@guard(
    "same-preprocessing",
    msg("training, export and models say the same of their input"),
    msg(
        "images of another height, or with red and blue swapped, which every model takes and "
        "reads worse"
    ),
    Pitfall.OTHER_CONFIGURATION,
    Pitfall.WRONG_HEIGHT,
    Pitfall.RGB_FOR_BGR,
    stage="verify",
    effect=Effect.REFUSES,
)
def preprocessing(proof: Proof) -> Finding:
    """Hold what configurations and models say of their input against preprocess.json."""
    compared = proof.evidence.preprocessing
    if difference := _difference(compared, _ONE_PREPROCESSING):
        return difference
    if not any(item.outcome is Match.SAME for item in compared):
        return not_checked(msg("no configuration and no model says what its input is"), PREPROCESS)
    return passed(msg("as in preprocess.json: {places}", _places(compared)), PREPROCESS)


@guard(
    "one-dictionary",
    msg("one dictionary from the labels to the decoder"),
    msg("the right classes decoded with the wrong characters"),
    Pitfall.DICTIONARY_CHANGED,
    Pitfall.DICTIONARY_REORDERED,
    stage="verify",
    effect=Effect.REFUSES,
    tasks=("recognition",),
)
def one_dictionary(proof: Proof) -> Finding:
    """Hold every place that has a dictionary against the one that verify decoded with."""
    data, decoded = proof.results.get("data"), proof.parity.dictionary
    if data is None or decoded is None:
        return does_not_apply(msg("the run has no data stage"), "data")
    checked, used = data.artifact(DICTIONARY_FILE).sha256, decoded.sha256
    if checked != used:
        found = msg(
            "data checked the dictionary {checked}, verify decoded with {used}",
            checked[:12],
            used[:12],
        )
        return failed(found, DICTIONARY_FILE, _ONE_DICTIONARY)
    compared = [item for item in proof.evidence.dictionary if item.what != _CLASSES]
    if difference := _difference(compared, _ONE_DICTIONARY):
        return difference
    if not compared:
        found = msg("data and verify used the dictionary with SHA-256 {used}", used[:12])
        return passed(found, DICTIONARY_FILE)
    content = [item for item in compared if item.what in _CONTENT]
    found = msg("the characters are those of dict.txt, in its order: {places}", _places(content))
    return passed(found, DICTIONARY_FILE)


@guard(
    "dictionary-classes",
    msg("every model has the dictionary's classes"),
    msg("a dictionary that is one entry off (most often the space) shifts every character"),
    Pitfall.DICTIONARY_CLASSES,
    stage="verify",
    effect=Effect.REFUSES,
    tasks=("recognition",),
)
def classes(proof: Proof) -> Finding:
    """Compare the width of every model's output with the dictionary."""
    if proof.parity.dictionary is None:
        return not_checked(msg("no model was measured"), "verify")
    wanted, measured = proof.parity.dictionary.classes, proof.measured
    others = [f"{item.name} {item.classes}" for item in measured if item.classes != wanted]
    if others:
        found = msg("the dictionary makes {wanted} classes: {others}", wanted, ", ".join(others))
        return failed(found, "verify", _ONE_DICTIONARY)
    compared = [item for item in proof.evidence.dictionary if item.what == _CLASSES]
    if difference := _difference(compared, _ONE_DICTIONARY):
        return difference
    names = dict.fromkeys([item.name for item in measured])
    names.update(dict.fromkeys(item.place for item in compared if item.outcome is Match.SAME))
    if not names:
        return not_checked(msg("no model was measured"), "verify")
    return passed(
        msg("{wanted} classes (the entries and the blank): {names}", wanted, ", ".join(names)),
        "verify",
    )


def _difference(compared: Iterable[Compared], remedy: str) -> Finding | None:
    """Return the finding for the first place that says something else."""
    for item in compared:
        if item.outcome is Match.DIFFERS:
            found = msg(
                "{place}: {what} is {found}; this project says {expected}",
                item.place,
                item.what,
                item.found,
                item.expected,
            )
            return failed(found, item.place, remedy)
    return None


def _places(compared: Iterable[Compared]) -> str:
    """Name the places that say the same, each once."""
    return ", ".join(dict.fromkeys(item.place for item in compared if item.outcome is Match.SAME))


INPUT = (preprocessing,)
DICTIONARY = (one_dictionary, classes)
