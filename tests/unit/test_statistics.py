"""The intervals and distributions of the parity table, against values that others published."""

import pytest

from stages.contract import Calibration, Interval, Ratio
from stages.parity.statistics import calibration, histogram, percentile, ratio_of_medians, wilson


@pytest.mark.parametrize(
    ("right", "total", "low", "high"),
    # Newcombe, "Two-sided confidence intervals for the single proportion", 1998, table I, method 3
    [
        (81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)  # fmt: skip
def test_wilsons_interval_is_the_published_one(
    right: int, total: int, low: float, high: float
) -> None:
    found = wilson(right, total)
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


def test_all_right_is_not_certainty() -> None:
    assert wilson(20, 20) == Interval(round(1 - wilson(0, 20).high, 6), 1.0)


def test_what_slows_both_of_a_pair_does_not_widen_the_interval() -> None:
    pd = [0.05 * (1 + number % 7) for number in range(25)]
    assert ratio_of_medians([2 * seconds for seconds in pd], pd).value == 2.0
    paired = ratio_of_medians([1.1 * seconds for seconds in pd], pd)
    parted = ratio_of_medians([1.1 * seconds for seconds in reversed(pd[3:] + pd[:3])], pd)
    assert paired.high - paired.low < parted.high - parted.low


def test_the_same_times_give_the_same_interval_and_the_ratio_lies_in_it() -> None:
    one, other = [0.05, 0.06, 0.07, 0.05, 0.09] * 5, [0.04, 0.05, 0.05, 0.06, 0.05] * 5
    found = ratio_of_medians(one, other)
    assert found == ratio_of_medians(one, other)
    assert found.low <= found.value <= found.high and found.low < found.high
    assert ratio_of_medians(other, other) == Ratio(1.0, 1.0, 1.0)


def test_percentiles_are_values_that_were_measured() -> None:
    assert [percentile(range(1, 101), share) for share in (50, 90, 99)] == [50, 90, 99]
    assert percentile([7.0], 99) == 7.0


def test_differences_are_counted_by_decade() -> None:
    assert histogram([0.0, 9e-7, 1e-6, 5e-4, 1e-2, 1.0]) == (2, 1, 0, 1, 0, 2)
    assert histogram([float("inf")]) == (0, 0, 0, 0, 0, 1)


def test_a_model_as_sure_as_it_is_right_is_calibrated_and_a_surer_one_off_by_the_difference() -> (
    None
):
    right = [True] * 3 + [False] + [True] + [False] * 3
    assert calibration([0.75] * 4 + [0.25] * 4, right) == Calibration(0.0, 0.625, 0.375)
    assert calibration([0.95] * 10, [True] * 5 + [False] * 5) == Calibration(0.45, 0.95, 0.95)
    assert calibration([1.0, 1.0], [True, True]) == Calibration(0.0, 1.0, None)
    assert calibration([], []) is None
