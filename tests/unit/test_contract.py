"""What both sides exchange: specs, results, keys and hashes, and what files of a variant are called."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from stages import contract
from stages.contract import Input, Result, Spec, hash_file, stage_key
from stages.contract.variant import Variant, Weights, variants_in
from support.results import make_result

SPEC = Spec(
    "verify",
    "k",
    "/paddock/results/verify/k",
    {"image_shape": [3, 48, 320], "ä": "\x1b"},
    (Input("test", "/paddock/inputs/x", "s", "project (test data)", tree=True),),
    7,
    1,
)


def test_every_name_of_the_contract_is_found_where_its_parts_are_looked_through() -> None:
    assert [name for name in contract.__all__ if not hasattr(contract, name)] == []
    assert not hasattr(contract, "Path"), "what the parts import is none of it"


def test_spec_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "spec.json"
    path.write_text(SPEC.dump(), encoding="utf-8")
    assert Spec.load(path) == SPEC


def test_result_is_read_as_it_was_written() -> None:
    result = make_result("convert")
    assert Result.from_json(json.loads(result.dump())) == result


def test_artifact_that_was_not_made_is_a_key_error() -> None:
    with pytest.raises(KeyError, match=r"nothing\.nb"):
        make_result("convert").artifact("nothing.nb")


def test_hash_file_reads_size_and_both_hashes(tmp_path: Path) -> None:
    data = b"x" * (3 << 20)
    (tmp_path / "f").write_bytes(data)
    digests = hash_file(tmp_path / "f")
    assert digests.size == len(data)
    assert digests.md5 == hashlib.md5(data, usedforsecurity=False).hexdigest()
    assert digests.sha256 == hashlib.sha256(data).hexdigest()


def key(
    stage: str = "train",
    image: str = "a",
    parameters: Mapping[str, Any] = MappingProxyType({"epochs": 3, "rate": 1e-3}),
    inputs: Mapping[str, str] = MappingProxyType({"train": "t", "dict": "d"}),
) -> str:
    return stage_key(stage, image, parameters, inputs)


def test_key_does_not_depend_on_the_order_of_names() -> None:
    assert key() == key(parameters={"rate": 1e-3, "epochs": 3}, inputs={"dict": "d", "train": "t"})


@pytest.mark.parametrize(
    "changes",
    [
        {"stage": "export"},
        {"image": "b"},
        {"parameters": {"epochs": 4, "rate": 1e-3}},
        {"parameters": {"epochs": "3", "rate": 1e-3}},
        {"inputs": {"train": "t"}},
        {"inputs": {"train": "d", "dict": "t"}},
    ],
)
def test_each_component_changes_the_key(changes: dict[str, Any]) -> None:
    assert key(**changes) != key()


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
