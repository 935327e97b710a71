"""Proof that the legacy model computes what the PIR model does, on the project's own test images."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from stages.contract.artifacts import PD_PROGRAM
from stages.errors import StageError
from stages.message import msg
from stages.program.prove import Rounding, largest_difference
from stages.runners import ModelRunner, RunnerFailedError

#: The largest difference of a number of the output that another order of sums explains. Paddle
#: fuses other operators in a PIR model; seen are 6.4e-5 (recognition) and 7.4e-5 (detection).
BOUND = 1e-3
#: Images that both models read, spread evenly over the test set.
IMAGES = 32

#: What a model says of an image, so that both can be compared as a user would: None says nothing.
Read = Callable[[np.ndarray], Hashable]


@dataclass(frozen=True)
class Proof:
    """How many images both models read, the largest difference, and how often they said the same."""

    images: int
    max_difference: float
    same: int


def chosen(count: int) -> list[int]:
    """Return the places of the images to read, of ``count`` that there are."""
    taken = min(IMAGES, count)
    return [number * count // taken for number in range(taken)]


def prove_same(
    original: tuple[Path, Path],
    legacy: tuple[Path, Path],
    images: Iterable[np.ndarray],
    read: Read,
    threads: int,
) -> Proof:
    """Run both models on the same images and compare.

    Args:
        original: program and parameters of the PIR model.
        legacy: those of the legacy model.
        images: prepared, float32 [3, H, W].
        read: makes of an output what the model says.
        threads: of each model.

    Raises:
        StageError: a model does not run, or an output differs by more than :data:`BOUND`, and by more than
            the PIR model's own rounding explains.
    """
    count, worst, same = 0, 0.0, 0
    rounding = Rounding(original)
    with _start(original, threads) as first, _start(legacy, threads) as second:
        _wait(first, original[0])
        _wait(second, legacy[0])
        for image in images:
            expected, found = _run(first, original[0], image), _run(second, legacy[0], image)
            difference = largest_difference([expected], [found])
            if not difference <= BOUND and not rounding.explains(difference, image, expected):
                raise _differs(count, difference)
            worst, count = max(worst, difference), count + 1
            same += read(expected) == read(found)
    return Proof(count, worst, same)


def _start(files: tuple[Path, Path], threads: int) -> ModelRunner:
    return ModelRunner("pd", [str(file) for file in files], threads)


def _wait(reader: ModelRunner, file: Path) -> None:
    try:
        reader.wait_ready()
    except RunnerFailedError as error:
        raise _not_run(file, error) from error


def _run(reader: ModelRunner, file: Path, image: np.ndarray) -> np.ndarray:
    try:
        return reader.read(image).probabilities
    except RunnerFailedError as error:
        raise _not_run(file, error) from error


def _not_run(file: Path, error: RunnerFailedError) -> StageError:
    return StageError(
        msg("{file} cannot be run: {error}", file.name, error),
        file.name,
        msg("see the stage's log"),
    )


def _differs(number: int, difference: float) -> StageError:
    return StageError(
        msg(
            "the legacy model differs from the PIR model by {difference} in image {number}, "
            "allowed is {bound}",
            f"{difference:.3g}",
            number,
            f"{BOUND:g}",
        ),
        PD_PROGRAM,
        msg("an operator is translated wrongly: please report it with the model"),
    )
