"""The catalogue of pitfalls: complete, sourced, found by what somebody types, and written down in docs."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

import pytest

from pipeline.pitfalls import CATALOGUE, find, guards_of, nearest
from pipeline.report.guards import GUARDS
from pitfalls_page import PAGE, page
from sentences import sentences
from stages.pitfalls import Pitfall
from tui.language.sentences import Template, parse_template

ROOT = Path(__file__).parents[2]


def test_every_id_has_one_entry_in_the_order_of_a_deployment() -> None:
    assert [item.id for item in CATALOGUE] == list(Pitfall)


def test_every_entry_says_everything_and_names_where_it_was_met() -> None:
    for item in CATALOGUE:
        assert item.title and item.symptoms and item.cause and item.unnoticed, item.id
        assert item.prints and item.remedy and item.sources, item.id
        for source in item.sources:
            assert re.fullmatch(r"https://[a-z0-9.-]+/\S+", source.url), source
            assert source.thread and source.says, source


def test_what_paddock_prints_is_what_its_source_says() -> None:
    """An example that no template of ours fits is one of another version."""
    fitting = [template for template in templates() if template.letters >= _LETTERS]
    for item in CATALOGUE:
        first = item.prints.splitlines()[0]
        parts = (first, first.partition(": ")[2])  # a reason is told after its model's name
        known = [part for part in parts if part in texts() or fits(part, fitting)]
        assert known, f"{item.id}: {first}"


def fits(text: str, fitting: list[Template]) -> bool:
    return any(template.match(text) is not None for template in fitting)


#: Letters of a template that are no coincidence.
_LETTERS = 10


@lru_cache
def texts() -> frozenset[str]:
    """Return every sentence of the stages and the pipeline, f-strings as templates."""
    files = [path for room in ("stages", "pipeline") for path in (ROOT / room).rglob("*.py")]
    return frozenset(text for path in files for _line, text in sentences(path.read_text("utf-8")))


def templates() -> list[Template]:
    return [template for text in texts() if (template := parse_template(text, text))]


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
