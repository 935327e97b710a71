"""The dictionaries and label lists in an app, held against the dictionary that the model was trained with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from pipeline.app.finding import Finding, Kind
from pipeline.integrity.identify import Identifier
from pipeline.project import Project
from pipeline.text import one_line
from stages.contract import digests_of
from stages.contract.artifacts import DICTIONARY
from stages.guards.characters import difference
from stages.message import msg

#: Larger texts are no dictionary. PP-OCRv5's has 74 kB.
MOST_BYTES = 2 << 20
_SUFFIXES = frozenset({".txt", ".dict", ".dic", ".keys", ".label", ".labels", ".list", ""})
#: A text is a dictionary if so many of its lines, and at least so many lines, are single characters.
_SINGLE, _FEWEST = 0.9, 8
_NAMED = ("dict", "keys")


@dataclass(frozen=True)
class Expected:
    """The dictionary that the last good run delivered; ``lines`` is None where only its hash is known."""

    sha256: str
    lines: tuple[str, ...] | None


def expected_dictionary(project: Project, known: Identifier) -> Expected | None:
    """Return the dictionary of the last good run; None of a project whose models need none."""
    delivered = known.artifact(DICTIONARY)
    if delivered is None:
        return None
    for path in (project.out / DICTIONARY, project.folder / project.settings.data.dictionary):
        if path.is_file() and digests_of(data := path.read_bytes()).sha256 == delivered.sha256:
            return Expected(delivered.sha256, tuple(_lines(data.decode("utf-8", "replace"))))
    return Expected(delivered.sha256, None)


def is_text(path: str, suffix: str) -> bool:
    """Tell by its name whether a file may be a dictionary or a list of labels."""
    return suffix in _SUFFIXES and not path.startswith("META-INF/")


def look(path: str, data: bytes, expected: Expected | None) -> Finding | None:
    """Return what a text of an app is; None if it is neither a dictionary nor a list of labels."""
    shown = one_line(path)
    if expected and digests_of(data).sha256 == expected.sha256:
        said = msg("{path}: the dictionary that your model was trained with", shown)
        return Finding(Kind.DICTIONARY_YOURS, path, said)
    try:
        lines = _lines(data.decode("utf-8"))
    except UnicodeDecodeError:
        return None
    if not _is_dictionary(path, lines):
        return _labels(path, lines)
    if expected is None:
        said = msg("{path}: a dictionary; this project's model has none", shown)
        return Finding(Kind.LABELS, path, said)
    if expected.lines is None:
        said = msg("{path}: another dictionary than your model's", shown)
        return Finding(Kind.DICTIONARY_DIFFERS, path, said)
    differs = difference(expected.lines, lines)
    if differs is None:
        said = msg("{path}: your model's dictionary, character by character", shown)
        return Finding(Kind.DICTIONARY_SAME, path, said)
    said = msg("{path}: not your model's dictionary: {difference}", shown, differs.text)
    return Finding(Kind.DICTIONARY_DIFFERS, path, said)


def _lines(text: str) -> list[str]:
    """Split a text as the demo apps do: a carriage return stays with its character."""
    return text.removesuffix("\n").split("\n")


def _is_dictionary(path: str, lines: Sequence[str]) -> bool:
    single = sum(len(line.rstrip("\r")) <= 1 for line in lines)
    if single < _SINGLE * len(lines):
        return False
    name = PurePosixPath(path).name.lower()
    return len(lines) >= _FEWEST or (len(lines) > 1 and any(part in name for part in _NAMED))


def _labels(path: str, lines: Sequence[str]) -> Finding | None:
    if "label" not in PurePosixPath(path).name.lower():
        return None
    said = msg("{path}: a list of {count} labels, no dictionary", one_line(path), len(lines))
    return Finding(Kind.LABELS, path, said)
