"""When a run passes, when it fails, and what is remarked all the same."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.project.schema import VerifySection
from pipeline.report.verdict import Verdict, judge
from support.results import make_model

ARM = {"name": "nb-arm", "status": "not runnable here"}
NAN = float("nan")


def verdict(asked: dict[str, Any] | None = None, **nb: Any) -> Verdict:
    models = [make_model("checkpoint"), make_model("pd"), make_model("nb-x86", **nb), ARM]
    return judge(models, VerifySection(**(asked or {})))


def test_equal_models_pass() -> None:
    assert verdict() == Verdict(True, (), ())
    assert verdict().word == "pass"


@pytest.mark.parametrize(
    ("nb", "asked", "said"),
    [
        ({"accuracy": 0.97}, {}, "nb-x86: accuracy drops by 0.0100 against pd (allowed 0.0)"),
        ({"agreement": 0.99}, {}, "nb-x86: agrees with pd on 0.9900 (asked 1.0)"),
        ({"max_abs_diff": 0.02}, {}, "nb-x86: differs from pd by up to 2.00e-02 (allowed 1e-03)"),
        ({}, {"min_accuracy": 0.99}, "pd: accuracy 0.9800 is under 0.99"),
        ({"max_abs_diff": NAN}, {}, "nb-x86: differs from pd by up to nan (allowed 1e-03)"),
        ({"agreement": NAN}, {}, "nb-x86: agrees with pd on nan (asked 1.0)"),
        ({"accuracy": NAN}, {}, "nb-x86: accuracy drops by nan against pd (allowed 0.0)"),
        ({"status": "failed: aborted"}, {}, "nb-x86: failed: aborted"),
        ({"status": "not runnable here"}, {}, "no NB model was measured"),
    ],
)
def test_each_reason_to_fail(nb: dict[str, Any], asked: dict[str, float], said: str) -> None:
    found = verdict(asked, **nb)
    assert not found.passed and found.word == "fail"
    assert said in found.reasons


@pytest.mark.parametrize(
    ("nb", "asked"),
    [
        ({"accuracy": 0.97}, {"max_accuracy_drop": 0.01}),
        ({"accuracy": 0.99}, {}),
        ({"agreement": 0.99}, {"min_agreement": 0.99}),
        ({"max_abs_diff": 0.02}, {"max_abs_diff": 0.02}),
        ({}, {"min_accuracy": 0.98}),
    ],
)
def test_what_is_allowed_passes(nb: dict[str, Any], asked: dict[str, float]) -> None:
    assert verdict(asked, **nb).passed


def test_checkpoint_that_differs_from_pd_fails() -> None:
    models = [make_model("checkpoint", agreement=0.5), make_model("pd"), make_model("nb-x86")]
    assert judge(models, VerifySection()).reasons == (
        "checkpoint: agrees with pd on 0.5000 (asked 1.0)",
    )


def test_pd_that_could_not_be_measured_fails() -> None:
    models = [
        {"name": "pd", "status": "failed: aborted"},
        make_model("nb-x86", agreement=None, max_abs_diff=None),
    ]
    assert judge(models, VerifySection()).reasons == ("pd: failed: aborted",)


def test_model_that_was_never_measured_is_no_reason_to_pass() -> None:
    models = [{"name": "pd", "status": "not runnable here"}, make_model("nb-x86")]
    assert not judge(models, VerifySection()).passed


def test_weak_model_passes_with_a_remark() -> None:
    models = [make_model("pd", accuracy=0.2), make_model("nb-x86", accuracy=0.2)]
    found = judge(models, VerifySection())
    assert found.passed
    assert "reads only 20.0% of the lines, too weak to prove much" in found.remarks[0]
