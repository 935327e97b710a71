"""The ``data`` stage: whether labels, images and dictionary can be trained on and measured with.

What a label must be is the task's: a text, the regions of a page, an orientation.

PaddleOCR passes over what it cannot read (a missing image, a label that is too long, a character that
the dictionary lacks); here each is named, all at once, before anything is trained.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager

from stages.contract import DataMetrics
from stages.contract.artifacts import labels_file
from stages.dataset.notes import count_images, file_notes, image_notes, pairs_of
from stages.dataset.overlap import count_repeats, overlaps, repeat_warning
from stages.dataset.problems import Problems
from stages.dataset.share import share_out
from stages.dataset.split import Rules, Split, SplitReader, read_files
from stages.files import write_text
from stages.pitfalls import Pitfall
from stages.runtime import Context
from stages.tasks import task_of
from stages.text.labels import LabelFile

SPLITS = ("train", "val", "test")
#: What one set of labels for all splits is called until it is shared out.
_WHOLE = "labels"
_PROGRESS_EVERY_S = 0.25
#: As many images are looked at together, however many threads there are: one may take 400 MB.
_MOST_AT_ONCE = 8

Files = Mapping[str, LabelFile | None]


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
    leaked, duplicates = _check_overlap(context, splits), _warn_of_repeats(context, splits)
    different = _without_copy(splits)
    pairs = pairs_of(different)
    for warning in (*image_notes(pairs), *rules.warnings(different)):
        context.warn(warning, "data")
    return DataMetrics(
        {split.name: len(split.labels) for split in splits},
        duplicates=duplicates,
        leaked=leaked,
        images=count_images(pairs),
        **rules.count(different),
    )


def _without_copy(splits: list[Split]) -> list[Split]:
    """Leave ``test`` out where it is ``val`` under another name: its lines would be counted twice."""
    texts = {split.name: split.text() for split in splits if split.name != "train"}
    copied = len(texts) == 2 and len({*texts.values()}) == 1
    return [split for split in splits if not (copied and split.name == "test")]


def _read_splits(context: Context, rules: Rules) -> list[Split]:
    """Read all splits, or the one set of labels that is shared out to them."""
    problems = Problems()
    labels: dict[str, list[str]] = context.parameters["labels"]
    shares: list[float] = context.parameters.get("split", [])
    read = [name for name in SPLITS if context.has(name)]
    files: dict[str, Files] = {name: read_files(context.input(name), labels[name]) for name in read}
    lines = Lines(context, sum(map(_count_items, files.values())))
    with _lookers(context.spec.threads) as lookers:
        reader = SplitReader(rules, problems, lookers)
        splits = [
            reader.read(_WHOLE if shares else name, context.input(name), files[name], lines.advance)
            for name in read
        ]
    lines.finish()
    problems.raise_if_any()
    for note in file_notes(
        {file: found for each in files.values() for file, found in each.items()}
    ):
        context.warn(note, "data")
    if shares:
        return share_out(splits[0], SPLITS, shares, int(context.parameters["split_seed"]))
    return splits


@contextmanager
def _lookers(threads: int) -> Iterator[Executor]:
    """Give threads that look at images; what they were not begun with is dropped when the stage stops."""
    pool = ThreadPoolExecutor(min(threads, _MOST_AT_ONCE))
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


def _count_items(files: Files) -> int:
    return sum(len(file.items) for file in files.values() if file)


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
