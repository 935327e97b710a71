"""One label file for all splits: offered to who has no others, and refused where it makes no sense."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from pipeline.complaint import Complaint
from pipeline.project.schema import Project
from pipeline.project.starts import trains
from stages.message import msg

#: A label file as PPOCRLabel calls it.
_EXAMPLE = "rec_gt.txt"
_SPLITS = ("train", "val", "test")


def of_missing_splits(project: Project) -> Iterator[Complaint]:
    """Ask for the splits that training needs; who has one file for all is told of ``labels``."""
    data = project.settings.data
    given = [name for split in _SPLITS for name in getattr(data, split)]
    remedy = msg(
        "with one file for all, set labels = {given} in place of train, and split = {shares}: every image "
        "then keeps to one split",
        _toml_list(given[:1] or [_EXAMPLE]),
        _toml_list(data.split),
    )
    for split in ("train", "val"):
        if not getattr(data, split):
            message = msg("needed for training: a list of label files")
            yield Complaint(("data", split), message, remedy)


def of_shared_labels(project: Project) -> Iterator[Complaint]:
    """Refuse labels for all splits beside a split of its own, or where nothing is trained."""
    data = project.settings.data
    for split in _SPLITS:
        if getattr(data, split):
            message = msg("labels are shared out to train, val and test already")
            yield Complaint(("data", split), message, msg("remove {split}, or labels", split))
    if not trains(project):
        message = msg("for training; here nothing is trained, and all lines can be measured on")
        remedy = msg("set test = {files}", _toml_list(data.labels))
        yield Complaint(("data", "labels"), message, remedy)


def _toml_list(values: Sequence[object]) -> str:
    return json.dumps(list(values), ensure_ascii=False)
