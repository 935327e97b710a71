"""Our postprocessing, metric and cropping against PaddleOCR's own code, on the same inputs."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from stages.detection.boxes import keep_real, reading_order
from stages.detection.crop import crop
from stages.detection.hmean import match, scores
from stages.detection.labels import Region
from stages.detection.postprocess import grown_regions
from stages.detection.prepare import fit_page, prepare
from stages.detection.rules import Rules
from stages.ppocr.location import use_paddleocr
from support.pages import corners

use_paddleocr()

from ppocr.data.imaug.operators import NormalizeImage  # noqa: E402 - found only now
from ppocr.metrics.eval_det_iou import DetectionIoUEvaluator  # noqa: E402
from ppocr.postprocess.db_postprocess import DBPostProcess  # noqa: E402
from tools.infer.predict_det import TextDetector  # noqa: E402
from tools.infer.predict_system import sorted_boxes  # noqa: E402
from tools.infer.utility import get_rotate_crop_image  # noqa: E402

SHAPE = (3, 640, 832)
RULES = Rules()


def probability_map(seed: int) -> np.ndarray:
    """Return a map with turned bars of text, thin ones, faint ones, and some that touch."""
    dice = np.random.default_rng(seed)
    canvas = np.zeros(SHAPE[1:], np.float32)
    for _ in range(60):
        centre = dice.uniform((10, 10), (SHAPE[2] - 10, SHAPE[1] - 10))
        size = dice.uniform((6, 4), (90, 26))
        corners = cv2.boxPoints((tuple(centre), tuple(size), float(dice.uniform(-40, 40))))
        cv2.fillPoly(canvas, [corners.astype(np.int32)], float(dice.uniform(0.4, 1)))
    noise = dice.uniform(-0.05, 0.05, canvas.shape).astype(np.float32)
    blurred = cv2.GaussianBlur(canvas, (3, 3), 0)
    return np.clip(blurred + noise, 0, 1)


def boxes_of(seed: int) -> tuple[list[np.ndarray], np.ndarray, tuple[int, int]]:
    """Return our grown regions, upstream's, and the page's size."""
    page, probabilities = (700, 860), probability_map(seed)
    fit = fit_page(page, SHAPE)
    rows, columns = fit.spread(SHAPE[1:])
    upstream = DBPostProcess(
        RULES.threshold, RULES.box_threshold, RULES.max_candidates, RULES.unclip_ratio
    )
    theirs, _ = upstream.boxes_from_bitmap(
        probabilities, probabilities > RULES.threshold, columns, rows
    )
    return list(grown_regions(probabilities, RULES, fit)), theirs, page


@pytest.mark.parametrize("seed", range(8))
def test_boxes_are_upstreams(seed: int) -> None:
    ours, theirs, page = boxes_of(seed)
    assert len(ours) > 5
    assert np.array_equal(np.array(ours), theirs)
    detector = TextDetector.__new__(TextDetector)
    kept = detector.filter_tag_det_res(theirs, page)
    assert keep_real(ours, page) == tuple(map(corners, kept))
    ordered = np.array(sorted_boxes(kept))
    assert reading_order(keep_real(ours, page)) == tuple(map(corners, ordered))


@pytest.mark.parametrize("seed", range(3))
def test_hmean_is_upstreams(seed: int) -> None:
    ours, _, page = boxes_of(seed)
    boxes = keep_real(ours, page)
    dice = np.random.default_rng(seed)
    shaken = [np.array(box) + dice.integers(-9, 9, (4, 2)) for box in boxes[2:]]
    regions = [
        Region("###" if number % 5 == 0 else "TEXT", tuple((float(x), float(y)) for x, y in quad))
        for number, quad in enumerate(shaken)
    ]
    evaluator = DetectionIoUEvaluator()
    result = evaluator.evaluate_image(
        [{"points": region.points, "text": "", "ignore": region.ignored} for region in regions],
        [{"points": box, "text": ""} for box in boxes],
    )
    found = match(boxes, regions)
    assert found.pairs > 2
    assert (found.regions, found.boxes, found.pairs) == (
        result["gtCare"], result["detCare"], result["detMatched"],
    )  # fmt: skip
    assert scores([found]) == pytest.approx(evaluator.combine_results([result]))


def test_crops_are_upstreams() -> None:
    ours, _, page = boxes_of(3)
    image = np.random.default_rng(3).integers(0, 255, (*page, 3), np.uint8)
    boxes = keep_real(ours, page)
    assert len(boxes) > 5
    for box in boxes:
        assert np.array_equal(crop(image, box), get_rotate_crop_image(image, np.float32(box)))


def test_a_page_that_fills_the_input_is_prepared_as_upstream_does() -> None:
    image = np.random.default_rng(1).integers(0, 255, (1280, 1664, 3), np.uint8)
    normalise = NormalizeImage("1./255.", list(RULES.mean), list(RULES.std), order="hwc")
    resized = cv2.resize(image, (832, 640))
    theirs = normalise({"image": resized})["image"].transpose((2, 0, 1))
    assert np.abs(prepare(image, SHAPE, RULES) - theirs).max() < 1e-6
