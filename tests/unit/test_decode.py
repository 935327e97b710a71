import pytest

from stages.text.decode import collapse
from stages.text.dictionary import Dictionary

DICTIONARY = Dictionary(("a", "b", " "), "", "")


@pytest.mark.parametrize(
    ("best", "text"),
    [
        ([], ""), ([0, 0, 0], ""), ([1, 1, 2], "ab"), ([1, 0, 1], "aa"), ([2], "b"),
        ([0, 1, 1, 0, 0, 3, 2, 2], "a b"),
    ],
)  # fmt: skip
def test_repeats_and_blanks_are_taken_out(best: list[int], text: str) -> None:
    assert collapse(best, [1.0] * len(best), DICTIONARY).text == text


def test_confidence_is_the_mean_of_the_kept_steps_and_nothing_read_has_none() -> None:
    reading = collapse([1, 1, 0, 2], [0.5, 0.1, 0.9, 1.0], DICTIONARY)
    assert reading.confidence == pytest.approx(0.75)
    assert collapse([0, 0], [0.9, 0.9], DICTIONARY).confidence == 0.0
