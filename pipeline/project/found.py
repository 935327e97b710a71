"""What lies in a folder that a project could be made of: label files, dictionaries, models."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path, PurePosixPath

from pipeline.project.configured import configured
from stages.message import joined, msg

#: So many levels of folders are looked into, so many folders, and so many entries of each: who has more does
#: not keep label files among them.
_LEVELS, _MOST_FOLDERS, _MOST_FILES = 3, 300, 5000
#: Paddock's own, and what holds somebody else's programs.
_PASSED_OVER = ("out", "out.failed", "out.sweep", "node_modules", "__pycache__")
#: A model's program, beside ``*.pdmodel``.
_PROGRAMS = ("inference.json", "__model__")
#: Bytes of a file that tell what it is, and those that are read at once to count its lines.
_HEAD, _BLOCK = 1 << 16, 1 << 20
#: PPOCRLabel's list of what was looked at, which reads like a label file.
_NO_LABELS = ("filestate.txt",)
#: How many files of a kind are named.
_NAMED = 4


@dataclass(frozen=True)
class Lines:
    """A text of so many lines, by its path in the folder."""

    path: str
    count: int


@dataclass(frozen=True)
class LabelList(Lines):
    """A label file: image and text of its first line, and whether one of its first lines has a space."""

    image: str = ""
    text: str = ""
    has_space: bool = False

    @property
    def is_of_pages(self) -> bool:
        """Whether the texts are the regions of pages, as in PPOCRLabel's Label.txt."""
        return self.text.startswith("[{")


@dataclass(frozen=True)
class Found:
    """All of a folder that a project could be made of; paths are relative to it, the nearest come first."""

    labels: tuple[LabelList, ...] = ()
    dictionaries: tuple[Lines, ...] = ()
    checkpoints: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    configurations: tuple[str, ...] = ()

    def said(self) -> str:
        """Name what was found: ``train.txt (24 lines), dict.txt (36 characters)``; "" for nothing."""
        return joined(
            ", ",
            [
                *_named([_counted(item) for item in self.labels]),
                *_named([_characters(item) for item in self.dictionaries]),
                *_named([msg("a checkpoint, {path}", path) for path in self.checkpoints]),
                *_named([msg("a model, {path}", path) for path in self.models]),
            ],
        )


def _named(said: list[str]) -> list[str]:
    more = len(said) - _NAMED
    return [*said[:_NAMED], *([msg("{count} more", more)] if more > 0 else [])]


def _counted(labels: LabelList) -> str:
    if labels.is_of_pages and labels.count == 1:
        return msg("{path} (1 page)", labels.path)
    if labels.is_of_pages:
        return msg("{path} ({count} pages)", labels.path, labels.count)
    if labels.count == 1:
        return msg("{path} (1 line)", labels.path)
    return msg("{path} ({count} lines)", labels.path, labels.count)


def _characters(dictionary: Lines) -> str:
    if dictionary.count == 1:
        return msg("{path} (1 character)", dictionary.path)
    return msg("{path} ({count} characters)", dictionary.path, dictionary.count)


def look(folder: Path) -> Found:
    """Look into ``folder`` and those below it; what cannot be read is not there."""
    labels: list[LabelList] = []
    dictionaries: list[Lines] = []
    checkpoints, models, configurations = list[str](), list[str](), list[str]()
    for below, names in _walk(folder):
        if any(name in _PROGRAMS or name.endswith(".pdmodel") for name in names):
            models.append(below or ".")
        for name in names:
            path = f"{below}/{name}" if below else name
            suffix = PurePosixPath(name).suffix.lower()
            if suffix == ".txt":
                found = _text(folder, path)
                if isinstance(found, LabelList):
                    labels.append(found)
                elif found:
                    dictionaries.append(found)
            elif suffix == ".pdparams":
                checkpoints.append(path)
            elif suffix in (".yml", ".yaml") and _is_configuration(folder / path):
                configurations.append(path)
    return Found(
        tuple(labels), tuple(dictionaries), tuple(checkpoints), tuple(models), tuple(configurations)
    )


def is_empty(folder: Path) -> bool:
    """Return whether nothing that a person would see is in the folder, or it is not there."""
    return all(entry.name.startswith(".") for entry in _entries(folder))


def _walk(folder: Path) -> Iterator[tuple[str, list[str]]]:
    """Give the folder ("") and those below it with their files, the nearest and ``data`` first."""
    level, left = [""], _MOST_FOLDERS
    for _level in range(_LEVELS):
        below: list[str] = []
        for path in level[:left]:
            entries = sorted(_entries(folder / path), key=lambda entry: entry.name)
            usable = [each for each in entries if _is_of_use(each.name)]
            yield path, [each.name for each in usable if _is(each, folders=False)]
            folders = [each.name for each in usable if _is(each, folders=True)]
            folders.sort(key=lambda name: name != "data")
            below += [f"{path}/{name}" if path else name for name in folders]
        left -= len(level)
        level = below if left > 0 else []


def _is(entry: os.DirEntry[str], *, folders: bool) -> bool:
    try:
        return entry.is_dir() and entry.name not in _PASSED_OVER if folders else entry.is_file()
    except OSError:
        return False


def _is_configuration(path: Path) -> bool:
    return path.stat().st_size < _BLOCK and configured(path) is not None


def _is_of_use(name: str) -> bool:
    return name.isprintable() and not name.startswith(".")


def _entries(folder: Path) -> Iterator[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            yield from islice(entries, _MOST_FILES)
    except OSError:  # not there, or not to be read
        return


def _text(folder: Path, path: str) -> Lines | None:
    """Return what a text is: a label file, a dictionary, or neither."""
    name = PurePosixPath(path).name.lower()
    try:
        with (folder / path).open("rb") as stream:
            lines = _lines(stream.read(_HEAD))
            image, tab, text = (lines or [""])[0].partition("\t")
            is_labels = bool(tab and image.strip()) and name not in _NO_LABELS
            if not is_labels and not any(word in name for word in ("dict", "keys")):
                return None
            stream.seek(0)
            count, last = 0, b""
            while block := stream.read(_BLOCK):
                count, last = count + block.count(b"\n"), block[-1:]
    except OSError:
        return None
    count += last not in (b"", b"\n")
    if not is_labels:
        return Lines(path, count)
    spaces = any(" " in line.partition("\t")[2].strip() for line in lines)
    return LabelList(path, count, image, text, spaces)


def _lines(head: bytes) -> list[str]:
    """Return the lines that are not empty; what is not UTF-8 has none."""
    whole = head if len(head) < _HEAD else head.rpartition(b"\n")[0]
    try:
        return [line for line in whole.decode("utf-8").splitlines() if line.strip()]
    except UnicodeDecodeError:
        return []
