"""A project with many small images, whose five stages run for real in minutes. Standard library only."""

from __future__ import annotations

import random
import shutil
import struct
import zlib
from pathlib import Path

from pipeline.project import PROJECT_FILE

#: An image is as small as the architecture takes it, so that the one real run is short.
HEIGHT, WIDTH = 48, 32
_SPLITS = {"val": 100, "test": 20}
_PROJECT = f"""\
[project]
name = "many-images"

[data]
train = ["train.txt"]
val = ["val.txt"]
test = ["test.txt"]
dictionary = "data/dict.txt"

[model]
image_shape = [3, {HEIGHT}, {WIDTH}]

[train]
epochs = 1

[verify]
min_accuracy = 0
"""


def make_project(folder: Path, images: int) -> None:
    """Write a project with ``images`` distinct PNG files of a digit's label each, unless it is there."""
    if (folder / PROJECT_FILE).is_file():
        return
    shutil.rmtree(folder, ignore_errors=True)
    data = folder / "data"
    dice = random.Random(7)  # noqa: S311 - a benchmark, not a secret
    counts = {"train": images - sum(_SPLITS.values()), **_SPLITS}
    for split, count in counts.items():
        (data / split).mkdir(parents=True)
        labels = [_make_image(data, f"{split}/{number:05d}.png", dice) for number in range(count)]
        (data / f"{split}.txt").write_text("".join(labels), encoding="utf-8")
    (data / "dict.txt").write_text("".join(f"{digit}\n" for digit in range(10)), encoding="utf-8")
    (folder / PROJECT_FILE).write_text(_PROJECT, encoding="utf-8")


def _make_image(data: Path, name: str, dice: random.Random) -> str:
    (data / name).write_bytes(grey_png(dice.randbytes(WIDTH * HEIGHT), WIDTH))
    return f"{name}\t{dice.randrange(10)}\n"


def grey_png(pixels: bytes, width: int) -> bytes:
    """Return 8-bit grey ``pixels``, row by row, as a PNG file."""
    height = len(pixels) // width
    rows = b"".join(b"\0" + pixels[start : start + width] for start in range(0, len(pixels), width))
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = (_chunk(b"IHDR", head), _chunk(b"IDAT", zlib.compress(rows, 1)), _chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
