"""``paddock explain``: an entry by its ID, a guard with its pitfalls, near matches; no terminal is driven."""

from __future__ import annotations

import pytest

from pipeline.pitfalls import CATALOGUE
from pipeline.report.guards import GUARDS
from support.cli import call


def test_without_an_id_all_are_listed() -> None:
    done = call("explain")
    assert done.returncode == 0 and done.stderr == ""
    lines = done.stdout.splitlines()
    assert [line.split()[0] for line in lines] == [str(item.id) for item in CATALOGUE]


@pytest.mark.parametrize("entry", CATALOGUE, ids=lambda entry: str(entry.id))
def test_every_entry_is_explained_with_its_sources(entry: object) -> None:
    (item,) = [item for item in CATALOGUE if item is entry]
    done = call("explain", str(item.id))
    assert done.returncode == 0 and done.stderr == ""
    said = " ".join(done.stdout.split())
    for text in (item.title, item.cause, item.unnoticed, item.prints, item.remedy, *item.errors):
        assert " ".join(text.split()) in said
    for source in item.sources:
        assert source.url in done.stdout, "an address is not broken over two lines"
    assert all(line.isprintable() for line in done.stdout.split("\n"))


@pytest.mark.parametrize("guard", [guard.id for guard in GUARDS])
def test_every_guard_is_explained_with_its_pitfalls(guard: str) -> None:
    done = call("explain", guard)
    assert done.returncode == 0
    (row,) = [row for row in GUARDS if row.id == guard]
    assert all(str(pitfall) in done.stdout for pitfall in row.pitfalls)


def test_slip_of_the_finger_is_answered_with_what_was_meant() -> None:
    done = call("explain", "stoknb")
    assert done.returncode == 2 and done.stdout == ""
    assert "there is no pitfall and no guard 'stoknb'" in done.stderr
    assert "did you mean: stock-nb" in done.stderr


def test_name_that_is_nothing_like_ours_cannot_drive_the_terminal() -> None:
    done = call("explain", "\x1b[2J\u202exyzzy")
    assert done.returncode == 2 and "\x1b" not in done.stderr and "\u202e" not in done.stderr
    assert "paddock explain" in done.stderr


def test_chinese_lines_are_folded_by_cells() -> None:
    done = call("explain", "dictionary-crlf", "--lang", "zh_CN")
    assert done.returncode == 0 and "https://" in done.stdout
