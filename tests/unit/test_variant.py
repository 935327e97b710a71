from __future__ import annotations

import pytest

from stages.contract.variant import Variant, Weights, variants_in

NAMES = {
    Variant("arm"): ("model_arm.nb", "nb-arm"),
    Variant("arm", Weights.INT16): ("model_arm_int16.nb", "nb-arm-int16"),
    Variant("arm", Weights.INT8): ("model_arm_int8.nb", "nb-arm-int8"),
    Variant("arm", half=True): ("model_arm_fp16.nb", "nb-arm-fp16"),
}


@pytest.mark.parametrize("variant", NAMES)
def test_file_and_row_say_which_variant_they_are(variant: Variant) -> None:
    assert (variant.file, variant.model) == NAMES[variant]
    assert Variant.of_file(variant.file) == variant == Variant.of_model(variant.model)


@pytest.mark.parametrize("name", ["dict.txt", "pd", "pd-int8", "lite", "checkpoint", ""])
def test_no_other_model_or_file_is_taken_for_a_variant(name: str) -> None:
    assert Variant.of_file(name) is None and Variant.of_model(name) is None


def test_a_kind_alone_is_a_target() -> None:
    assert Variant.of_model("nb-fp16") == Variant("fp16") == Variant.of_file("model_fp16.nb")


def test_variants_stand_by_kind_and_then_by_target() -> None:
    models = ("nb-x86-int8", "pd-int8", "nb-arm-fp16", "nb-x86", "nb-arm-int8", "nb-arm", "pd")
    assert [each.name for each in variants_in(models)] == [
        "arm", "x86", "arm-int8", "x86-int8", "arm-fp16"
    ]  # fmt: skip
