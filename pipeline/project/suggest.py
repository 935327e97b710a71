"""Looking into a folder for what a new project could be made of; nothing is written."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from pipeline.project.answers import Answers, project_name

#: Words by which people name the label files of a split, the first that fits counts.
_SPLITS = {"train": ("train",), "val": ("val", "eval", "dev"), "test": ("test",)}
#: A folder with more files than this is not a place where label files are looked for among them.
_MOST_FILES = 5000
#: Bytes and lines of a file that are looked at.
_HEAD, _LINES = 1 << 16, 200


def suggest(folder: Path) -> Answers:
    """Return answers for a new project in ``folder``: what is there, else what is usual."""
    usual = Answers(project_name(folder.resolve().name))
    root = _root(folder)
    labels = [path for path in _texts(folder / root) if _is_label_file(path)]
    found = {split: _named(labels, words, folder / root) for split, words in _SPLITS.items()}
    return Answers(
        usual.name,
        root,
        found["train"] or usual.train,
        found["val"] or usual.val,
        found["test"] or usual.test,
        _dictionary(folder, root) or usual.dictionary,
        any(_has_spaces(path) for path in labels),
    )


def _root(folder: Path) -> str:
    """Return the folder of the label files: ``data`` if there is one, else where the first ones are."""
    below = sorted(path.name for path in _entries(folder) if path.is_dir())
    usable = [name for name in below if name.isprintable() and not name.startswith(".")]
    names = ["data"] * ("data" in usable) + ["."] + [name for name in usable if name != "data"]
    for name in names:
        if any(_is_label_file(path) for path in _texts(folder / name)):
            return name
    return "data"


def _dictionary(folder: Path, root: str) -> str:
    """Return the dictionary, relative to ``folder``, or ""."""
    for place in (folder, folder / root):
        for path in _texts(place):
            name = path.name.lower()
            if ("dict" in name or "keys" in name) and not _is_label_file(path):
                return path.relative_to(folder).as_posix()
    return ""


def _named(labels: list[Path], words: tuple[str, ...], root: Path) -> tuple[str, ...]:
    """Return the label files of a split by their names, relative to ``root``."""
    for word in words:
        fitting = [path for path in labels if word in path.stem.lower()]
        if fitting:
            return tuple(path.relative_to(root).as_posix() for path in fitting)
    return ()


def _texts(folder: Path) -> list[Path]:
    return sorted(
        path
        for path in _entries(folder)
        if path.suffix == ".txt" and path.name.isprintable() and path.is_file()
    )


def _entries(folder: Path) -> Iterator[Path]:
    try:
        yield from islice(folder.iterdir(), _MOST_FILES)
    except OSError:  # not there, or not to be read: then nothing can be suggested from it
        return


def _is_label_file(path: Path) -> bool:
    """Return whether the first line is ``path<TAB>text``."""
    first = next(iter(_head(path)), "")
    image, tab, _text = first.partition("\t")
    return bool(tab and image.strip())


def _has_spaces(path: Path) -> bool:
    return any(" " in line.partition("\t")[2].strip() for line in _head(path))


def _head(path: Path) -> list[str]:
    """Return the first lines that are not empty; what is not UTF-8 has none."""
    try:
        with path.open("rb") as stream:
            head = stream.read(_HEAD)
        whole = head if len(head) < _HEAD else head.rpartition(b"\n")[0]
        lines = whole.decode("utf-8", "strict").splitlines()
    except (OSError, UnicodeDecodeError):
        return []
    return [line for line in lines[:_LINES] if line.strip()]
