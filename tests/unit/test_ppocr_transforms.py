from typing import Any

import pytest

from stages.ppocr.transforms import Preparation, read_transforms

SHAPE = [3, 48, 320]
HALVES = "[0.5, 0.5, 0.5]"


def resized(**options: Any) -> dict[str, Any]:
    return {"RecResizeImg": {"image_shape": SHAPE, **options}}


def decoded(options: Any) -> list[dict[str, Any]]:
    return [{"DecodeImage": options}, resized()]


def test_paddleocrs_own_recognition_transforms() -> None:
    listed = [
        {"DecodeImage": {"img_mode": "BGR", "channel_first": False}},
        {"MultiLabelEncode": {"gtc_encode": "NRTRLabelEncode"}},
        resized(),
        {"KeepKeys": {"keep_keys": ["image"]}},
    ]
    expected = Preparation("BGR", "resize_norm_img", "right", HALVES, HALVES, (3, 48, 320))
    assert read_transforms(listed) == expected


@pytest.mark.parametrize(
    ("options", "order"),
    [
        (None, "RGB"),
        ({}, "RGB"),
        ({"img_mode": "RGB"}, "RGB"),
        ({"img_mode": "GRAY"}, "GRAY"),
        ({"img_mode": None}, "BGR"),  # DecodeImage changes nothing then
        ({"img_mode": ["x"]}, "BGR"),
    ],
)
def test_the_channel_order_is_what_decode_image_makes_of_opencvs(options: Any, order: str) -> None:
    assert read_transforms(decoded(options)).channel_order == order


def test_padding_and_other_ways_of_resizing() -> None:
    assert read_transforms([resized(padding=False)]).padding == "none"
    other = read_transforms([{"SVTRRecResizeImg": {"image_shape": [3, 64, 256], "padding": False}}])
    assert (other.resize, other.padding) == ("resize_norm_img", "none")
    assert other.image_shape == (3, 64, 256)
    assert read_transforms([{"VLRecResizeImg": None}]).resize == "VLRecResizeImg"


def test_a_normalisation_of_its_own() -> None:
    imagenet = read_transforms([{"NormalizeImage": None}, resized()])
    assert (imagenet.mean, imagenet.std) == ("[0.485, 0.456, 0.406]", "[0.229, 0.224, 0.225]")
    own = read_transforms([{"NormalizeImage": {"mean": [0, 0, 0], "std": "x"}}, resized()])
    assert (own.mean, own.std) == ("[0, 0, 0]", "not three numbers")


@pytest.mark.parametrize(
    "listed", [None, 3, "x", {}, [], [None, 3, "x"], [{}], [{1: 2}], [{"KeepKeys": None}]]
)
def test_what_is_no_list_of_transforms_says_nothing(listed: Any) -> None:
    assert read_transforms(listed) == Preparation()


@pytest.mark.parametrize("shape", [None, [3, 48], [3, 48, "x"], [3, 48, 1e9], [3, 48, 1 << 70]])
def test_what_is_no_shape_says_nothing(shape: Any) -> None:
    assert read_transforms([{"RecResizeImg": {"image_shape": shape}}]).image_shape == ()


def test_names_cannot_drive_a_terminal() -> None:
    found = read_transforms([{"\x1b[2JResizeImg": {}}])
    assert found.resize == r"\x1b[2JResizeImg"
