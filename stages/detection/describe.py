"""``preprocess.json`` of a detection model: all that a phone must do as this project does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from stages.detection.boxes import SAME_LINE, SMALLEST_SIDE
from stages.detection.postprocess import SMALLEST_GROWN, SMALLEST_REGION
from stages.detection.rules import Rules
from stages.preprocess import describe_pixels


def describe(shape: Sequence[int], rules: Rules) -> dict[str, Any]:
    """Return the document for an input [3, H, W]."""
    channels, height, width = shape
    return {
        "schema_version": 1,
        "task": "detection",
        "image": describe_pixels(),
        "input": {
            "shape": [1, channels, height, width],
            "layout": "NCHW",
            "dtype": "float32",
            "channel_order": "BGR",
            # Lite 2.13 (x86) miscomputes or crashes when a predictor's shape changes between runs
            "fixed": True,
        },
        "resize": {
            "ratio": f"min({height} / image_height, {width} / image_width), up or down",
            "height": "round(image_height * ratio)",
            "width": "round(image_width * ratio)",
            "interpolation": "bilinear (OpenCV INTER_LINEAR on uint8)",
        },
        "normalize": {
            "scale": rules.scale,
            "mean": list(rules.mean),
            "std": list(rules.std),
            "order": "as the channels: the first number is for blue",
        },
        "padding": {"side": "right and bottom", "value": 0.0, "applied": "after normalisation"},
        "decode": _decode(rules),
        "boxes": {
            "x": "round(x / resized_width * image_width)",
            "y": "round(y / resized_height * image_height)",
            "corners": "clockwise from the top left",
            "clip": "to the image; then drop boxes that are not wider and higher than "
            f"{SMALLEST_SIDE} pixels",
            "reading_order": f"by the top left corner: y, then x where two y are less than {SAME_LINE} apart",
            "crop": "perspective transform to the longer of opposite sides, bicubic, edges replicated; "
            "turned by 90 degrees if it is at least 1.5 times as high as wide",
        },
    }


def _decode(rules: Rules) -> dict[str, Any]:
    return {
        "method": "DB",
        "output": "probability of text at each pixel of the input",
        "threshold": rules.threshold,
        "regions": "contours of the pixels over the threshold, their smallest rectangles",
        "max_candidates": rules.max_candidates,
        "smallest_region": SMALLEST_REGION,
        "box_threshold": rules.box_threshold,
        "score": "mean probability inside the rectangle",
        "unclip_ratio": rules.unclip_ratio,
        "unclip": "grow by area * unclip_ratio / circumference with round corners; "
        "then the smallest rectangle",
        "smallest_grown": SMALLEST_GROWN,
    }
