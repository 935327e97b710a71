"""What earlier runs left of each stage, from their records, or from the ledger where these are gone."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from pipeline.record.runs import run_folder
from support.cli import NO_ENGINE
from support.recorded import CACHED_RUN, RUN, recorded_project
from tui.backend import Backend
from tui.views.past import Past, wanted_of
from tui.views.run import view_of


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return recorded_project(tmp_path / "p", runs=(RUN, CACHED_RUN))


def past_of(folder: Path, run: str) -> Past:
    view = view_of(run_folder(folder / ".paddock", run))
    return Backend(folder, NO_ENGINE).past(wanted_of(view))


def test_a_cached_stage_has_what_was_recorded_when_it_was_made(folder: Path) -> None:
    cached = view_of(run_folder(folder / ".paddock", CACHED_RUN)).stages["train"]
    stage = past_of(folder, CACHED_RUN).with_record(cached)
    assert (stage.state, stage.made_in, stage.seconds) == ("cached", RUN, 71.42)
    assert stage.log and stage.log.is_file() and stage.curves["val_accuracy"]


def test_without_the_record_the_ledger_tells_what_it_knows(folder: Path) -> None:
    shutil.rmtree(folder / ".paddock" / "runs" / RUN)
    convert = past_of(folder, CACHED_RUN).made["convert"]
    assert convert.seconds == 7.003 and convert.results["operators_after"] == 205
    assert "model_arm.nb" in [made.path for made in convert.artifacts]
    (folder / ".paddock" / "ledger.jsonl").unlink()
    assert past_of(folder, CACHED_RUN) == Past()


def test_only_what_ran_before_is_held_against_a_run(folder: Path) -> None:
    assert past_of(folder, RUN).last == {}
    last = past_of(folder, CACHED_RUN).last
    assert last["verify"].seconds == 71.59
    assert last["export"].course.steps  # with the steps that it went through
