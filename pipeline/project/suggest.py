"""What a new project could be made of, from what lies in its folder; nothing is written."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

from pipeline.models.catalogue import MODELS
from pipeline.models.given import is_file
from pipeline.project.answers import Answers, project_name
from pipeline.project.found import Found, LabelList, look
from pipeline.project.schema import FROM_LABELS

#: Words by which people name the label files of a split, the first that fits counts.
_SPLITS = {"train": ("train",), "val": ("val", "eval", "dev"), "test": ("test",)}
_PAGES = "detection"


def suggest(folder: Path, found: Found | None = None) -> Answers:
    """Return answers for a new project in ``folder``: what was ``found`` there, else what is usual."""
    found = look(folder) if found is None else found
    usual = Answers(project_name(folder.resolve().name))
    lines = [item for item in found.labels if not item.is_of_pages]
    if not lines:
        return _without_lines(usual, found)
    root = _root(folder, lines)
    inside = [item for item in lines if _is_below(item.path, root)]
    named = {split: _named(inside, words, root) for split, words in _SPLITS.items()}
    answers = replace(
        usual,
        root=root,
        dictionary=found.dictionaries[0].path if found.dictionaries else usual.dictionary,
        use_space_char=any(item.has_space for item in inside),
    )
    if named["train"]:
        return replace(
            answers, train=named["train"], val=named["val"] or usual.val, test=named["test"]
        )
    dictionary = answers.dictionary if found.dictionaries else FROM_LABELS
    shared = replace(
        answers, train=(), val=(), test=(), labels=_all(inside, root), dictionary=dictionary
    )
    return _with_model(shared, found) if found.checkpoints or found.models else shared


def _without_lines(usual: Answers, found: Found) -> Answers:
    """Return answers for a folder without labelled lines: labelled pages, models, or nothing of use."""
    if found.labels:
        official = next(model.name for model in MODELS.values() if model.task == _PAGES)
        pages = found.labels[0].path
        root = PurePosixPath(pages).parent.as_posix()
        test = (PurePosixPath(pages).name,)
        return replace(
            usual,
            start="official",
            model=official,
            task=_PAGES,
            root=root,
            test=test,
            train=(),
            val=(),
        )
    if found.dictionaries:
        usual = replace(usual, dictionary=found.dictionaries[0].path)
    return _with_model(usual, found)


def _with_model(answers: Answers, found: Found) -> Answers:
    """Start from a model of one's own where there is one, and measure on whatever is labelled."""
    test = answers.test or answers.labels
    own = replace(answers, test=test, train=(), val=(), labels=(), dictionary="")
    if found.checkpoints and found.configurations:
        checkpoint, configuration = found.checkpoints[0], found.configurations[0]
        return replace(own, start="checkpoint", model=checkpoint, architecture=configuration)
    return replace(own, start="model", model=found.models[0]) if found.models else answers


def _root(folder: Path, labels: Sequence[LabelList]) -> str:
    """Return what the image paths are relative to: the label file's folder, or one above with its image."""
    first = min(labels, key=lambda item: (not item.path.startswith("data/"), item.path.count("/")))
    places = [place.as_posix() for place in PurePosixPath(first.path).parents]
    there = (place for place in places if is_file(folder / place / first.image))
    return next(there, places[0])


def _is_below(path: str, root: str) -> bool:
    return root == "." or path.startswith(f"{root}/")


def _relative(path: str, root: str) -> str:
    return os.path.relpath(path, root)


def _named(labels: Sequence[LabelList], words: tuple[str, ...], root: str) -> tuple[str, ...]:
    """Return the label files of a split by their names, relative to ``root``."""
    for word in words:
        fitting = [item for item in labels if word in PurePosixPath(item.path).stem.lower()]
        if fitting:
            return tuple(_relative(item.path, root) for item in fitting)
    return ()


def _all(labels: Sequence[LabelList], root: str) -> tuple[str, ...]:
    return tuple(_relative(item.path, root) for item in labels)
