"""One line on what became of a stage, from what it left itself."""

from dataclasses import replace
from typing import Any

import pytest

from stages.contract import (
    ArtifactMade,
    ConvertMetrics,
    DataMetrics,
    ExportMetrics,
    Metrics,
    Progress,
    TrainMetrics,
    VerifyMetrics,
)
from stages.message import msg
from tui.views.results import results_of
from tui.views.run import StageView
from tui.views.story import story, told

TRAINED = TrainMetrics(
    accuracy=1.0,
    ned=1.0,
    best_epoch=9,
    epochs=30,
    epochs_run=14,
    stopped_because="early stopping",
    samples_per_s=50.0,
    learned={"backbone": 0, "head": 2},
    parameters={"backbone": 595, "head": 2},
)
CONVERTED = ConvertMetrics(338, 205, {}, {}, "v2.13-rc", 2e-6)


def made(name: str, size: int) -> ArtifactMade:
    return ArtifactMade(name, size, "0" * 32, "0" * 64)


def done(stage: str, metrics: Metrics, **more: Any) -> StageView:
    return StageView(stage, state="done", results=metrics.dump(), **more)


@pytest.mark.parametrize(
    ("stage", "parts"),
    [
        (
            done("data", DataMetrics({"train": 24, "test": 16}, 0, 0, characters=36)),
            ("40 lines", "36 characters"),
        ),
        (
            done("data", DataMetrics({"test": 24}, 0, 0, boxes={"test": 700})),
            ("24 pages", "700 text boxes"),
        ),
        (
            done("data", DataMetrics({"test": 3}, 0, 0, orientations={"0": 2, "180": 1})),
            ("3 lines", "2 turned by 0", "1 turned by 180"),
        ),
        (done("train", TRAINED), ("100.00% at epoch 9 of 30", "stopped early at epoch 14")),
        (
            done("train", replace(TRAINED, best_epoch=0, epochs_run=30)),
            ("100.00%, no epoch was better",),
        ),
        (
            done("export", ExportMetrics(338, 234, 0.0)),
            ("equal to the checkpoint", "338 operators"),
        ),
        (
            done("export", ExportMetrics(338, 234, 6e-5)),
            ("checkpoint within 6e-05", "338 operators"),
        ),
        (
            done("export", ExportMetrics(339, 234, 6e-5, images_compared=32, strings_equal=31)),
            ("reads as PIR on 31 of 32", "339 operators"),
        ),
        (
            done("export", ExportMetrics(339, 234, 2e-5, images_compared=32)),
            ("PIR model within 2e-05", "339 operators"),
        ),
        (
            done(
                "convert",
                CONVERTED,
                artifacts=[
                    made("lineage.json", 9),
                    made("model_arm.nb", 7_740_000),
                    made("model_arm-int8.nb", 2_100_000),
                ],
            ),
            ("arm 7.7 MB", "arm-int8 2.1 MB", "338 → 205 operators"),
        ),
        (
            done("verify", VerifyMetrics(8, {"pd": 1.0, "nb-x86": 0.875}, None, {"nb-x86": 8})),
            ("NB = PD on 8 of 8", "accuracy 87.50%"),
        ),
        (
            done(
                "verify",
                VerifyMetrics(
                    24,
                    None,
                    {"nb-x86": 0.9595, "nb-x86-int8": 0.9},
                    {"pir": 24, "nb-x86": 24, "pd-int8": 20, "nb-x86-int8": 24},
                ),
            ),
            ("x86 = PD on 24 of 24", "pd-int8 = PD on 20 of 24", "hmean 90.00%"),
        ),
        (StageView("train", "skipped", reason="a PD model is given"), ("a PD model is given",)),
        (
            StageView("data", "failed", failure="1 character is not in the dictionary:\n  é"),
            ("1 character is not in the dictionary:",),
        ),
        (
            StageView("train", "stopped", progress=Progress(9, 30, "steps", "epoch 3/10")),
            ("ended at 9 of 30 steps", "epoch 3/10"),
        ),
        (StageView("train", "running"), ()),
        # of a version that did not say all of it, and of a record that was damaged
        (StageView("train", "done", results={"accuracy": 1.0}), ()),
        (StageView("train", "cached", results={"accuracy": "\x1b[2J"}), ()),
    ],
)
def test_a_stage_in_a_line(stage: StageView, parts: tuple[str, ...]) -> None:
    assert story(stage) == parts


def test_a_cached_stage_keeps_its_line() -> None:
    stage = done("export", ExportMetrics(338, 234, 0.0))
    assert story(replace(stage, state="cached")) == story(stage)


def test_what_does_not_fit_whole_is_left_out() -> None:
    parts = ("equal to the checkpoint", "338 operators")
    assert told(parts, 28) == "equal to the checkpoint"
    assert told(parts, 40) == "equal to the checkpoint, 338 operators"
    assert told((), 40) == ""


def test_numbers_have_names_and_shares_are_percentages() -> None:
    results = dict(results_of(done("train", TRAINED)))
    assert results["accuracy"] == "100.00%" and results["best epoch"] == "9"
    assert results["tensors changed · backbone"] == "0 of 595"
    assert results["ended because"] == msg("early stopping")
    verify = VerifyMetrics(8, {"pd": 0.996667}, None, {"nb-x86": 8})
    found = dict(results_of(done("verify", verify)))
    assert found == {"images": "8", "accuracy · pd": "99.67%", "found as PD does · nb-x86": "8"}
    assert dict(results_of(StageView("data", results={"of a later version": 1}))) == {
        "of a later version": "1"
    }
