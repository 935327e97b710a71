"""Marking what differs between a reading and its label."""

from collections.abc import Iterator

import pytest

from pipeline.report.confusions import clusters
from pipeline.text import shown
from tui.appearance import Appearance, use
from tui.views.readings import DIFFERENT, differences, marked


@pytest.fixture
def _ascii() -> Iterator[None]:
    use(Appearance(ascii_only=True))
    yield
    use(Appearance())


def marks(reading: str, label: str) -> list[str]:
    text = marked(reading, label)
    return [text.plain[span.start : span.end] for span in text.spans if span.style == DIFFERENT]


@pytest.mark.parametrize(
    ("reading", "label", "different"),
    [
        ("ZH36", "ZH3G", ["6"]),
        ("ZH3", "ZH3G", ["░"]),
        ("ZH3GG", "ZH3G", ["G"]),
        ("", "AB", ["░", "░"]),
        ("AB", "AB", []),
        ("AB", "", ["A", "B"]),
        ("京A1", "京B1", ["A"]),
        ("e\u0301a", "e\u0301a\u0301", ["a"]),
    ],
)
def test_what_differs_is_marked(reading: str, label: str, different: list[str]) -> None:
    assert marks(reading, label) == different
    assert differences(reading, label) == len(different)


@pytest.mark.usefixtures("_ascii")
def test_in_ascii_by_brackets() -> None:
    assert marked("ZH36", "ZH3GL").plain == "ZH3[6][]"
    assert marked("AB", "AB").plain == "AB"


def test_nothing_that_a_label_says_gets_through() -> None:
    text = marked("\x1b[31m\u202e[red]", "\x1b[31m").plain
    assert text.isprintable() and "\\x1b[31m\\u202e[red]" in text


def test_a_mark_stands_on_something() -> None:
    assert clusters("e\u0301\u0301a") == ["e\u0301\u0301", "a"]
    assert shown("\u0301a") == "\u25cc\u0301a"


def test_very_long_texts_are_compared_as_far_as_one_can_read() -> None:
    long = "a" * 5000
    assert marks(long + "b", long + "c") == ["a" * 4600 + "b"]
    assert marked(long, long).plain == long
