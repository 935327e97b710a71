"""The catalogue of pitfalls: complete, sourced, found by what somebody types, and written down in docs."""

from __future__ import annotations

import re

import pytest

from pipeline.pitfalls import CATALOGUE, find, guards_of, nearest
from pipeline.report.guards import GUARDS
from pitfalls_page import PAGE, page
from stages.pitfalls import Pitfall


def test_every_id_has_one_entry_in_the_order_of_a_deployment() -> None:
    assert [item.id for item in CATALOGUE] == list(Pitfall)


def test_every_entry_says_everything_and_names_where_it_was_met() -> None:
    for item in CATALOGUE:
        assert item.title and item.symptoms and item.cause and item.unnoticed, item.id
        assert item.prints and item.remedy and item.sources, item.id
        for source in item.sources:
            assert re.fullmatch(r"https://[a-z0-9.-]+/\S+", source.url), source
            assert source.thread and source.says, source


def test_every_pitfall_has_a_guard_that_the_report_shows() -> None:
    assert [str(item.id) for item in CATALOGUE if not guards_of(str(item.id))] == []


def test_ids_of_guards_are_unique() -> None:
    ids = [guard.id for guard in GUARDS]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("name", ["stock-nb", "STOCK_NB", " stock-nb "])
def test_found_as_it_is_written_anywhere(name: str) -> None:
    subject = find(name)
    assert subject and [str(item.id) for item in subject.entries] == ["stock-nb"]


def test_guard_brings_the_pitfalls_that_it_watches_for() -> None:
    subject = find("export-lineage")
    assert subject and subject.guard and subject.guard.id == "export-lineage"
    assert Pitfall.SHAPE_MISMATCH in [item.id for item in subject.entries]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("crlf", "dictionary-crlf"), ("stok-nb", "stock-nb"), ("swish", "swish-without-beta")],
)
def test_near_matches(typed: str, meant: str) -> None:
    assert find(typed) is None
    assert meant in nearest(typed)


def test_nothing_is_near_what_is_no_word_of_ours() -> None:
    assert nearest("xyzzy") == ()
    assert nearest("") == ()


def test_page_is_the_catalogue() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python scripts/pitfalls_page.py"
