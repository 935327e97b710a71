"""The app looks numbers up in another list: every number is in it, and means another character."""

from pathlib import Path

from stages.pitfalls import Pitfall
from support.apps import (
    DEMO_DICTIONARY,
    DICTIONARY,
    LITE_DEMO,
    STOCK_DICTIONARY,
    is_whole,
    packed,
    refusal,
    shipped_project,
)


def as_the_demo_reads(dictionary: bytes, classes: list[int]) -> str:
    """Look classes up as deploy/android_demo does: lines, and the blank put before them by the code."""
    lines = ["#", *dictionary.decode().split("\n")]
    return "".join(lines[number] for number in classes)


def test_by_hand_each_class_has_a_character(tmp_path: Path) -> None:
    assert as_the_demo_reads(DICTIONARY, [1, 2, 3]) == "AB0"
    assert as_the_demo_reads(STOCK_DICTIONARY, [1, 2, 3]) == "AC0", "no error, and another text"
    assert is_whole(packed(tmp_path / "app.apk", {**LITE_DEMO, DEMO_DICTIONARY: STOCK_DICTIONARY}))


def test_paddock_names_the_first_line_that_differs(tmp_path: Path) -> None:
    project = shipped_project(tmp_path / "project")
    app = packed(tmp_path / "app.apk", {**LITE_DEMO, DEMO_DICTIONARY: STOCK_DICTIONARY})
    said = refusal(project, app, Pitfall.APP_DICTIONARY_DIFFERS)
    assert (
        '1 of 4 characters differ; line 2 (class 2) is "C" (U+0043), expected "B" (U+0042)' in said
    )
