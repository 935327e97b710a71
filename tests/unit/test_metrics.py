import pytest

from stages.text.metrics import edit_distance, exact_match, ned, normalised_distance


@pytest.mark.parametrize(
    ("first", "second", "distance"),
    [
        ("", "", 0), ("abc", "abc", 0), ("abc", "", 3), ("", "ab", 2), ("kitten", "sitting", 3),
        ("abc", "adcx", 2), ("ab", "ba", 2),
    ],
)  # fmt: skip
def test_edit_distance(first: str, second: str, distance: int) -> None:
    assert edit_distance(first, second) == distance
    assert edit_distance(second, first) == distance


def test_the_distance_is_normalised_by_the_longer_text() -> None:
    assert normalised_distance("abc", "adcx") == 0.5
    assert normalised_distance("", "") == 0.0


def test_means_over_images_and_spaces_and_case_count() -> None:
    assert exact_match(["a", "b"], ["a", "c"]) == 0.5
    assert ned(["a", "b"], ["a", "c"]) == 0.5
    assert exact_match([], []) == 0.0
    assert exact_match(["a b", "A"], ["ab", "a"]) == 0.0
    assert ned(["a b"], ["ab"]) == pytest.approx(2 / 3)


def test_lists_of_different_lengths_are_a_fault() -> None:
    with pytest.raises(ValueError, match="shorter"):
        exact_match(["a", "b"], ["a"])
