"""From a probability map to boxes: Differentiable Binarization's postprocessing.

What PaddleOCR's ``DBPostProcess`` does (ppocr/postprocess/db_postprocess.py) with ``box_type="quad"``,
``score_mode="fast"`` and no dilation, which are its own inference's settings.
"""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
import pyclipper
from shapely.geometry import Polygon

from stages.detection.boxes import Boxes, keep_real
from stages.detection.prepare import Fit
from stages.detection.rules import Rules

#: The shorter side of a region, in pixels of the map, before and after it is grown.
SMALLEST_REGION, SMALLEST_GROWN = 3, 5


def find_boxes(probabilities: np.ndarray, rules: Rules, fit: Fit) -> Boxes:
    """Return the boxes of a page.

    Args:
        probabilities: float [H, W], of text at each pixel of the input.
        rules: of the model.
        fit: how the page lies in the input.
    """
    return keep_real(list(grown_regions(probabilities, rules, fit)), fit.page)


def grown_regions(probabilities: np.ndarray, rules: Rules, fit: Fit) -> Iterator[np.ndarray]:
    """Give each region that is text enough as a box int32 [4, 2] in pixels of the page."""
    # in float32, as upstream computes: a corner on the edge between two pixels rounds the same way
    shape = np.array(probabilities.shape[::-1], np.float32)
    page = np.array(fit.spread(probabilities.shape)[::-1], np.float32)
    bitmap = (probabilities > rules.threshold).astype(np.uint8)
    contours, _ = cv2.findContours(bitmap, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    for contour in contours[: rules.max_candidates]:
        box, side = smallest_box(contour)
        if side < SMALLEST_REGION or mean_inside(probabilities, box) < rules.box_threshold:
            continue
        outlines = grow(box, rules.unclip_ratio)
        if len(outlines) != 1:
            continue
        grown, side = smallest_box(np.array(outlines[0]).reshape(-1, 1, 2))
        if side >= SMALLEST_GROWN:
            yield np.clip(np.round(grown / shape * page), 0, page).astype(np.int32)


def smallest_box(contour: np.ndarray) -> tuple[np.ndarray, float]:
    """Return the smallest rectangle around a contour, float32 [4, 2], and its shorter side.

    Its corners go clockwise from the top left: the two on the left and the two on the right are told
    by x, the upper of each by y.
    """
    rectangle = cv2.minAreaRect(contour)
    corners = sorted(cv2.boxPoints(rectangle), key=lambda corner: float(corner[0]))
    upper_left, lower_left = sorted(corners[:2], key=lambda corner: float(corner[1]))
    upper_right, lower_right = sorted(corners[2:], key=lambda corner: float(corner[1]))
    return np.array([upper_left, upper_right, lower_right, lower_left]), min(rectangle[1])


def mean_inside(probabilities: np.ndarray, box: np.ndarray) -> float:
    """Return the mean probability inside a box."""
    limits = np.array(probabilities.shape)[::-1] - 1
    low = np.clip(np.floor(box.min(axis=0)).astype(np.int32), 0, limits)
    high = np.clip(np.ceil(box.max(axis=0)).astype(np.int32), 0, limits)
    mask = np.zeros((high - low + 1)[::-1], np.uint8)
    cv2.fillPoly(mask, (box - np.float32(low)).reshape(1, -1, 2).astype(np.int32), 1)
    part = probabilities[low[1] : high[1] + 1, low[0] : high[0] + 1]
    return float(cv2.mean(part, mask)[0])


def grow(box: np.ndarray, ratio: float) -> list[list[list[int]]]:
    """Return the outlines of a box that is grown on all sides by area x ratio / circumference.

    The network is trained on shrunken regions; this is the way back (DB, arXiv:1911.08947, section 3.4).
    """
    polygon = Polygon(box)
    offset = pyclipper.PyclipperOffset()
    offset.AddPath(box, pyclipper.JT_ROUND, pyclipper.ET_CLOSEDPOLYGON)
    outlines: list[list[list[int]]] = offset.Execute(polygon.area * ratio / polygon.length)
    return outlines
