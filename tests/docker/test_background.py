"""A run in the background on a real engine: it goes on alone, says what ``--batch`` says, and stops."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.record.events import Envelope, ResourcesUsed, RunFailed, RunFinished
from pipeline.record.runs import RunFolder, list_runs, run_folder, summarise
from pipeline.run.background import Started, running, start, stop
from pipeline.run.options import Options
from stages.contract import EnvironmentRead
from support.background import events_of, finished, nothing_left_behind, starter, wait_until_running
from support.patience import PATIENCE, wait_for
from support.runs import Site, changed, run

pytestmark = [pytest.mark.docker, pytest.mark.images]

#: What a test changes so that a stage has to run, and that no other test has changed to the same.
TARGETS = 'targets = ["arm", "x86"]\nfp16 = false'
SHAPE = "image_shape = [3, 48, 320]"


@pytest.fixture(autouse=True)
def alone(official: Path) -> Iterator[None]:
    """Let no test's runner meet the next test."""
    with nothing_left_behind(official / ".paddock"):
        yield


def has_begun(own: RunFolder, stage: str) -> bool | None:
    """Return whether a stage's container is at work."""
    said = {item.stage for item in events_of(own) if isinstance(item.event, EnvironmentRead)}
    return True if stage in said else None


def shape(envelopes: list[Envelope]) -> list[tuple[str, str]]:
    """Return what a run said, without what differs between two runs."""
    return [(type(item.event).__name__, item.stage) for item in envelopes]


def code_of(envelopes: list[Envelope]) -> int:
    ended = envelopes[-1].event
    assert isinstance(ended, RunFinished)
    return ended.code


def in_background(folder: Path, options: Options | None = None) -> tuple[Started, list[Envelope]]:
    own = start(folder, options or Options(), os.environ)
    return own, finished(own.folder)


def test_run_goes_on_when_its_starter_is_killed(site: Site, official: Path) -> None:
    state = official / ".paddock"
    with changed(official, SHAPE, "image_shape = [3, 48, 480]"):
        with starter(official, os.environ) as began:
            own = run_folder(state, began.run)
            wait_for(lambda: has_begun(own, "verify"))
            began.kill()
        who = running(state)
        assert who is not None and who.run == began.run
        said = finished(own)
    assert code_of(said) == 0
    wait_for(lambda: running(state) is None)  # a moment after the last event
    assert site.containers(official) == []
    check_resources([item.event for item in said if isinstance(item.event, ResourcesUsed)])
    assert {item.stage for item in said if isinstance(item.event, ResourcesUsed)} <= {
        "data",
        "convert",
        "verify",
    }
    assert (own.path / "runner.log").read_text() == ""


def check_resources(used: list[ResourcesUsed]) -> None:
    assert used, "verify takes longer than two measurements"
    for item in used:
        assert 0 <= item.cpu <= (os.cpu_count() or 1) + 0.5
        assert 1_000_000 < item.memory <= item.memory_limit
    assert max(item.cpu for item in used) > 0.1


def test_background_and_batch_say_the_same(official: Path) -> None:
    assert run(official).code == 0, "after this one all is cached and delivered"
    own, said = in_background(official)
    batch = run(official)
    printed = [Envelope.decode(json.dumps(event)) for event in batch.events]
    assert own.process.wait() == batch.code == 0
    assert shape(said) == shape(printed)
    other = run_folder(official / ".paddock", printed[0].run)
    assert shape(events_of(other)) == shape(printed)
    assert summarise(own.folder).stages == summarise(other).stages


def test_every_run_that_compared_keeps_its_report(official: Path) -> None:
    cached, _ = in_background(official)
    with changed(official, "[convert]", "[verify]\nmin_accuracy = 1.0\n[convert]"):
        failed, said = in_background(official)
    assert code_of(said) == 1
    for own, verdict in ((cached, "pass"), (failed, "fail-accuracy")):
        assert own.folder.report is not None
        report = json.loads(own.folder.report.read_text(encoding="utf-8"))
        assert (report["run"], report["verdict"]) == (own.run, verdict)
        judged = summarise(own.folder).judgement
        assert (judged.verdict.value if judged else "") == verdict
    assert [item.name for item in list_runs(official / ".paddock")][:2] == [failed.run, cached.run]


@pytest.mark.parametrize("at_once", [False, True])
def test_stopped_run_ends_and_leaves_no_container(
    site: Site, official: Path, at_once: bool
) -> None:
    state = official / ".paddock"
    with changed(official, TARGETS, 'targets = ["x86", "arm"]\nfp16 = false'):
        own = start(official, Options(forced=frozenset({"convert"})), os.environ)
        wait_for(lambda: has_begun(own.folder, "convert"))
        assert stop(wait_until_running(state), at_once)
        said = finished(own.folder)
        assert own.process.wait(PATIENCE) == code_of(said) == 130
        wait_for(lambda: running(state) is None)
        assert site.containers(official) == []
        assert summarise(own.folder).stages["convert"] == "stopped"
        failed = next(item.event for item in said if isinstance(item.event, RunFailed))
        assert "the next run goes on from there" in failed.message
        assert code_of(in_background(official, Options(last="convert"))[1]) == 0
