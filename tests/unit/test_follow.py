"""A file of events is read as it grows, whatever state it is in."""

import json
import threading
import time
from pathlib import Path

import pytest

from pipeline.record import follow
from pipeline.record.events import Envelope, EventLog, Noted
from pipeline.record.follow import Follower
from support.patience import PATIENCE

RECORDED = sorted((Path(__file__).parents[1] / "data/recorded/state/runs").glob("*/events.jsonl"))

TIME = "2026-01-01T00:00:00+00:00"


def line(number: int, text: str = "x") -> bytes:
    return (Envelope(number, TIME, "run-1", "", Noted(text)).encode() + "\n").encode("ascii")


def note(number: int) -> Noted:
    return Noted(f"{number} {'x' * 100}")


def add(path: Path, data: bytes) -> None:
    with path.open("ab") as stream:
        stream.write(data)


def numbers(envelopes: list[Envelope]) -> list[int]:
    return [item.seq for item in envelopes]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "events.jsonl"


def test_each_event_is_given_once_as_the_file_grows(path: Path) -> None:
    follower = Follower(path)
    assert follower.read() == [], "it is not there yet"
    add(path, line(0) + line(1))
    assert numbers(follower.read()) == [0, 1]
    assert follower.read() == []
    add(path, line(2))
    assert numbers(follower.read()) == [2]
    assert follower.skipped == 0


def test_line_is_given_when_it_is_whole(path: Path) -> None:
    follower, whole = Follower(path), line(0)
    for byte in whole[:-1]:
        add(path, bytes([byte]))
        assert follower.read() == []
    add(path, b"\n")
    assert numbers(follower.read()) == [0]


def test_limit_leaves_the_rest_for_the_next_time(path: Path) -> None:
    path.write_bytes(b"".join(line(number) for number in range(25)))
    follower = Follower(path)
    portions = [numbers(follower.read(10)) for _ in range(4)]
    assert portions == [list(range(10)), list(range(10, 20)), list(range(20, 25)), []]


@pytest.mark.parametrize(
    "foreign",
    [
        b"", b"not JSON", b"[]", b'{"seq": 1}', line(9)[:-20], b"\xff\x00\xe9",
        line(1)[:-1].replace(b'"note"', b'"telepathy"'),
        line(1)[:-1].replace(b'"seq": 1', b'"seq": "1"'),
        line(1)[:-1].replace(b'"x"', b"7"),
        line(1)[:-1].replace(b'"note"', b'"progress", "done": "all", "total": 1, "unit": "u"'),
    ],
)  # fmt: skip
def test_what_is_not_an_event_is_passed_over_and_counted(path: Path, foreign: bytes) -> None:
    path.write_bytes(line(0) + foreign + b"\n" + line(1))
    follower = Follower(path)
    assert numbers(follower.read()) == [0, 1]
    assert follower.skipped == 1


def test_file_that_becomes_shorter_is_read_again_from_its_start(path: Path) -> None:
    follower = Follower(path)
    path.write_bytes(line(0) + line(1) + b'{"half')
    follower.read()
    path.write_bytes(line(5))
    assert (numbers(follower.read()), follower.skipped) == ([5], 0)


def test_file_that_is_replaced_is_read_from_its_start(path: Path) -> None:
    follower = Follower(path)
    path.write_bytes(line(0))
    follower.read()
    other = path.with_name("other")
    other.write_bytes(line(7) + line(8) + line(9))
    other.replace(path)
    assert numbers(follower.read()) == [7, 8, 9]


def test_file_that_goes_away_is_waited_for(path: Path) -> None:
    follower = Follower(path)
    path.write_bytes(line(0))
    follower.read()
    path.unlink()
    assert follower.read() == []


def test_line_without_an_end_is_not_kept(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follow, "_BLOCK", 64)
    monkeypatch.setattr(follow, "_LONGEST", 500)
    path.write_bytes(line(0) + b"x" * 5000)
    follower = Follower(path)
    assert numbers(follower.read()) == [0]
    assert len(follower._rest) <= 500
    add(path, b"x" * 5000 + b"\n" + line(1))
    assert numbers(follower.read()) == [1]
    assert follower.skipped == 1


def test_nothing_new_costs_one_look_at_the_file(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path.write_bytes(line(0))
    follower = Follower(path)
    follower.read()
    opened: list[Path] = []
    monkeypatch.setattr(Path, "open", lambda self, *_: opened.append(self))
    assert follower.read() == [] and opened == []


def test_reader_and_writers_at_the_same_time_lose_nothing(path: Path) -> None:
    log = EventLog(path, "run-1", lambda _envelope: None)

    def talk(name: str) -> None:
        for number in range(300):
            log.say(note(number), name)

    talkers = [threading.Thread(target=talk, args=(name,)) for name in ("a", "b", "c")]
    for talker in talkers:
        talker.start()
    follower, heard, deadline = Follower(path), list[Envelope](), time.monotonic() + PATIENCE
    while len(heard) < 900 and time.monotonic() < deadline:
        heard += follower.read(50)
    log.close()
    assert numbers(heard) == list(range(900)) and follower.skipped == 0
    for name in ("a", "b", "c"):
        said = [item.event for item in heard if item.stage == name]
        assert said == [note(number) for number in range(300)]


@pytest.mark.parametrize("recorded", RECORDED, ids=lambda path: path.parent.name)
def test_recorded_run_is_read_whole(recorded: Path) -> None:
    follower = Follower(recorded)
    raw = [json.loads(text) for text in recorded.read_text().splitlines()]
    assert numbers(follower.read()) == [item["seq"] for item in raw] and raw
    assert follower.skipped == 0
