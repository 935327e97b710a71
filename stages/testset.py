"""The test set as the stages take it that run models on it."""

from __future__ import annotations

from stages.errors import StageError
from stages.message import msg
from stages.runtime import Context
from stages.text.labels import Label, read_labels


def read_test_labels(context: Context) -> list[Label]:
    """Return the lines of the test set.

    Raises:
        StageError: there are none.
    """
    labels = read_labels(context.input("test_labels"))
    if not labels:
        raise StageError(
            msg("there are no test images"), "test_labels", msg("give [data] test some lines")
        )
    return labels


def spread(count: int, total: int) -> list[int]:
    """Return so many numbers, spread evenly over the first ``total``; all if there are no more."""
    count = min(count, total)
    return [index * total // count for index in range(count)]
