from typing import Any

import pytest

from stages.errors import StageError
from stages.pitfalls import Pitfall
from stages.ppocr.architectures import (
    ARCHITECTURES,
    BuiltIn,
    check_shape,
    ctc_branch,
    exported_height,
    find,
)
from stages.ppocr.architectures.lcnetv3 import V5_MOBILE
from stages.ppocr.architectures.mobilenetv3 import V2_MOBILE
from stages.ppocr.architectures.names import BUILT_IN

EVERY = pytest.mark.parametrize("built_in", ARCHITECTURES.values(), ids=list(ARCHITECTURES))


def test_the_names_are_those_of_the_entries() -> None:
    assert tuple(ARCHITECTURES) == BUILT_IN
    assert [find(name).name for name in BUILT_IN] == list(BUILT_IN)


@EVERY
def test_its_images_are_as_high_as_its_export_declares(built_in: BuiltIn) -> None:
    assert exported_height(built_in.ctc()) == built_in.image_shape[1]
    check_shape(built_in, built_in.image_shape)


@EVERY
def test_the_ctc_branch_of_what_is_trained_is_the_network_without_its_helper(
    built_in: BuiltIn,
) -> None:
    training = built_in.training(25)
    assert ctc_branch(training) == built_in.ctc()
    assert (training["Head"]["name"] == "MultiHead") is bool(built_in.helper)


@EVERY
def test_each_call_gives_a_network_of_its_own(built_in: BuiltIn) -> None:
    built_in.ctc()["Backbone"].clear()
    built_in.training(25)["Head"].clear()
    assert built_in.ctc()["Backbone"]["name"] == built_in.backbone["name"]


def test_an_unknown_name_says_the_nearest_and_all() -> None:
    with pytest.raises(StageError, match=r"did you mean 'PP-OCRv5_mobile_rec'\?") as caught:
        find("PP-OCRv5_mobil_rec")
    assert all(name in caught.value.message for name in BUILT_IN)
    with pytest.raises(StageError, match="'resnet' is not built in; built in: PP-OCRv5"):
        find("resnet")


@pytest.mark.parametrize(
    ("built_in", "shape", "said"),
    [
        (V5_MOBILE, [3, 32, 320], "[3, 48, width]; found [3, 32, 320]"),
        (V2_MOBILE, [3, 48, 320], "[3, 32, width]; found [3, 48, 320]"),
        (V5_MOBILE, [1, 48, 320], "[3, 48, width]; found [1, 48, 320]"),
    ],
)
def test_images_of_another_height_are_refused(
    built_in: BuiltIn, shape: list[int], said: str
) -> None:
    with pytest.raises(StageError) as caught:
        check_shape(built_in, shape)
    assert said in caught.value.message
    assert caught.value.pitfall is Pitfall.WRONG_HEIGHT
    assert f"set image_shape = {list(built_in.image_shape)}" in caught.value.remedy


@pytest.mark.parametrize(
    ("algorithm", "height"),
    [("SVTR_LCNet", 48), ("SVTR_HGNet", 48), ("CRNN", 32), (None, 32), ("SVTR", None)],
)
def test_the_height_of_an_export_goes_by_the_algorithm(
    algorithm: str | None, height: int | None
) -> None:
    assert exported_height({"algorithm": algorithm}) == height


@pytest.mark.parametrize(
    "head",
    [
        {"name": "MultiHead"},
        {"name": "MultiHead", "head_list": [None, {"NRTRHead": {}}]},
        {"name": "MultiHead", "head_list": [{"CTCHead": {"Neck": None}}]},
        {"name": "MultiHead", "head_list": [{"CTCHead": {"Neck": {}}}], "use_pool": True},
    ],
)
def test_a_multi_head_without_a_branch_to_take_out_is_refused(head: dict[str, Any]) -> None:
    with pytest.raises(StageError, match="no CTC branch that can stand alone"):
        ctc_branch({"Head": head})
