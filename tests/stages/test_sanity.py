"""Outputs that are no probabilities, or not the same ones again."""

from __future__ import annotations

import numpy as np
import pytest

from stages.contract import Fault
from stages.parity.sanity import RowSanity, monotone

GOOD = np.full((4, 5), 0.2, np.float32)
NOT_FINITE = (Fault.NOT_FINITE, "its output is not finite")


def changed(value: float) -> np.ndarray:
    output = GOOD.copy()
    output[2, 3] = value
    return output


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_nan_and_infinity_are_named(value: float) -> None:
    assert RowSanity().fault(changed(value)) == NOT_FINITE


def test_infinities_that_would_cancel_are_named() -> None:
    output = changed(float("inf"))
    output[2, 1] = float("-inf")
    assert RowSanity().fault(output) == NOT_FINITE


@pytest.mark.parametrize(
    ("output", "total"),
    [(np.zeros_like(GOOD), "0"), (GOOD * 3, "3"), (changed(0.21), "1.01"), (changed(-5), "-4.2")],
)
def test_what_does_not_sum_to_one_is_named_with_its_sum(output: np.ndarray, total: str) -> None:
    fault = RowSanity().fault(output)
    said = f"the probabilities of a step sum to {total}, not to 1"
    assert fault == (Fault.NOT_PROBABILITIES, said)


@pytest.mark.parametrize("shape", [(5,), (0, 5), (4, 0), (2, 2, 2)])
def test_output_of_another_kind_is_named(shape: tuple[int, ...]) -> None:
    fault = RowSanity().fault(np.ones(shape, np.float32))
    said = f"its output has the shape {list(shape)}, not steps by classes"
    assert fault == (Fault.WRONG_SHAPE, said)


def test_rounding_is_no_fault_and_the_worst_is_kept() -> None:
    sanity = RowSanity()
    assert sanity.fault(changed(0.2005)) is None
    assert sanity.fault(GOOD) is None
    assert sanity.row_sum_error == pytest.approx(5e-4, rel=1e-3)


def test_half_precision_is_no_fault() -> None:
    logits = np.random.default_rng(1).normal(size=(40, 18385))
    exact = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    assert RowSanity().fault(exact.astype(np.float16).astype(np.float32)) is None


@pytest.mark.parametrize("total", [0.9969, 1.0016, 0.98])
def test_sums_of_half_precision_have_a_bound_of_their_own(total: float) -> None:
    """The first two were seen on ARM's kernels, with 37 classes; the third is no rounding of so few."""
    row = np.full((1, 37), total / 37, np.float32)
    assert RowSanity().fault(row)
    fault = RowSanity(half=True).fault(row)
    assert fault is None if total > 0.99 else fault and fault.fault is Fault.NOT_PROBABILITIES


def test_zeros_are_a_fault_in_half_precision_however_many_classes() -> None:
    assert RowSanity(half=True).fault(np.zeros((2, 18385), np.float32))


def test_another_output_for_the_same_image_is_named() -> None:
    sanity = RowSanity()
    assert sanity.repeat_fault(GOOD, GOOD.copy()) is None
    assert sanity.repeat_difference == 0.0
    said = "the same image run again differs by 0.1"
    assert sanity.repeat_fault(GOOD, changed(0.3)) == (Fault.NOT_REPEATABLE, said)
    shorter = sanity.repeat_fault(GOOD, GOOD[:3])
    assert shorter and shorter.fault is Fault.NOT_REPEATABLE
    assert "of [4, 5] once and of [3, 5] again" in shorter.detail


def test_one_reading_for_all_images_is_telling_only_beside_others_that_vary() -> None:
    assert monotone(["A"] * 5, [["A", "B", "C", "D", "E"]])
    assert not monotone(["A"] * 5, [["B"] * 5])
    assert not monotone(["A", "B"] * 2, [["A", "B", "C", "D"]])
    assert not monotone([], [])
