"""Cached results are hashed while the inputs still are, and nothing is taken before that is over."""

import threading
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import cast

import pytest

from pipeline.engine.connection import Engine
from pipeline.errors import IntegrityFailed, UsageError
from pipeline.integrity.record import result_files
from pipeline.plan.stages import STAGES
from pipeline.plan.workspace import Workspace
from pipeline.project import load_project
from pipeline.record.events import Envelope, EventLog, Noted
from pipeline.record.ledger import Entry, Ledger
from pipeline.run import recheck
from pipeline.run.connect import Connected
from pipeline.run.place import Place
from pipeline.run.recheck import Recheck
from pipeline.run.rehash import Rehashed
from stages.contract import Digests
from support.plans import pretend_run
from support.projects import write_project

HERE = cast(Place, object())

#: The stages that made something: the project asks for no weights of fewer bits.
MADE = tuple(stage for stage in STAGES if stage != "quantize")


class Volume:
    """Stands for the workspace: what a container would find there, and which folders were asked for."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.files: dict[PurePosixPath, Digests | None] = {
            file.place_in_container: file.digests
            for entry in entries
            for file in result_files(entry)
        }
        self.asked: list[list[str]] = []
        self.gate, self.was_killed = threading.Event(), False
        self.gate.set()

    def rehash(
        self, _place: Place, folders: Iterable[PurePosixPath], stop: Callable[[], int]
    ) -> Rehashed:
        """Answer as the container does, when the gate is open or it is killed."""
        asked = list(folders)
        self.asked.append([folder.parent.name for folder in asked])
        while not self.gate.wait(0.01):
            if stop() > 1:
                self.was_killed = True
                return Rehashed({})
        files = self.files.items()
        return Rehashed({path: found for path, found in files if set(path.parents) & set(asked)})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = write_project(tmp_path / "p")
    pretend_run(made)
    return made


@pytest.fixture
def connected(folder: Path) -> Connected:
    ledger = Ledger(folder / ".paddock" / "ledger.jsonl")
    engine, workspace = cast(Engine, None), cast(Workspace, None)
    return Connected(load_project(folder), engine, workspace, "volume@1", ledger)


@pytest.fixture
def volume(connected: Connected, monkeypatch: pytest.MonkeyPatch) -> Volume:
    made = Volume(connected.ledger.entries)
    monkeypatch.setattr(recheck, "rehash", made.rehash)
    monkeypatch.setattr(Recheck, "_place", lambda _self: HERE)
    return made


def checks(connected: Connected, tmp_path: Path, heard: list[Envelope]) -> Recheck:
    return Recheck(connected, EventLog(tmp_path / "events.jsonl", "run-2", heard.append), lambda: 0)


def test_what_is_taken_was_hashed_in_one_go(
    connected: Connected, volume: Volume, tmp_path: Path
) -> None:
    heard: list[Envelope] = []
    with checks(connected, tmp_path, heard) as found:
        found.begin(STAGES)
        found.results(connected.ledger.entries, HERE)
        found.results(connected.ledger.entries, HERE)
    assert volume.asked == [list(MADE)]
    (said,) = [item.event.message for item in heard if isinstance(item.event, Noted)]
    assert said.startswith("hashed ")


def test_what_is_taken_and_was_not_hashed_early_is_hashed_then(
    connected: Connected, volume: Volume, tmp_path: Path
) -> None:
    with checks(connected, tmp_path, []) as found:
        found.begin(STAGES[:2])
        found.results(connected.ledger.entries, HERE)
    assert volume.asked == [list(STAGES[:2]), list(MADE[2:])]


def test_results_of_another_volume_are_not_hashed_early(
    connected: Connected, volume: Volume, tmp_path: Path
) -> None:
    other = replace(connected, volumes="volume@2")
    with checks(other, tmp_path, []) as found:
        found.begin(STAGES)
    assert volume.asked == []


def test_a_changed_byte_that_was_found_early_refuses_the_run(
    connected: Connected, volume: Volume, tmp_path: Path
) -> None:
    path = next(iter(volume.files))
    volume.files[path] = Digests(3, "", "0" * 64)
    with checks(connected, tmp_path, []) as found, pytest.raises(IntegrityFailed):
        found.begin(STAGES)
        found.results(connected.ledger.entries, HERE)


def test_a_changed_result_that_is_not_taken_refuses_nothing(
    connected: Connected, volume: Volume, tmp_path: Path
) -> None:
    first, *others = connected.ledger.entries
    volume.files[result_files(first)[0].place_in_container] = Digests(3, "", "0" * 64)
    with checks(connected, tmp_path, []) as found:
        found.begin(STAGES)
        found.results(others, HERE)


def test_a_run_that_fails_meanwhile_waits_for_no_container(
    connected: Connected, volume: Volume, tmp_path: Path
) -> None:
    volume.gate.clear()
    with pytest.raises(UsageError), checks(connected, tmp_path, []) as found:
        found.begin(STAGES)
        raise UsageError("an image is missing")
    assert volume.was_killed
