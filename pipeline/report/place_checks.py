"""Checks of what every place says: the dictionary and the preprocessing, held against the project's.

The stages compare (``stages/guards``) and refuse what differs; their comparisons are in ``evidence.json``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pipeline.report.evidence import Evidence, Finding

Comparison = Mapping[str, Any]

#: The property of a dictionary that is a number; all others are its content.
_CLASSES = "classes"
#: The properties that are the characters themselves.
_CONTENT = ("characters", "bytes")
_ONE_DICTIONARY = (
    "use the dictionary and the model of one run; train again if it was meant to change"
)
_ONE_PREPROCESSING = (
    "train and export with one configuration, and prepare images as preprocess.json says"
)


def well_formed(evidence: Evidence) -> Finding:
    """The data stage refuses a dictionary that readers would take in different ways."""
    if "data" not in evidence.results:
        return Finding("not checked", "the run has no data stage", "data")
    entries = evidence.parity["dictionary"]["entries"]
    found = (
        f"{entries} characters, each once and on a line of its own: UTF-8, LF, no byte order mark"
    )
    return Finding("passed", found, "dict.txt")


def one_dictionary(evidence: Evidence) -> Finding:
    """Hold every place that has a dictionary against the one that verify decoded with."""
    data = evidence.results.get("data")
    if data is None:
        return Finding("not checked", "the run has no data stage", "data")
    checked, used = data.artifact("dict.txt").sha256, evidence.parity["dictionary"]["sha256"]
    if checked != used:
        found = f"data checked the dictionary {checked[:12]}, verify decoded with {used[:12]}"
        return Finding("failed", found, "dict.txt", _ONE_DICTIONARY)
    compared = [item for item in _dictionary(evidence) if item["what"] != _CLASSES]
    if difference := _difference(compared, _ONE_DICTIONARY):
        return difference
    if not compared:
        found = f"data and verify used the dictionary with SHA-256 {used[:12]}"
        return Finding("passed", found, "dict.txt")
    content = [item for item in compared if item["what"] in _CONTENT]
    found = f"the characters are those of dict.txt, in its order: {_places(content)}"
    return Finding("passed", found, "dict.txt")


def classes(evidence: Evidence) -> Finding:
    """Compare the width of every model's output with the dictionary."""
    wanted, measured = evidence.parity["dictionary"]["classes"], evidence.measured
    others = [f"{item['name']} {item['classes']}" for item in measured if item["classes"] != wanted]
    if others:
        found = f"the dictionary makes {wanted} classes: {', '.join(others)}"
        return Finding("failed", found, "verify", _ONE_DICTIONARY)
    compared = [item for item in _dictionary(evidence) if item["what"] == _CLASSES]
    if difference := _difference(compared, _ONE_DICTIONARY):
        return difference
    names = dict.fromkeys([str(item["name"]) for item in measured])
    names.update(dict.fromkeys(str(item["place"]) for item in compared if _is_same(item)))
    if not names:
        return Finding("not checked", "no model was measured", "verify")
    found = f"{wanted} classes (the entries and the blank): {', '.join(names)}"
    return Finding("passed", found, "verify")


def preprocessing(evidence: Evidence) -> Finding:
    """Hold what configurations and models say of their input against preprocess.json."""
    compared: Sequence[Comparison] = evidence.proof.get("preprocessing") or ()
    if difference := _difference(compared, _ONE_PREPROCESSING):
        return difference
    if not any(map(_is_same, compared)):
        found = "no configuration and no model says what its input is"
        return Finding("not checked", found, "preprocess.json")
    return Finding("passed", f"as in preprocess.json: {_places(compared)}", "preprocess.json")


def _dictionary(evidence: Evidence) -> Sequence[Comparison]:
    return evidence.proof.get("dictionary") or ()


def _is_same(item: Comparison) -> bool:
    return bool(item["outcome"] == "same")


def _difference(compared: Iterable[Comparison], remedy: str) -> Finding | None:
    """Return the finding for the first place that says something else."""
    for item in compared:
        if item["outcome"] == "differs":
            found = (
                f"{item['place']}: {item['what']} is {item['found']}; "
                f"this project says {item['expected']}"
            )
            return Finding("failed", found, str(item["place"]), remedy)
    return None


def _places(compared: Iterable[Comparison]) -> str:
    """Name the places that say the same, each once."""
    return ", ".join(dict.fromkeys(str(item["place"]) for item in compared if _is_same(item)))
