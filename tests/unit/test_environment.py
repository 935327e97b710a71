"""A run stands on one Python, one Paddle, one NumPy and one OpenCV."""

import pytest

from pipeline.errors import IntegrityFailed
from pipeline.record.environment import COMPARED, check_one_environment, processors
from stages.contract import Exit
from support.results import VERSIONS

LITE = {**VERSIONS, "paddlelite": "2.13rc0"}


def test_equal_versions_are_accepted() -> None:
    check_one_environment({"data": VERSIONS, "train": dict(VERSIONS), "convert": LITE})


def test_nothing_to_compare_is_accepted() -> None:
    check_one_environment({})
    check_one_environment({"data": VERSIONS})


@pytest.mark.parametrize("name", COMPARED)
def test_two_versions_are_refused_naming_both_sides(name: str) -> None:
    one, other = {**LITE, name: "1.0"}, {**LITE, name: "2.0"}
    with pytest.raises(IntegrityFailed) as caught:
        check_one_environment({"data": one, "convert": one, "verify": other})
    assert caught.value.message == f"two versions of {name} in one run: 1.0 in data, 2.0 in verify"
    assert caught.value.code == Exit.INTEGRITY
    assert "paddock images build" in caught.value.remedy
    assert caught.value.pitfall == "mixed-paddle-versions"


def test_another_processor_is_no_other_version() -> None:
    one, other = {**LITE, "cpu_flags": "avx"}, {**LITE, "cpu_flags": "avx avx2"}
    check_one_environment({"train": one, "verify": other})
    assert processors({"data": LITE, "train": one, "export": one, "verify": other}) == {
        "avx": ["train", "export"], "avx avx2": ["verify"],
    }  # fmt: skip
