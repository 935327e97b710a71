import pytest

from stages.guards.characters import difference, summary
from stages.pitfalls import Pitfall

TRAINED = list("0123456789AB")


def test_equal_lists_have_no_difference() -> None:
    assert difference(TRAINED, list(TRAINED)) is None
    assert difference([], []) is None


@pytest.mark.parametrize(
    ("found", "pitfall", "text"),
    [
        (
            list("0132456789AB"),
            Pitfall.DICTIONARY_REORDERED,
            'the same 12 characters in another order; line 3 (class 3) is "3" (U+0033), '
            'expected "2" (U+0032)',
        ),
        (list("0123456789AÄ"), Pitfall.DICTIONARY_CHANGED,
         '1 of 12 characters differ; line 12 (class 12) is "Ä" (U+00C4), expected "B" (U+0042)'),
        (
            list("0123456789A"),
            Pitfall.DICTIONARY_CLASSES,
            "it has 11 characters, expected are 12; line 12 (class 12) is missing, "
            'expected "B" (U+0042)',
        ),
        (list(" 0123456789AB "), Pitfall.DICTIONARY_DOUBLE_SPACE,
         'the space stands there twice; line 1 (class 1) is " " (U+0020), expected "0" (U+0030)'),
        (
            [f"{entry}\r" for entry in TRAINED],
            Pitfall.DICTIONARY_CRLF,
            r'Windows line ends (CRLF); line 1 (class 1) is "0\r" (U+0030 U+000D), '
            'expected "0" (U+0030)',
        ),
        (
            ["\ufeff0", *TRAINED[1:]],
            Pitfall.DICTIONARY_BOM,
            r'a byte order mark; line 1 (class 1) is "\ufeff0" (U+FEFF U+0030), '
            'expected "0" (U+0030)',
        ),
    ],
    ids=["reordered", "changed", "count", "double space", "crlf", "bom"],
)  # fmt: skip
def test_each_way_to_differ_is_told_with_its_first_line(
    found: list[str], pitfall: Pitfall, text: str
) -> None:
    differs = difference(TRAINED, found)
    assert differs is not None
    assert (differs.pitfall, differs.text) == (pitfall, text)
    assert differs.remedy


def test_one_missing_character_hints_at_the_space() -> None:
    differs = difference([*TRAINED, " "], TRAINED)
    assert differs is not None
    assert 'line 13 (class 13) is missing, expected " " (U+0020)' in differs.text
    assert "use_space_char" in differs.remedy


def test_the_summary_tells_order_and_content_apart() -> None:
    summaries = {summary(TRAINED), summary(TRAINED[::-1]), summary(TRAINED[1:]), summary(["01"])}
    assert len(summaries) == 4
    assert summary(["\udcff"]).startswith("1 characters")  # a byte that was not UTF-8


def test_text_from_a_dictionary_cannot_drive_a_terminal() -> None:
    differs = difference(TRAINED, ["\x1b[2J", *TRAINED[1:]])
    assert differs is not None
    assert "\x1b" not in differs.text
