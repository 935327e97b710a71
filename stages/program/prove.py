"""Proof that a rewritten program computes what the original does, with Paddle Inference itself."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from stages.errors import StageError
from stages.message import msg
from stages.proto import proto
from stages.runners import ModelRunner, RunnerFailedError

#: The largest difference of an output that rounding explains; seen are 3e-6 and less.
BOUND = 1e-4
#: How many times its own rounding a model may be off.
_OF_ROUNDING = 2.0


def input_shapes(
    program: proto.ProgramDesc, sizes: Sequence[tuple[int, int]]
) -> list[tuple[int, ...]]:
    """Return shapes [3, H, W] to try the program's input with; one if it is fixed.

    Args:
        program: of the model.
        sizes: (height, width) that stand for dimensions that the program leaves open, the project's own
            first.

    Raises:
        StageError: the program does not take one image [N, C, H, W].
    """
    feeds = [item for item in program.blocks[0].ops if item.type == "feed"]
    names = [name for item in feeds for slot in item.outputs for name in slot.arguments]
    shapes = [
        list(variable.type.dense_tensor.tensor.dims)
        for variable in program.blocks[0].vars
        if variable.name in names
    ]
    if len(shapes) != 1 or len(shapes[0]) != 4:
        raise StageError(
            msg(
                "the model's inputs have the shapes {shapes}; allowed is one image of 4 dimensions",
                shapes,
            ),
            remedy=msg("give the inference model of a network that takes one image"),
        )
    _, channels, height, width = shapes[0]
    full = ((tall if height < 0 else height, wide if width < 0 else width) for tall, wide in sizes)
    return [(channels, *size) for size in dict.fromkeys(full)]


@dataclass(frozen=True)
class Proof:
    """Seeded random images, what the rewritten model makes of them, and how far off that is.

    ``rounding`` is how far the original differs from itself in another order of sums (0: not asked).
    """

    images: list[np.ndarray]
    outputs: list[np.ndarray]
    difference: float
    rounding: float = 0.0


def prove_equal(
    original: tuple[Path, Path],
    rewritten: tuple[Path, Path],
    shapes: list[tuple[int, ...]],
    seed: int,
) -> Proof:
    """Run both models on the same random images and compare.

    Args:
        original: the ``.pdmodel`` and ``.pdiparams`` that were given.
        rewritten: the same two after the rules.
        shapes: of the images, [3, H, W] each. The first is the model's own; of the others those count that
            the original takes.
        seed: of the images.

    Raises:
        StageError: a model does not run, or the outputs differ by more than :data:`BOUND`, and by more than
            the original's own rounding explains.
    """
    images = random_images(shapes, seed)
    # the second is at work while the first goes on to the next image
    with (
        _start("pd", original) as first,
        _start("pd", rewritten) as second,
        ThreadPoolExecutor(1) as beside,
    ):
        loaded = beside.submit(_wait, second, rewritten[0])
        taken = [
            (output, beside.submit(_read_all, second, rewritten[0], [image]))
            for image, output in zip(images, _taken(first, original[0], images), strict=False)
        ]
        expected = [output for output, _ in taken]
        loaded.result()
        outputs = [output for _, other in taken for output in other.result()]
    images = images[: len(expected)]
    difference = largest_difference(expected, outputs)
    if difference <= BOUND:
        return Proof(images, outputs, difference)
    rounding = Rounding(original)
    for image, one, other in zip(images, expected, outputs, strict=True):
        own = largest_difference([one], [other])
        if own <= BOUND or rounding.explains(own, image, one):
            continue
        raise StageError(
            msg(
                "the simplified program differs from the original by {difference}, allowed is {bound}",
                f"{own:.3g}",
                f"{BOUND:g}",
            ),
            "simplify",
            msg("this is a fault of a rewriting rule: please report it with the model"),
        )
    return Proof(images, outputs, difference, rounding.largest)


def random_images(shapes: list[tuple[int, ...]], seed: int) -> list[np.ndarray]:
    """Return one image of each shape: float32, uniform in -1..1, as prepared images are."""
    generator = np.random.default_rng(seed)
    return [generator.uniform(-1, 1, shape).astype(np.float32) for shape in shapes]


def run_once(kind: str, files: tuple[Path, ...], image: np.ndarray) -> np.ndarray:
    """Return a model's output for one image, from a process that lives for it alone.

    Raises:
        StageError: the model cannot be loaded or run.
    """
    return run_all(kind, files, [image])[0]


def run_all(kind: str, files: tuple[Path, ...], images: list[np.ndarray]) -> list[np.ndarray]:
    """Return a model's output for each image, from one process; an NB model's are of one shape.

    Raises:
        StageError: the model cannot be loaded or run.
    """
    with _start(kind, files) as reader:
        _wait(reader, files[0])
        return _read_all(reader, files[0], images)


class Rounding:
    """How far a PD or PIR model differs from itself where its sums are taken in another order.

    A large network can be ill-conditioned: rounding alone, which nobody who writes its program anew can keep,
    moves its output by more than a proof allows.
    """

    def __init__(self, files: tuple[Path, Path]) -> None:
        self._files = files
        self.largest = 0.0

    def explains(self, difference: float, image: np.ndarray, output: np.ndarray) -> bool:
        """Return whether another model may differ so much from this one.

        Args:
            difference: of the other model's output for the image.
            image: prepared, float32 [3, H, W].
            output: this model's, as Paddle Inference computes it by itself: with oneDNN.
        """
        own = largest_difference([output], [run_once("pd-plain", self._files, image)])
        self.largest = max(self.largest, own)
        return bool(np.isfinite(own)) and difference <= _OF_ROUNDING * own


def _start(kind: str, files: tuple[Path, ...]) -> ModelRunner:
    return ModelRunner(kind, [str(file) for file in files])


def _taken(reader: ModelRunner, file: Path, images: Sequence[np.ndarray]) -> Iterator[np.ndarray]:
    """Give the outputs for the images up to the first, but the very first, that the model does not take.

    A network can be built for one size although its program leaves the size open.
    """
    _wait(reader, file)
    yield from _read_all(reader, file, images[:1])
    with contextlib.suppress(RunnerFailedError):
        for image in images[1:]:
            yield reader.read(image).probabilities


def _wait(reader: ModelRunner, file: Path) -> None:
    with _said_of(file):
        reader.wait_ready()


def _read_all(reader: ModelRunner, file: Path, images: Sequence[np.ndarray]) -> list[np.ndarray]:
    with _said_of(file):
        return [reader.read(image).probabilities for image in images]


@contextlib.contextmanager
def _said_of(file: Path) -> Iterator[None]:
    """Say of a model's failure which file it is.

    Raises:
        StageError: it failed.
    """
    try:
        yield
    except RunnerFailedError as error:
        message = msg("{file} cannot be run: {error}", file.name, error)
        raise StageError(message, file.name, msg("see the stage's log")) from error


def largest_difference(first: list[np.ndarray], second: list[np.ndarray]) -> float:
    """Return the largest absolute difference; infinite where shapes differ, NaN where values are."""
    worst = 0.0
    for one, other in zip(first, second, strict=True):
        if one.shape != other.shape:
            return float("inf")
        worst = max(worst, float(np.abs(one - other).max()), key=_nan_is_largest)
    return worst


def _nan_is_largest(value: float) -> float:
    return float("inf") if np.isnan(value) else value
