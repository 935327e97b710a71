import pytest

from stages.dataset.problems import Problems
from stages.errors import IntegrityError, StageError
from stages.message import msg
from stages.pitfalls import Pitfall


def test_no_problem_raises_nothing() -> None:
    Problems().raise_if_any()


def test_what_is_alike_is_counted_with_three_examples() -> None:
    problems = Problems()
    for number in range(1, 31):
        problems.add(f"train.txt:{number}", "an empty line")
        gif = msg("the image {image} {fault}", f"{number}.png", msg("is a GIF"))
        problems.add("val.txt:7", gif)
    problems.add("val.txt:8", msg("the image {image} {fault}", "x.png", msg("is missing")))
    with pytest.raises(StageError) as caught:
        problems.raise_if_any()
    assert not isinstance(caught.value, IntegrityError)
    lines = caught.value.message.splitlines()
    assert lines == [
        "61 problems in the data:",
        *(f"  train.txt:{number}: an empty line" for number in (1, 2, 3)),
        "  … and 27 more like this",
        *(f"  val.txt:7: the image {number}.png is a GIF" for number in (1, 2, 3)),
        "  … and 27 more like this",
        "  val.txt:8: the image x.png is missing",
    ]
    assert caught.value.where == "train.txt:1"


def test_characters_come_with_code_point_and_first_place() -> None:
    problems = Problems()
    problems.add("train.txt:1", "the image is missing")
    problems.add_outsider("train.txt:2", "é")
    problems.add_outsider("val.txt:7", "é")
    problems.add_outsider("val.txt:8", " ")
    with pytest.raises(IntegrityError) as caught:
        problems.raise_if_any()
    message = caught.value.message
    assert "2 characters are not in the dictionary" in message
    assert '"é" (U+00E9) first at train.txt:2, 2 lines' in message
    assert '" " (U+0020) first at val.txt:8, 1 line' in message
    assert "1 problem in the data" in message
    assert "use_space_char" in caught.value.remedy
    assert caught.value.pitfall is Pitfall.LABEL_OUTSIDE_DICTIONARY
