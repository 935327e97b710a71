"""Cutting a line of text out of a page, upright: what stands between detection and recognition."""

from __future__ import annotations

import cv2
import numpy as np

from stages.detection.boxes import Box

#: From this ratio of height to width on, a crop is taken for a vertical line and turned.
VERTICAL = 1.5


def crop(image: np.ndarray, box: Box) -> np.ndarray:
    """Return the box as an image of its own, uint8 [height, width, 3].

    As ``get_rotate_crop_image`` does (tools/infer/utility.py): a perspective transform to the longer of
    opposite sides.
    """
    corners = np.array(box, np.float32)
    width = int(max(_distance(corners, 0, 1), _distance(corners, 2, 3)))
    height = int(max(_distance(corners, 0, 3), _distance(corners, 1, 2)))
    upright = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    cut: np.ndarray = cv2.warpPerspective(
        image,
        cv2.getPerspectiveTransform(corners, upright),
        (width, height),
        borderMode=cv2.BORDER_REPLICATE,
        flags=cv2.INTER_CUBIC,
    )
    return np.rot90(cut) if cut.shape[0] / cut.shape[1] >= VERTICAL else cut


def _distance(corners: np.ndarray, one: int, other: int) -> float:
    return float(np.linalg.norm(corners[one] - corners[other]))
