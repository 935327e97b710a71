"""docs/dictionaries.md has the table that is compared with PaddleOCR inside the images."""

from __future__ import annotations

from dictionaries import PAGE, table_of
from support.dictionary_table import RECORDED, digest


def test_the_page_has_the_table_that_was_compared() -> None:
    assert digest(table_of(PAGE.read_text(encoding="utf-8"))) == RECORDED, "make dictionaries"
