"""Images that PaddleOCR's trainer would see otherwise than every other stage does: transparent ones.

Its ``DecodeImage`` drops the alpha and shows what lies under it, black most often. It is given copies instead
that are flattened as :func:`stages.preprocess.decode` does.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2

from stages.files import write_text
from stages.imagefile import look_into
from stages.ppocr.config import DataPaths
from stages.preprocess import decode
from stages.text.labels import SEPARATOR, read_labels

_FOLDER = "plain"


def flattened(paths: DataPaths, scratch: Path) -> DataPaths:
    """Return paths whose label files name flattened copies of transparent images, below ``scratch``."""
    folder = scratch / _FOLDER
    return replace(
        paths,
        train_labels=_labels(paths.train_root, paths.train_labels, folder / "train"),
        val_labels=_labels(paths.val_root, paths.val_labels, folder / "val"),
    )


def _labels(root: Path, file: Path, folder: Path) -> Path:
    """Return a label file with the copies' paths, which are absolute; the given one if none is needed."""
    labels = read_labels(file)
    copies: dict[str, Path] = {}
    for name in dict.fromkeys(label.image for label in labels):
        pixels = _flattened(root / name)
        if pixels is not None:
            copies[name] = folder / f"{len(copies)}.png"
            folder.mkdir(parents=True, exist_ok=True)
            copies[name].write_bytes(pixels)
    if not copies:
        return file
    written = folder.with_suffix(".txt")
    lines = (f"{copies.get(each.image, each.image)}{SEPARATOR}{each.text}\n" for each in labels)
    write_text(written, "".join(lines))
    return written


def _flattened(path: Path) -> bytes | None:
    """Return the image as a PNG if it is transparent in places."""
    data = path.read_bytes()
    decoded = decode(data) if look_into(data).alpha else None
    return (
        cv2.imencode(".png", decoded.pixels)[1].tobytes() if decoded and decoded.flattened else None
    )
