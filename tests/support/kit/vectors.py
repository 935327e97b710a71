"""Images of odd sizes, given to a program that prepares them with a kit's code; how many floats differ."""

from __future__ import annotations

import struct
import subprocess
from collections.abc import Sequence

import numpy as np

from stages.preprocess import prepare

#: (width, height): a pixel, what becomes as wide as it is, twice as large, squeezed, upright, odd.
SIZES = [
    (1, 1), (2, 1), (1, 2), (320, 48), (640, 96), (120, 96), (321, 48), (319, 47), (4000, 200), (5, 300),
    (33, 100), (1000, 31), (7, 5),
]  # fmt: skip
RANDOM = 60


def different(command: Sequence[str], shape: tuple[int, int, int]) -> int:
    """Return how many floats are not Paddock's own, of all images."""
    random = np.random.default_rng(1)
    sizes = [*SIZES, *(tuple(map(int, random.integers(1, (700, 200)))) for _ in range(RANDOM))]
    images = [random.integers(0, 256, (height, width, 3), np.uint8) for width, height in sizes]
    given = (
        struct.pack("<II", *size) + image.tobytes()
        for size, image in zip(sizes, images, strict=True)
    )
    done = subprocess.run(command, input=b"".join(given), stdout=subprocess.PIPE, check=True)
    wanted = np.stack([prepare(image, shape) for image in images])
    return int((np.frombuffer(done.stdout, np.uint32) != wanted.view(np.uint32).ravel()).sum())


def resized(rules: str, shape: tuple[int, int, int], names: Sequence[str]) -> str:
    """Return a file of rules with another height and width, which it calls by these names."""
    for name, value in zip(names, shape[1:], strict=True):
        start = rules.index(f"int {name} = ")
        rules = f"{rules[:start]}int {name} = {value}{rules[rules.index(';', start) :]}"
    return rules
