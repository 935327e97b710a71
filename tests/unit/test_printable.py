from __future__ import annotations

import pytest

from stages.text.printable import code_point, printable, quoted


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain é 中", "plain é 中"),
        ("\x1b[31mred", r"\x1b[31mred"),
        ("a\nb\tc\r", r"a\nb\tc\r"),
        ("\u202eevil", r"\u202eevil"),
        ("\x9b", r"\x9b"),
        ("\U000e0001", r"\U000e0001"),
    ],
)
def test_what_does_not_print_is_escaped(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_long_text_is_cut() -> None:
    assert printable("x" * 100, 10) == "x" * 9 + "…"


def test_quoted_and_code_points() -> None:
    assert quoted("a\x07") == '"a\\x07"'
    assert code_point("é") == '"é" (U+00E9)'
    assert code_point("🇩🇪").endswith("(U+1F1E9 U+1F1EA)")
