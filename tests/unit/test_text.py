"""Untrusted text on one harmless line; sizes and times for people."""

import pytest

from pipeline.text import human_seconds, human_size, one_line, without_secrets
from stages.text.printable import code_point, printable, quoted


@pytest.mark.parametrize("text", ["AB0", "车牌 京A·12345", "ß é ñ", "👍", "[red]x[/red]", "a b"])
def test_plain_text_stays(text: str) -> None:
    assert one_line(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[2J", "\\x1b[2J"),
        ("a\nb", "a\\nb"),
        ("a\rb", "a\\rb"),
        ("a\tb", "a\\tb"),
        ("\x9b31m", "\\x9b31m"),
        ("\x00\x07\x08\x7f", "\\x00\\x07\\x08\\x7f"),
        ("\u202egnp", "\\u202egnp"),
        ("\u2066x\u2069", "\\u2066x\\u2069"),
        ("\u200b", "\\u200b"),
        ("\u2028\u2029\x85", "\\u2028\\u2029\\x85"),
        ("\ufeff", "\\ufeff"),
        ("\udcff", "\\udcff"),
        ("\U000e0041", "\\U000e0041"),
    ],
)
def test_what_could_drive_a_terminal_is_shown(text: str, shown: str) -> None:
    assert one_line(text) == shown


def test_every_code_point_becomes_printable() -> None:
    for code in (*range(0x3000), *range(0xD800, 0xE100), *range(0xFE00, 0x10000), 0xE0001):
        shown = one_line(chr(code))
        assert shown.isprintable() or shown.isspace(), hex(code)
        assert "\n" not in shown and "\x1b" not in shown


@pytest.mark.parametrize(
    ("size", "said"),
    [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (7_760_000, "7.8 MB"), (5e13, "50000.0 GB")],
)
def test_sizes(size: float, said: str) -> None:
    assert human_size(int(size)) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.04, "0.0 s"), (9.94, "9.9 s"), (9.96, "10 s"), (42, "42 s"), (59.6, "1 min 00 s"),
        (187, "3 min 07 s"),
    ],
)  # fmt: skip
def test_times(seconds: float, said: str) -> None:
    assert human_seconds(seconds) == said


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("https://user:secret@host/m.tar?token=secret#secret", "https://host/m.tar"),
        ("https://secret@host:8443/m.tar", "https://host:8443/m.tar"),
        ("ssh://me:secret@host", "ssh://host"),
        ("ssh://me@host:22", "ssh://me@host:22"),
        ("unix:///var/run/docker.sock", "unix:///var/run/docker.sock"),
        ("https://host/a@b", "https://host/a@b"),
        ("tcp://u:p@h\x1b[2J", "tcp://h\\x1b[2J"),
    ],
)
def test_of_an_address_no_secret_is_said(address: str, said: str) -> None:
    assert without_secrets(address) == said


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


def test_what_is_printed_is_cut_and_quoted_and_has_its_code_points() -> None:
    assert printable("x" * 100, 10) == "x" * 9 + "…"
    assert quoted("a\x07") == '"a\\x07"'
    assert code_point("é") == '"é" (U+00E9)'
    assert code_point("🇩🇪").endswith("(U+1F1E9 U+1F1EA)")
