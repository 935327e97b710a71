"""Searching a file: in one pass or as it grows, the same lines are found."""

import os
from itertools import pairwise
from pathlib import Path

import pytest

from support.chance import chance_of
from tui.logs.cleaning import shown
from tui.logs.reading import CHUNK, cut_line, walk
from tui.logs.search import Batch, Pattern, Search


def search_through(path: Path, search: Search) -> list[int]:
    """Let the search go on to the file's end; return all it has found."""
    descriptor = os.open(path, os.O_RDONLY)
    search.run(descriptor, path.stat().st_size, search.take, lambda: False)
    return list(search.lines)


def lowered(path: Path) -> list[str]:
    """Return the lines as they are shown, in small letters."""
    lines = path.read_bytes().removesuffix(b"\n").split(b"\n")
    return [shown(cut_line(line)).lower() for line in lines]


def matching(lines: list[str], term: str) -> list[int]:
    return [number for number, line in enumerate(lines) if term in line]


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


def test_all_matching_lines_are_found(tmp_path: Path) -> None:
    path = write_log(tmp_path / "a.log", 5)
    lines = lowered(path)
    for term in ("error", "错误", "9", "done", "nowhere", "plain line 77", "long"):
        assert search_through(path, Search(term)) == matching(lines, term), term


def test_a_search_goes_on_with_what_is_added(tmp_path: Path) -> None:
    whole = write_log(tmp_path / "whole.log", 7).read_bytes()
    path, search = tmp_path / "a.log", Search("error")
    chance, done = chance_of(2), 0
    while done < len(whole):
        size = chance.choice((3, 50, 5000, 200_000))
        with path.open("ab") as stream:
            stream.write(whole[done : done + size])
        done += size
        search_through(path, search)
        assert search.scanned == min(done, len(whole))
    assert list(search.lines) == matching(lowered(path), "error")


def test_an_open_line_is_looked_at_again(tmp_path: Path) -> None:
    path, search = tmp_path / "a.log", Search("10%")
    path.write_bytes(b"start\n10%")
    assert search_through(path, search) == [1]
    with path.open("ab") as stream:
        stream.write(b"\r20%")
    assert search_through(path, search) == []


def test_what_hides_between_escape_codes_is_found(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.write_bytes(b"a\nout of \x1b[1mmem\x1b[0mory\nb\n")
    assert search_through(path, Search("memory")) == [1]


def test_case_counts_only_with_capitals() -> None:
    assert Pattern("error").is_in(b"ERROR: x")
    assert not Pattern("Error").is_in(b"ERROR: x")
    assert Pattern("größe").is_in("GRÖSSE GRÖßE".replace("SS", "ß").encode())


def test_what_is_searched_is_no_expression() -> None:
    assert Pattern("[1/3]").spans("epoch [1/3]") == [(6, 11)]
    assert not Pattern("a.c").is_in(b"abc")


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
    Search("9").run(descriptor, path.stat().st_size, told.append, lambda: True)
    assert told == []
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(descriptor)


def test_matches_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.logs.search.MOST_MATCHES", 100)
    path = write_log(tmp_path / "a.log", 3)
    search = Search("1")
    assert len(search_through(path, search)) == 100
    assert not search.is_behind(10**9)


def test_next_and_previous_go_round() -> None:
    search = Search("x")
    assert search.next(3) is None
    assert search.previous(3) is None
    search.lines.extend([2, 5, 9])
    assert [search.next(line) for line in (0, 2, 8, 9)] == [2, 5, 9, 2]
    assert [search.previous(line) for line in (0, 2, 3, 99)] == [9, 9, 2, 9]
    assert [search.number(line) for line in (2, 3, 9)] == [1, 0, 3]
