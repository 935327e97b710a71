"""What earlier runs left of each stage, from their records, or from the ledger where these are gone."""

import shutil
from pathlib import Path

from pipeline.record.runs import run_folder
from support.cli import NO_ENGINE
from support.recorded import CACHED_RUN, RUN
from tui.backend import Backend
from tui.views.past import Past, wanted_of
from tui.views.run import view_of


def past_of(recorded: Path, run: str) -> Past:
    view = view_of(run_folder(recorded / ".paddock", run))
    return Backend(recorded, NO_ENGINE).past(wanted_of(view))


def test_a_cached_stage_has_what_was_recorded_when_it_was_made(recorded: Path) -> None:
    cached = view_of(run_folder(recorded / ".paddock", CACHED_RUN)).stages["train"]
    stage = past_of(recorded, CACHED_RUN).with_record(cached)
    assert (stage.state, stage.made_in, stage.seconds) == ("cached", RUN, 71.42)
    assert stage.log and stage.log.is_file() and stage.curves["val_accuracy"]


def test_without_the_record_the_ledger_tells_what_it_knows(recorded: Path) -> None:
    shutil.rmtree(recorded / ".paddock" / "runs" / RUN)
    convert = past_of(recorded, CACHED_RUN).made["convert"]
    assert convert.seconds == 7.003 and convert.results["operators_after"] == 205
    assert "model_arm.nb" in [made.path for made in convert.artifacts]
    (recorded / ".paddock" / "ledger.jsonl").unlink()
    assert past_of(recorded, CACHED_RUN) == Past()


def test_only_what_ran_before_is_held_against_a_run(recorded: Path) -> None:
    assert past_of(recorded, RUN).last == {}
    last = past_of(recorded, CACHED_RUN).last
    assert last["verify"].seconds == 71.59
    assert last["export"].course.steps  # with the steps that it went through
