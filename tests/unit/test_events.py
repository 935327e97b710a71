"""Events: what is written is what is read, in order, on the disk first."""

import dataclasses
import json
from pathlib import Path

import pytest

from pipeline.record import events
from pipeline.record.events import AnyEvent, Envelope, EventLog, Noted
from stages import contract
from stages.contract import decode_event, encode_event
from stages.message import msg

TIME = "2026-01-01T00:00:00+00:00"
HOSTILE = "\x1b[31m\n\r\u202e\ud800 [red]ä"
EVERY_EVENT: tuple[AnyEvent, ...] = (
    events.RunStarted("plates", "/p", 7, "host", "unix:///s", "0.1.0"),
    events.SweepPlanned(("a", "b"), 2, {"a": {"train.seed": 1}}, {"a": 3.5}),
    events.MemberStarted("a", "run-1"),
    events.MemberEnded("a", {"name": "a", "state": "failed"}, "train", msg("why")),
    events.MemberPlaced("a", "node-1", "running", 2),
    events.StagePlanned("run", "never run", "k"),
    events.StageStarted("k", "never run", "sha256:i", "/log"),
    events.StageCached("k", "run-1"),
    events.StageSkipped("not needed"),
    events.StageFinished("k", 1.5, {"accuracy": 0.9, "lines": {"train": 3}}),
    events.Noted(HOSTILE),
    events.ResourcesUsed(1.25, 3_000_000, 8_000_000_000),
    events.RunFailed(3, HOSTILE, "here", "do", ("cause", "its cause")),
    events.Delivered("/out", ("a.nb", "b.nb")),
    events.RunFinished(1, 2.5, "fail", ("one", "two")),
    contract.Progress(1, 10, "images", "features"),
    contract.Metric("loss", 0.25, 3),
    contract.ArtifactMade("a.nb", 3, "m", "s"),
    contract.Warned(HOSTILE, "train.txt:3"),
    contract.Failed(5, HOSTILE, "here", "do"),
    contract.EnvironmentRead({"python": "3.10.12"}),
)


def test_no_event_is_left_out_above() -> None:
    assert {type(event) for event in EVERY_EVENT} == set(events._TYPES.values())


def test_no_event_says_what_the_envelope_says() -> None:
    """Both are in one object, and the envelope's would win."""
    taken = {"seq", "time", "run", "stage", "member", "project_folder", "type"}
    fields = {
        cls: {field.name for field in dataclasses.fields(cls)} for cls in events._TYPES.values()
    }
    assert {cls for cls, names in fields.items() if names & taken} == set()


@pytest.mark.parametrize("event", EVERY_EVENT, ids=lambda event: type(event).__name__)
def test_round_trip(event: AnyEvent) -> None:
    envelope = Envelope(3, "2026-01-01T00:00:00.000+00:00", "run-1", "train", event)
    line = envelope.encode()
    assert line.isascii() and "\n" not in line
    assert Envelope.decode(line) == envelope


@pytest.mark.parametrize(
    "event",
    [it for it in EVERY_EVENT if isinstance(it, contract.StageEvent)],
    ids=lambda event: type(event).__name__,
)
def test_round_trip_of_what_a_stage_says(event: contract.StageEvent) -> None:
    line = encode_event(event)
    assert line.isascii() and "\n" not in line
    assert decode_event(line) == event


@pytest.mark.parametrize(
    "line",
    [
        "",
        "epoch 3, loss 0.2",
        "null",
        "[]",
        "7",
        '"progress"',
        "{}",
        '{"type": "nonsense"}',
        '{"type": ["progress"]}',
        '{"type": "progress", "done": 1}',
        '{"type": "metric", "name": "x"',
        "\x1b[31m",
    ],
)
def test_what_is_not_an_event_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match="not a stage event"):
        decode_event(line)
    with pytest.raises(ValueError, match="not a run event"):
        Envelope.decode(line)


@pytest.mark.parametrize(
    "time", ["", "yesterday", "2026-01-01T00:00:00", "2026-13-01T00:00:00+00:00"]
)
def test_an_event_of_no_moment_is_refused(time: str) -> None:
    with pytest.raises(ValueError, match="not a run event"):
        Envelope.decode(Envelope(0, time, "r", "", Noted("x")).encode())


def test_fields_of_a_later_version_are_passed_over() -> None:
    line = Envelope(0, TIME, "r", "s", Noted("x")).encode()
    assert Envelope.decode(line.replace("{", '{"more": 2, ')).event == Noted("x")


def test_log_is_numbered_and_on_the_disk_before_anybody_hears(tmp_path: Path) -> None:
    path = tmp_path / "runs" / "run-1" / "events.jsonl"
    heard: list[tuple[int, int]] = []

    def listen(envelope: Envelope) -> None:
        heard.append((envelope.seq, len(path.read_bytes().splitlines())))

    log = EventLog(path, "run-1", listen)
    for number in range(5):
        log.say(Noted(f"{number}"), "train" if number else "")
    log.close()
    assert heard == [(number, number + 1) for number in range(5)]
    written = [Envelope.decode(line) for line in path.read_text().splitlines()]
    assert [item.seq for item in written] == [0, 1, 2, 3, 4]
    assert [item.stage for item in written] == ["", "train", "train", "train", "train"]
    assert sorted(item.time for item in written) == [item.time for item in written]


def test_envelope_has_the_documented_fields() -> None:
    raw = json.loads(Envelope(0, TIME, "r", "s", Noted("x")).encode())
    assert list(raw) == ["seq", "time", "run", "stage", "type", "message"]


def test_line_of_a_sweep_carries_the_members_name(tmp_path: Path) -> None:
    heard: list[Envelope] = []
    log = EventLog(tmp_path / "events.jsonl", "run-1", heard.append, "seed=1")
    log.say(Noted("x"), "train")
    log.close()
    (line,) = (tmp_path / "events.jsonl").read_text().splitlines()
    assert json.loads(line)["member"] == "seed=1"
    assert Envelope.decode(line) == heard[0] and heard[0].member == "seed=1"
    assert "member" not in json.loads(Envelope(0, TIME, "r", "s", Noted("x")).encode())
