"""Lines by number, whatever happens to the file, and in little memory."""

import os
import sys
from pathlib import Path

import pytest

from support.chance import chance_of
from tui.logs.file import BLOCK, LineIndex, LogFile
from tui.logs.reading import LONGEST_LINE


def read_all(file: LogFile) -> None:
    file.poll()
    while file.unread:
        file.poll()


def texts(file: LogFile) -> list[bytes]:
    return [file.line(number) for number in range(file.lines)]


@pytest.mark.parametrize("seed", range(8))
def test_every_line_is_found_wherever_blocks_end(tmp_path: Path, seed: int) -> None:
    chance = chance_of(seed)
    lengths = [chance.choice((0, 1, 80, BLOCK - 1, BLOCK, BLOCK + 1)) for _ in range(60)]
    lines = [bytes([97 + number % 26]) * length for number, length in enumerate(lengths)]
    path = tmp_path / "a.log"
    path.write_bytes(b"\n".join(lines) + b"\n" * (seed % 2))
    expected = path.read_bytes().removesuffix(b"\n").split(b"\n")
    file = LogFile(path)
    read_all(file)
    assert texts(file) == expected


def test_fed_in_any_pieces_an_index_is_the_same() -> None:
    data = b"".join(b"%d\n" % number for number in range(40_000))
    whole, pieces = LineIndex(), LineIndex()
    whole.feed(data)
    chance, done = chance_of(1), 0
    while done < len(data):
        size = chance.randrange(1, 9000)
        pieces.feed(data[done : done + size])
        done += size
    assert pieces.lines == whole.lines == 40_000
    assert [pieces.block_of(n) for n in range(1, 40_001, 97)] == [
        whole.block_of(n) for n in range(1, 40_001, 97)
    ]


def test_there_is_no_line_end_beyond_the_last() -> None:
    index = LineIndex()
    index.feed(b"a\nb")
    assert index.lines == 2
    for number in (0, 2):
        with pytest.raises(IndexError):
            index.block_of(number)


def test_an_index_of_two_million_lines_is_small() -> None:
    index = LineIndex()
    for _ in range(200):
        index.feed(b"epoch 1, a line of a log\n" * 10_000)
    assert index.lines == 2_000_000
    assert sys.getsizeof(index._before) < 50_000


def test_an_open_last_line_grows(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.write_bytes(b"one\ntw")
    file = LogFile(path)
    assert file.poll() == "grown"
    assert texts(file) == [b"one", b"tw"]
    with path.open("ab") as stream:
        stream.write(b"o\nthree")
    assert file.poll() == "grown"
    assert texts(file) == [b"one", b"two", b"three"]
    assert file.poll() == "none"


def test_a_file_may_come_late_and_go_away(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    file = LogFile(path)
    assert file.poll() == "none"
    assert file.trouble == ""
    path.write_bytes(b"here\n")
    assert file.poll() == "grown"
    assert (texts(file), file.trouble) == ([b"here"], "")
    path.unlink()
    file.poll()
    assert file.trouble == "the file is gone"
    assert texts(file) == [b"here"]


@pytest.mark.parametrize("how", ["cut short", "cut short and longer", "replaced"])
def test_a_file_that_begins_again_is_read_again(tmp_path: Path, how: str) -> None:
    path = tmp_path / "a.log"
    path.write_bytes(b"old one\nold two\n")
    file = LogFile(path)
    read_all(file)
    if how == "replaced":
        other = tmp_path / "b"
        other.write_bytes(b"new one\nnew two\n")
        other.replace(path)
    else:
        path.write_bytes(b"new\n" * (1 if how == "cut short" else 100))
    assert file.poll() == "restarted"
    assert set(texts(file)) <= {b"new", b"new one", b"new two"}


def test_a_big_file_is_taken_in_slices(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.write_bytes(b"0123456\n" * 1_000_000)
    file = LogFile(path)
    file.poll()
    assert 0 < file.lines < 1_000_000
    read_all(file)
    assert file.lines == 1_000_000
    assert file.line(999_999) == b"0123456"


def test_a_line_of_a_megabyte_is_read_in_part(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.write_bytes(b"x" * 1_000_000 + b"\nnext\n")
    file = LogFile(path)
    read_all(file)
    assert 0 < len(file.line(0)) <= LONGEST_LINE
    assert file.line(1) == b"next"


def test_what_is_no_file_is_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", tmp_path):
        file = LogFile(path)
        assert file.poll() == "none"
        assert file.trouble == "not a regular file"


def test_a_file_cut_short_between_looks_gives_nothing_and_no_error(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.write_bytes(b"line\n" * 100_000)
    file = LogFile(path)
    read_all(file)
    os.truncate(path, 3)
    assert file.line(99_999) == b""
    assert file.shown(99_999) == ""


def test_lines_fetched_together_are_those_read_one_by_one(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.write_bytes(b"".join(b"\x1b[1mline\x1b[0m %d\n" % number for number in range(100)) + b"op")
    file, other = LogFile(path), LogFile(path)
    read_all(file)
    read_all(other)
    file.fetch(range(90, 120))
    assert [file.shown(n) for n in range(90, 101)] == [other.shown(n) for n in range(90, 101)]
    assert file.shown(99) == "line 99"
    with path.open("ab") as stream:
        stream.write(b"en\n")
    file.poll()
    assert file.shown(100) == "open"


def test_no_descriptor_is_left(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.write_bytes(b"line\n")
    before = len(list(Path("/proc/self/fd").iterdir()))
    file = LogFile(path)
    for number in range(5):
        path.write_bytes(b"other %d\n" % number)
        file.poll()
    file.close()
    assert len(list(Path("/proc/self/fd").iterdir())) == before
