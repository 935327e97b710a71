"""The page about the text UI names every key that there is."""

from __future__ import annotations

from key_table import PAGE, with_table


def test_the_page_has_the_keys_as_they_are() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert with_table(page) == page, "run: python scripts/key_table.py"
