"""The ``data`` stage: whether labels, images and dictionary can be trained on and measured with.

What a label must be is the task's: a text, the regions of a page, an orientation.

PaddleOCR passes over what it cannot read (a missing image, a label that is too long, a character that
the dictionary lacks); here each is named, all at once, before anything is trained.
"""

from __future__ import annotations

import time
from pathlib import Path

from stages.contract import DataMetrics
from stages.contract.artifacts import labels_file
from stages.dataset.overlap import count_repeats, overlaps, repeat_warning
from stages.dataset.problems import Problems
from stages.dataset.split import Rules, Split, SplitReader
from stages.files import write_text
from stages.pitfalls import Pitfall
from stages.runtime import Context
from stages.tasks import task_of

SPLITS = ("train", "val", "test")
_PROGRESS_EVERY_S = 0.25


def run(context: Context) -> DataMetrics:
    """Check everything; write each split's label file and the dictionary.

    Raises:
        StageError: lines, images or texts are not in order; all of them are named.
        IntegrityError: the dictionary is malformed, labels hold characters that it lacks, or images
            of ``test`` are in ``train`` too.
    """
    rules: Rules = task_of(context).module("stages.*.data").rules(context)
    splits = _read_splits(context, rules)
    for changed in rules.settle(splits):
        context.warn(changed, "data")
    for split in splits:
        write_text(context.output / labels_file(split.name), split.text())
    return DataMetrics(
        {split.name: len(split.labels) for split in splits},
        duplicates=_warn_of_repeats(context, splits),
        leaked=_check_overlap(context, splits),
        **rules.count(splits),
    )


def _read_splits(context: Context, rules: Rules) -> list[Split]:
    problems = Problems()
    reader = SplitReader(rules, problems)
    labels: dict[str, list[str]] = context.parameters["labels"]
    names = [name for name in SPLITS if context.has(name)]
    lines = Lines(context, sum(_count_lines(context.input(name), labels[name]) for name in names))
    splits = [reader.read(name, context.input(name), labels[name], lines.advance) for name in names]
    lines.finish()
    problems.raise_if_any()
    return splits


class Lines:
    """Progress in label lines, said a few times a second at most."""

    def __init__(self, context: Context, total: int) -> None:
        self._context, self._total, self._done, self._said = context, total, 0, 0.0

    def advance(self) -> None:
        """Count one line."""
        self._context.check_stop()
        self._done += 1
        if time.monotonic() - self._said >= _PROGRESS_EVERY_S:
            self._said = time.monotonic()
            self._context.progress(self._done, self._total, "lines")

    def finish(self) -> None:
        """Say the last state."""
        self._context.progress(self._done, self._total, "lines")


def _count_lines(root: Path, files: list[str]) -> int:
    """Count the lines ahead, without looking at them."""
    paths = [root / file for file in files]
    return sum(len(path.read_bytes().splitlines()) for path in paths if path.is_file())


def _warn_of_repeats(context: Context, splits: list[Split]) -> int:
    for split in splits:
        warning = repeat_warning(split)
        if warning:
            context.warn(warning, split.name)
    return sum(count_repeats(split) for split in splits)


def _check_overlap(context: Context, splits: list[Split]) -> int:
    """Return how many images are in two splits or more, and warn of them.

    Raises:
        IntegrityError: images of ``test`` were trained on, and the project does not allow it.
    """
    leaked: set[str] = set()
    with context.guarding():
        for overlap in overlaps(splits):
            if overlap.leaks and not context.parameters.get("allow_overlap", False):
                raise overlap.refusal()
            context.warn(overlap.warning(), "data", Pitfall.LEAKED_TEST_IMAGES)
            leaked |= overlap.contents
    return len(leaked)
