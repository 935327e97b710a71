"""A sweep's table ranks by validation, never by the test set, and says what it compares."""

import json
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import UsageError
from pipeline.sweep.deliver import render_markdown
from pipeline.sweep.table import Chosen, Row, load_table, ranked
from pipeline.sweep.words import choice, doubts, rows, setting_of, titles
from support.sweep_tables import row, table


def names(*rows: Row) -> list[str]:
    return [item.name for item in ranked(rows)]


def test_the_best_in_validation_is_first_whatever_the_test_says() -> None:
    assert names(row("a", 0.8, test=1.0), row("b", 0.9, test=0.1)) == ["b", "a"]
    assert names(row("a", test=0.1), row("b", test=0.9)) == ["a", "b"], "as they were planned"


def test_of_equals_the_smaller_is_first() -> None:
    assert names(row("a", size=100), row("b", size=50), row("c", 0.95, size=900)) == ["c", "b", "a"]


@pytest.mark.parametrize(
    "more",
    [
        {"validation": None},
        {"verdict": "fail-guard", "code": 5},
        {"verdict": "", "state": "failed"},
        {"verdict": "pass", "state": "failed", "code": 3},  # as it was delivered, the disk was full
    ],
)
def test_what_may_not_ship_or_was_not_trained_has_no_rank(more: dict[str, Any]) -> None:
    without = row(
        "a",
        size=1,
        **({} if "validation" in more else {"validation": 0.99}),
        **{key: value for key, value in more.items() if key != "validation"},
    )
    if "validation" in more:
        without = without.model_copy(update={"validation": None})
    first, last = ranked([without, row("b")])
    assert (first.name, first.rank, first.on_front) == ("b", 1, True)
    assert (last.name, last.rank, last.on_front) == ("a", None, False)


def test_the_front_has_what_nothing_beats_in_size_and_validation() -> None:
    rows = (
        row("large", 0.95, 900),
        row("beaten", 0.94, 901),
        row("middle", 0.9, 500),
        row("twin", 0.9, 500),
        row("worse twin", 0.89, 500),
        row("small", 0.7, 100, test=0.0),
        row("no size", 0.99, None),
    )
    front = {item.name for item in ranked(rows) if item.on_front}
    assert front == {"large", "middle", "twin", "small"}


def test_a_better_ned_alone_is_on_no_front_of_size_against_accuracy() -> None:
    large = row("large", size=900).model_copy(update={"validation": Chosen(accuracy=0.9, ned=1)})
    found = list(ranked([row("small", size=100), large]))
    assert [(it.name, it.on_front) for it in found] == [("large", False), ("small", True)]


def test_the_settings_in_which_members_differ_are_named() -> None:
    one = row("a", settings={"train.seed": 1, "train.epochs": 3, "model.image_shape": [3, 48, 320]})
    other = row("b", settings={"train.seed": 2, "model.image_shape": [3, 48, 320]})
    assert table(one, other).varied == ("train.epochs", "train.seed")


def test_the_choice_is_said_and_what_speaks_against_it() -> None:
    same = table(row("a", validation_set="x"), row("b", validation_set="x"))
    assert "the test set chooses nothing" in choice(same) and list(doubts(same)) == []
    other = table(row("a", validation_set="x"), row("b", validation_set="y"), jobs=2)
    first, second = doubts(other)
    assert "2 different sets" in first and "2 members ran at once" in second
    assert "no member has a rank" in choice(table(row("a", None)))


def test_markdown_shows_all_and_escapes_what_a_setting_holds() -> None:
    text = render_markdown(table(row("a", 0.875), row("b", settings={"train.seed": "<b>|"})))
    assert "| rank | member | validation |" in text and "| train.seed |" in text
    assert "87.50%" in text and "50.00% (40.0%-60.0%)" in text and "\\<b\\>\\|" in text


def test_json_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "sweep.json"
    made = table(row("a"), row("b", None, state="stopped", message="stopped"))
    path.write_text(made.dump())
    assert load_table(path) == made
    assert json.loads(made.dump())["ranked_by"] == "validation"
    for text in ("{}", "not JSON"):
        path.write_text(text)
        with pytest.raises(UsageError, match="not the table of a sweep"):
            load_table(path)
    with pytest.raises(UsageError, match="no table of a sweep yet"):
        load_table(tmp_path / "none.json")


def test_a_settings_value_is_written_as_in_the_file_wherever_it_is_shown() -> None:
    told = {
        "train.overrides": ["小"],
        "quantize.smooth": True,
        "train.seed": 3,
        "project.notes": "a b",
    }
    made = table(row("a", settings=told), row("b", settings={}))
    written = dict(zip(titles(made), rows(made)[0], strict=True))
    assert {name: written[name] for name in told} == {
        "train.overrides": '["小"]', "quantize.smooth": "true", "train.seed": "3", "project.notes": "a b",
    }  # fmt: skip
    assert [setting_of(made.rows[0], name) for name in sorted(told)] == [
        written[name] for name in sorted(told)
    ]
    assert setting_of(made.rows[1], "train.seed") == "as in paddock.toml"
