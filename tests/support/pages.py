"""Small pages with a few words each, and the official PP-OCRv4 detection model converted once."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np

from stages import convert
from stages.detection.boxes import Box
from support.legacy import context, new_folder, official

#: Of the models' input; the pages are as large but for the last, which is scaled and padded.
PAGE_SHAPE = (3, 256, 320)
#: By page: (height, width), and the words with the left end of their base line.
PAGES = {
    "list.png": ((256, 320), {"ANCHOR": (20, 50), "BASIN": (180, 60), "CABLE": (40, 140)}),
    "note.png": ((256, 320), {"DELTA": (30, 80), "MOTOR": (150, 190)}),
    "tall.png": ((400, 300), {"GASKET": (40, 90), "HINGE": (60, 220), "VALVE": (150, 340)}),
}
_FONT, _SCALE, _THICKNESS = cv2.FONT_HERSHEY_SIMPLEX, 1.0, 2


def corners(points: Iterable[Iterable[float]]) -> Box:
    """Return a box of four corners, of whole pixels."""
    first, second, third, fourth = ((int(x), int(y)) for x, y in points)
    return first, second, third, fourth


def draw_page(path: Path, size: tuple[int, int], words: dict[str, tuple[int, int]]) -> str:
    """Write a page; return its label as PaddleOCR has it."""
    image = np.full((*size, 3), 235, np.uint8)
    regions = []
    for word, (x, y) in words.items():
        (width, height), _ = cv2.getTextSize(word, _FONT, _SCALE, _THICKNESS)
        cv2.putText(image, word, (x, y), _FONT, _SCALE, (40, 30, 20), _THICKNESS)
        left, top, right, bottom = x - 4, y - height - 6, x + width + 4, y + 6
        corners = [[left, top], [right, top], [right, bottom], [left, bottom]]
        regions.append({"transcription": word, "points": corners})
    path.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(path), image)
    return json.dumps(regions)


@lru_cache(maxsize=1)
def drawn() -> Path:
    """Draw the pages; return the folder with ``test/`` and ``test.txt``."""
    folder = new_folder()
    lines = [
        f"{name}\t{draw_page(folder / 'test' / name, size, words)}\n"
        for name, (size, words) in PAGES.items()
    ]
    (folder / "test.txt").write_text("".join(lines), encoding="utf-8")
    return folder


@lru_cache(maxsize=1)
def detector() -> dict[str, Path]:
    """Return what verify takes of a legacy detection model and its ``.nb`` files."""
    folder = official("PP-OCRv4_mobile_det")
    files = {name: folder / f"inference.{name}" for name in ("pdmodel", "pdiparams")}
    parameters = {"task": "detection", "targets": ["arm", "x86"], "fp16": False}
    run = context("convert", new_folder(), files, parameters)
    convert.run(run)
    buffers = {f"nb-{target}": run.output / f"model_{target}.nb" for target in ("arm", "x86")}
    pages = {"test": drawn() / "test", "test_labels": drawn() / "test.txt"}
    return {**files, **buffers, **pages}
