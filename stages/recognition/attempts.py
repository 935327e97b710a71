"""What a model that reads little would read if one thing were otherwise: looking, before guessing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType

import numpy as np

from stages.contract import WEAK, Attempt, Change
from stages.parity.models import REFERENCE
from stages.parity.series import Series
from stages.parity.summary import DIGITS
from stages.preprocess import Prepare, read_image
from stages.runners import ModelRunner, RunnerFailedError
from stages.runtime import Context
from stages.testset import spread
from stages.text.labels import Label
from stages.text.metrics import exact_match

#: How many images are changed, spread over the test set.
IMAGES = 20
#: Of an image [height, width, 3], BGR, before it is prepared.
CHANGES: Mapping[Change, Callable[[np.ndarray], np.ndarray]] = MappingProxyType(
    {
        Change.UPSIDE_DOWN: lambda image: np.rot90(image, 2),
        Change.TURNED_LEFT: lambda image: np.rot90(image, 1),
        Change.TURNED_RIGHT: lambda image: np.rot90(image, 3),
        Change.RGB: lambda image: image[:, :, ::-1],
    }
)


def attempts(
    context: Context,
    columns: Sequence[Series[str]],
    labels: Sequence[Label],
    prepare: Prepare,
    read: Callable[[np.ndarray], str],
) -> tuple[Attempt, ...]:
    """Return how PD reads with each change, if it reads little.

    Args:
        context: of the stage.
        columns: what all models read.
        labels: of the test images.
        prepare: makes an image a model's input.
        read: makes a text of an output [T, classes].
    """
    column = next(column for column in columns if column.model.name == REFERENCE)
    texts = [label.text for label in labels]
    if not column.alive or (as_is := exact_match(column.predictions, texts)) >= WEAK:
        return ()
    backwards = exact_match([text[::-1] for text in column.predictions], texts)
    found = [_attempt(Change.REVERSED, len(texts), backwards, as_is)]
    with context.guarding():
        found += _changed(context, column, labels, prepare, read)
    return tuple(found)


def _changed(
    context: Context,
    column: Series[str],
    labels: Sequence[Label],
    prepare: Prepare,
    read: Callable[[np.ndarray], str],
) -> Iterator[Attempt]:
    """Run PD on some images, changed in each way; one that dies on them says nothing."""
    chosen = spread(IMAGES, len(labels))
    texts = [labels[number].text for number in chosen]
    as_is = exact_match([column.predictions[number] for number in chosen], texts)
    root = context.input("test")
    images = [read_image(root / labels[number].image) for number in chosen]
    try:
        with ModelRunner(column.model.kind, list(column.model.files), 1) as runner:
            runner.wait_ready()
            for change, apply in CHANGES.items():
                inputs = (prepare(np.ascontiguousarray(apply(image))) for image in images)
                found = [read(runner.read(item).probabilities) for item in inputs]
                yield _attempt(change, len(chosen), exact_match(found, texts), as_is)
    except RunnerFailedError:
        return


def _attempt(change: Change, images: int, accuracy: float, as_is: float) -> Attempt:
    return Attempt(change, images, round(accuracy, DIGITS), round(as_is, DIGITS))
