"""A raw line made showable: nothing but text is left, and it is what a terminal would show in the end.

Which are warnings and errors is told as the programs in our images write them.
"""

import pytest
from rich.cells import cell_len

from support.chance import chance_of
from support.nasty import NASTY_LINES, is_harmless
from tui.logs.cleaning import LONGEST_SHOWN, clean, shown
from tui.logs.levels import Level, level_of
from tui.logs.reading import LONGEST_LINE, cut_line


@pytest.mark.parametrize(
    ("raw", "seen"), [line[1:] for line in NASTY_LINES], ids=[line[0] for line in NASTY_LINES]
)
def test_only_text_is_left(raw: bytes, seen: str) -> None:
    assert clean(raw) == seen
    assert is_harmless(clean(raw))


def test_random_bytes_never_leave_a_control_character() -> None:
    chance = chance_of(3)
    alphabet = b"\x1b\x1b[]P_\\;:0123456789mHJK\r\b\x07\x9b\x9d\xc2\x9b\t\x00ab \xff\xe4\xb8\xad"
    for _ in range(1000):
        raw = bytes(chance.choices(alphabet, k=chance.randrange(60)))
        assert is_harmless(clean(raw)), raw


def test_plain_text_stays_as_it_is() -> None:
    plain = "[2026-11-22] epoch: [3/30], acc: 0.91"
    assert clean(plain.encode()) == plain


def test_a_long_line_is_cut() -> None:
    assert shown(cut_line(b"x" * 1_000_000)) == "x" * LONGEST_SHOWN
    assert shown("中".encode() * 10_000) == "中" * LONGEST_SHOWN


def test_of_a_long_progress_line_the_end_is_shown() -> None:
    raw = b"".join(b"\r%6d/999999 [%s]" % (i, b"#" * 40) for i in range(20_000))
    assert len(raw) > LONGEST_LINE
    assert shown(cut_line(raw)).startswith(" 19999/999999")


@pytest.mark.parametrize(
    "raw",
    [b"\x1b]" * 30_000, b"\x1b[" * 30_000, "\x9d".encode() * 30_000, b"\x1bP" * 30_000, b"\r" * 60_000,
     b"\x1b[0" * 20_000, b"\b" * 60_000, b"a\r" * 30_000, ("e" + "\u0301" * 30_000).encode(), b"\t" * 60_000,
     b"\x00" * 60_000],
    ids=["osc", "csi", "c1", "dcs", "cr", "unfinished", "backspace", "folded", "marks", "tabs", "nul"],
)  # fmt: skip
def test_no_line_is_too_hard(raw: bytes) -> None:
    """Whoever backtracks endlessly takes hours here."""
    text = shown(cut_line(raw))
    assert is_harmless(text)
    assert cell_len(text) <= 2 * LONGEST_SHOWN


@pytest.mark.parametrize(
    ("line", "level"),
    [
        ("[2026/11/22 17:27:56] ppocr WARNING: Skipping import of the encryption module.", "warning"),
        ("WARNING: OMP_NUM_THREADS set to 2, not 1.", "warning"),
        ("/usr/lib/python3.10/site-packages/paddle/utils/cpp.py:711: UserWarning: No ccache", "warning"),
        ("W1122 17:27:56.123456    1 gpu_resources.cc:119] no GPU", "warning"),
        ("[W  11/22 17:27:56.123 ...lite/core/op_registry.cc] no kernel", "warning"),
        ("E1122 17:27:56.123456    1 analysis_predictor.cc:1] broken", "error"),
        ("[F 11/22 17:27:56.123 ...lite/core/program.cc] check failed", "error"),
        ("Traceback (most recent call last):", "error"),
        ("ValueError: 3 is not 4, and no WARNING", "error"),
        ("paddle.base.core_avx.EnforceNotMet: (External) Error: not found", None),
        ("[2026/11/22 17:27:56] ppocr INFO: warnings and errors so far: 0", None),
        ("Errors: 0, Warnings: none", None),
        ("x" * 300 + " ERROR", None),
        ("", None),
    ],
)  # fmt: skip
def test_level(line: str, level: Level | None) -> None:
    assert level_of(line) == level
