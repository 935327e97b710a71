"""Boxes of text: four corners, clockwise from the top left, in pixels of the page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

Point = tuple[int, int]
Box = tuple[Point, Point, Point, Point]
#: All boxes of a page.
Boxes = tuple[Box, ...]

#: A box of at most so many pixels is no text (``filter_tag_det_res``, tools/infer/predict_det.py).
SMALLEST_SIDE = 3
#: Boxes whose tops are less than this apart are on one line (``sorted_boxes``, predict_system.py).
SAME_LINE = 10


def keep_real(quads: Sequence[np.ndarray], size: tuple[int, int]) -> Boxes:
    """Turn boxes clockwise, cut them to the page, and leave out those that are too small.

    Args:
        quads: [4, 2] each, x and y.
        size: (height, width) of the page.
    """
    return tuple(_kept(quads, size))


def _kept(quads: Sequence[np.ndarray], size: tuple[int, int]) -> Iterator[Box]:
    limits = np.array([size[1] - 1, size[0] - 1])
    for quad in quads:
        corners = np.clip(clockwise(quad), 0, limits).astype(np.int64)
        width, height = (_length(corners[0] - corners[other]) for other in (1, 3))
        if width > SMALLEST_SIDE and height > SMALLEST_SIDE:
            one, two, three, four = ((int(x), int(y)) for x, y in corners)
            yield (one, two, three, four)


def _length(vector: np.ndarray) -> int:
    return int(np.linalg.norm(vector))


def clockwise(quad: np.ndarray) -> np.ndarray:
    """Order four corners from the top left (``order_points_clockwise``, predict_det.py)."""
    sums = quad.sum(axis=1)
    first, last = int(sums.argmin()), int(sums.argmax())
    others = np.delete(quad, (first, last), axis=0)
    differences = others[:, 1] - others[:, 0]
    right, left = others[differences.argmin()], others[differences.argmax()]
    return np.stack([quad[first], right, quad[last], left])


def reading_order(boxes: Boxes) -> Boxes:
    """Sort boxes from top to bottom and, where they are on one line, from left to right.

    As ``sorted_boxes`` does (tools/infer/predict_system.py): a box moves up past those of its line
    that stand to its right.
    """
    ordered = sorted(boxes, key=lambda box: (box[0][1], box[0][0]))
    for end in range(1, len(ordered)):
        for place in range(end, 0, -1):
            before, here = ordered[place - 1][0], ordered[place][0]
            if abs(here[1] - before[1]) >= SAME_LINE or here[0] >= before[0]:
                break
            ordered[place - 1], ordered[place] = ordered[place], ordered[place - 1]
    return tuple(ordered)
