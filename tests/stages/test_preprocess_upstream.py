"""Preprocessing, decoding and measures against PaddleOCR's own code."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from rapidfuzz.distance import Levenshtein

from stages.errors import StageError
from stages.ppocr.location import use_paddleocr
from stages.preprocess import decode_image, describe, prepare, read_image
from stages.text.decode import greedy
from stages.text.dictionary import Dictionary
from stages.text.metrics import exact_match, ned, normalised_distance
from support.legacy import SHAPE, alphanumeric_model, draw

use_paddleocr()

from ppocr.data.imaug.operators import DecodeImage  # noqa: E402 - found only now
from ppocr.data.imaug.rec_img_aug import RecResizeImg  # noqa: E402
from ppocr.metrics.rec_metric import RecMetric  # noqa: E402
from ppocr.postprocess.rec_postprocess import CTCLabelDecode  # noqa: E402

SIZES = [
    (48, 320),
    (20, 40),
    (31, 400),
    (100, 7),
    (1, 1),
    (48, 321),
    (48, 319),
    (300, 2000),
    (7, 3),
]


@pytest.mark.parametrize(("height", "width"), SIZES)
@pytest.mark.parametrize("shape", [SHAPE, (3, 32, 100)])
def test_prepare_equals_recresizeimg_bit_for_bit(
    height: int, width: int, shape: tuple[int, int, int]
) -> None:
    image = np.random.default_rng(height * width).integers(0, 256, (height, width, 3), np.uint8)
    expected = RecResizeImg(image_shape=shape)({"image": image.copy()})["image"]
    found = prepare(image, shape)
    assert found.dtype == expected.dtype == np.float32
    assert found.tobytes() == expected.tobytes()


@pytest.mark.parametrize("kind", [".png", ".jpg", ".bmp"])
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_read_image_equals_decodeimage(tmp_path: Path, kind: str, channels: int) -> None:
    if kind == ".jpg" and channels == 4:
        channels = 3  # JPEG has no alpha
    pixels = np.random.default_rng(1).integers(0, 256, (20, 30, channels), np.uint8)
    if channels == 4:
        pixels[:, :, 3] = 255  # what is transparent is another matter: tests/cases/test_images.py
    path = tmp_path / f"image{kind}"
    assert cv2.imwrite(str(path), pixels)
    expected = DecodeImage(img_mode="BGR")({"image": path.read_bytes()})["image"]
    assert read_image(path).tobytes() == expected.tobytes()


def test_what_is_no_image_is_none_or_an_error(tmp_path: Path) -> None:
    draw(tmp_path / "a.png", "A")
    assert decode_image(b"") is None
    assert decode_image(b"not an image") is None
    assert decode_image((tmp_path / "a.png").read_bytes()[:40]) is None
    with pytest.raises(StageError, match="missing"):
        read_image(tmp_path / "none.png")
    (tmp_path / "bad\x1b.png").write_bytes(b"x")
    with pytest.raises(StageError, match=r"bad\\x1b.png is not an image"):
        read_image(tmp_path / "bad\x1b.png")


def test_greedy_equals_ctclabeldecode() -> None:
    model = alphanumeric_model()
    dictionary = Dictionary.load(model.dictionary, use_space_char=True)
    theirs = CTCLabelDecode(str(model.dictionary), use_space_char=True)
    scores = np.random.default_rng(5).random((50, 12, dictionary.classes), np.float32)
    scores[:, ::3, 0] = 2  # blanks, and repeats on both sides of them
    scores[:, 1::3] = scores[:, 2::3]
    expected = theirs(scores)
    for probabilities, (text, confidence) in zip(scores, expected, strict=True):
        reading = greedy(probabilities, dictionary)
        assert reading.text == text
        assert reading.confidence == pytest.approx(confidence, abs=1e-6)


def test_greedy_refuses_another_width() -> None:
    dictionary = Dictionary.load(alphanumeric_model().dictionary, use_space_char=False)
    with pytest.raises(ValueError, match="38 classes, the dictionary 37"):
        greedy(np.zeros((4, 38), np.float32), dictionary)


def test_measures_equal_recmetric_that_ignores_nothing() -> None:
    random = np.random.default_rng(2)
    words = ["".join(random.choice(list("ab 1"), random.integers(0, 8))) for _ in range(200)]
    labels = ["".join(random.choice(list("ab 1"), random.integers(0, 8))) for _ in range(200)]
    metric = RecMetric(ignore_space=False)
    metric(([(word, 1.0) for word in words], [(label, 1.0) for label in labels]))
    expected = metric.get_metric()
    assert exact_match(words, labels) == pytest.approx(expected["acc"], abs=1e-6)
    assert ned(words, labels) == pytest.approx(expected["norm_edit_dis"], abs=1e-6)


def test_the_distance_is_rapidfuzz_s() -> None:
    random = np.random.default_rng(3)
    for _ in range(300):
        one, other = ("".join(random.choice(list("abc"), random.integers(0, 9))) for _ in "12")
        assert normalised_distance(one, other) == Levenshtein.normalized_distance(one, other)


def test_preprocess_json_says_what_a_phone_must_do() -> None:
    dictionary = Dictionary.load(alphanumeric_model().dictionary, use_space_char=True)
    described = describe(SHAPE, dictionary)
    assert described["input"]["shape"] == [1, 3, 48, 320]
    assert described["input"]["channel_order"] == "BGR"
    assert described["normalize"] == {"scale": 1 / 255, "mean": [0.5] * 3, "std": [0.5] * 3}
    assert described["decode"]["blank_index"] == 0
    assert described["decode"]["space"] == "class 37, after the dictionary's last line"
