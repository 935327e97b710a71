"""Searching a file: in one pass or as it grows, the same lines are found."""

from __future__ import annotations

import os
from itertools import pairwise
from pathlib import Path

import pytest

from support.chance import chance_of
from tui.logs import rows
from tui.logs.cleaning import shown
from tui.logs.document import Document, Hunt
from tui.logs.hunting import hunt_on
from tui.logs.pattern import Pattern, is_plain
from tui.logs.reading import CHUNK, cut_line, walk
from tui.logs.rows import Matches
from tui.logs.scan import Batch


def hunt_through(path: Path, hunt: Hunt) -> list[int]:
    """Let the hunt go on to the file's end; return all it has found."""
    descriptor = os.open(path, os.O_RDONLY)
    hunt_on(hunt, descriptor, path.stat().st_size, hunt.matches.take, lambda: False)
    return list(hunt.matches.lines)


def expected(path: Path, *terms: str) -> list[int]:
    lines = path.read_bytes().removesuffix(b"\n").split(b"\n")
    texts = [shown(cut_line(line)).text.lower() for line in lines]
    return [number for number, text in enumerate(texts) if all(term in text for term in terms)]


def write_log(path: Path, seed: int, lines: int = 9000) -> Path:
    """Write some of everything: plain stretches, escapes, long lines, progress."""
    chance = chance_of(seed)
    kinds = [b"plain line %d", b"\x1b[31mError\x1b[0m %d", "错误 %d".encode(), b"10%%\r%d done"]
    with path.open("wb") as stream:
        for number in range(lines):
            kind = kinds[0] if number < lines // 2 else chance.choice(kinds)
            stream.write(kind % number + b"\n")
            if chance.random() < 0.001:
                stream.write(b"long " + b"x" * chance.choice((CHUNK // 2, CHUNK + 5)) + b"\n")
    return path


@pytest.mark.parametrize("term", ["error", "错误", "9", "done", "nowhere", "plain line 77", "long"])
def test_all_matching_lines_are_found(tmp_path: Path, term: str) -> None:
    path = write_log(tmp_path / "a.log", 5)
    assert hunt_through(path, Hunt(Pattern(term))) == expected(path, term)


def test_several_patterns_must_all_match(tmp_path: Path) -> None:
    path = write_log(tmp_path / "a.log", 6)
    assert hunt_through(path, Hunt(Pattern("7"), Pattern("error"))) == expected(path, "7", "error")


def test_a_search_goes_on_with_what_is_added(tmp_path: Path) -> None:
    whole = write_log(tmp_path / "whole.log", 7).read_bytes()
    path, hunt = tmp_path / "a.log", Hunt(Pattern("error"))
    chance, done = chance_of(2), 0
    while done < len(whole):
        size = chance.choice((3, 50, 5000, 200_000))
        with path.open("ab") as stream:
            stream.write(whole[done : done + size])
        done += size
        hunt_through(path, hunt)
        assert hunt.matches.scanned == min(done, len(whole))
    assert list(hunt.matches.lines) == expected(path, "error")


def test_an_open_line_is_looked_at_again(tmp_path: Path) -> None:
    path, hunt = tmp_path / "a.log", Hunt(Pattern("10%"))
    path.write_bytes(b"start\n10%")
    assert hunt_through(path, hunt) == [1]
    with path.open("ab") as stream:
        stream.write(b"\r20%")
    assert hunt_through(path, hunt) == []


def test_what_hides_between_escape_codes_is_found(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.write_bytes(b"a\nout of \x1b[1mmem\x1b[0mory\nb\n")
    assert hunt_through(path, Hunt(Pattern("memory"))) == [1]


def test_case_counts_only_with_capitals() -> None:
    assert Pattern("error").is_in("ERROR: x")
    assert not Pattern("Error").is_in("ERROR: x")
    assert Pattern("größe").is_in("GRÖSSE GRÖßE".replace("SS", "ß"))


def test_what_is_searched_is_no_expression() -> None:
    assert Pattern("[1/3]").spans("epoch [1/3]") == [(6, 11)]
    assert not Pattern("a.c").is_in("abc")


def test_only_what_is_shown_as_it_is_counts_as_plain() -> None:
    assert is_plain(b"a line\nanother ~\n")
    for chunk in (b"\t", b"\r", b"\x1b", b"\x00", b"\x7f", "é".encode()):
        assert not is_plain(b"text" + chunk + b"\n")


def test_a_walk_gives_every_byte_once(tmp_path: Path) -> None:
    path = write_log(tmp_path / "a.log", 9)
    with path.open("rb") as stream:
        pieces = list(walk(stream.fileno(), 0, path.stat().st_size))
    assert pieces[0].start == 0
    assert pieces[-1].end == path.stat().st_size
    assert all(one.end == other.start for one, other in pairwise(pieces))
    assert sum(piece.count for piece in pieces) == path.read_bytes().count(b"\n")


def test_an_ended_search_stops_and_closes(tmp_path: Path) -> None:
    path = write_log(tmp_path / "a.log", 3)
    told: list[Batch] = []
    descriptor = os.open(path, os.O_RDONLY)
    size = path.stat().st_size
    hunt_on(Hunt(Pattern("9")), descriptor, size, lambda batch, _: told.append(batch), lambda: True)
    assert told == []
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(descriptor)


def test_matches_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("tui.logs.rows", "tui.logs.hunting"):
        monkeypatch.setattr(f"{module}.MOST_MATCHES", 100)
    path = write_log(tmp_path / "a.log", 3)
    hunt = Hunt(Pattern("1"))
    assert len(hunt_through(path, hunt)) == rows.MOST_MATCHES
    assert hunt.matches.is_full
    assert not hunt.is_behind(10**9)


def test_next_and_previous_go_round() -> None:
    matches = Matches()
    assert matches.next(3) is None
    assert matches.previous(3) is None
    matches.lines.extend([2, 5, 9])
    assert [matches.next(line) for line in (0, 2, 8, 9)] == [2, 5, 9, 2]
    assert [matches.previous(line) for line in (0, 2, 3, 99)] == [9, 9, 2, 9]
    assert [matches.number(line) for line in (2, 3, 9)] == [1, 0, 3]


def test_a_filter_decides_what_is_in_which_row(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.write_bytes(b"".join(b"line %d\n" % number for number in range(100)))
    document = Document(path)
    document.poll()
    document.filter = Hunt(Pattern("7"))
    hunt_through(path, document.filter)
    assert document.rows == 19
    assert document.shown(document.line_of(0)).text == "line 7"
    assert document.row_of(17) == 1
    assert document.row_of(18) == 2
    assert document.row_of(99) == 18
    assert document.rows_from(90) == 1
    document.filter = None
    assert (document.rows, document.line_of(5), document.row_of(500)) == (100, 5, 99)
