"""Proof that a rewritten program computes what the original does, with Paddle Inference itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from paddle.base.proto import framework_pb2 as proto

from stages.errors import StageError
from stages.message import msg
from stages.runners import ModelRunner, RunnerFailedError

#: The largest difference of an output that rounding explains; seen are 3e-6 and less.
BOUND = 1e-4


def input_shapes(
    program: proto.ProgramDesc, usual: Sequence[tuple[int, int]]
) -> list[tuple[int, ...]]:
    """Return shapes [3, H, W] to try the program's input with; one if it is fixed.

    Args:
        program: of the model.
        usual: (height, width) that stand for dimensions that the program leaves open.

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
    sizes = ((tall if height < 0 else height, wide if width < 0 else width) for tall, wide in usual)
    return [(channels, *size) for size in dict.fromkeys(sizes)]


@dataclass(frozen=True)
class Proof:
    """Seeded random images, what the rewritten model makes of them, and how far off that is."""

    images: list[np.ndarray]
    outputs: list[np.ndarray]
    difference: float


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
        shapes: of the images, [3, H, W] each.
        seed: of the images.

    Raises:
        StageError: a model does not run, or the outputs differ by more than :data:`BOUND`.
    """
    images = random_images(shapes, seed)
    with _start("pd", original) as first, _start("pd", rewritten) as second:
        outputs = _read_all(second, rewritten[0], images)
        difference = largest_difference(_read_all(first, original[0], images), outputs)
    if not difference <= BOUND:
        raise StageError(
            msg(
                "the simplified program differs from the original by {difference}, allowed is {bound}",
                f"{difference:.3g}",
                f"{BOUND:g}",
            ),
            "simplify",
            msg("this is a fault of a rewriting rule: please report it with the model"),
        )
    return Proof(images, outputs, difference)


def random_images(shapes: list[tuple[int, ...]], seed: int) -> list[np.ndarray]:
    """Return one image of each shape: float32, uniform in -1..1, as prepared images are."""
    generator = np.random.default_rng(seed)
    return [generator.uniform(-1, 1, shape).astype(np.float32) for shape in shapes]


def run_once(kind: str, files: tuple[Path, ...], image: np.ndarray) -> np.ndarray:
    """Return a model's output for one image, from a process that lives for it alone.

    Raises:
        StageError: the model cannot be loaded or run.
    """
    with _start(kind, files) as reader:
        return _read_all(reader, files[0], [image])[0]


def _start(kind: str, files: tuple[Path, ...]) -> ModelRunner:
    return ModelRunner(kind, [str(file) for file in files])


def _read_all(reader: ModelRunner, file: Path, images: list[np.ndarray]) -> list[np.ndarray]:
    try:
        reader.wait_ready()
        return [reader.read(image).probabilities for image in images]
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
