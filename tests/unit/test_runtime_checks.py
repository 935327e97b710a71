"""Guards of what runs: target, runtime, sanity, canary, processor."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipeline.project import load_project
from pipeline.report import runtime_checks
from pipeline.report.evidence import Evidence
from pipeline.report.guards import check_guards, refusal
from pipeline.report.verdict import judge
from support.projects import write_project
from support.results import make_evidence, make_model, make_parity, make_results

SERVER, LAPTOP = "avx avx2 avx512f fma", "avx avx2 fma"


@pytest.fixture
def good(tmp_path: Path) -> Evidence:
    settings = load_project(write_project(tmp_path / "project")).settings
    return Evidence(settings, make_results(), make_parity(), proof=make_evidence())


def with_models(evidence: Evidence, *models: dict[str, Any]) -> Evidence:
    return replace(evidence, parity=make_parity(make_model("pd"), *models))


def with_proof(evidence: Evidence, **changes: Any) -> Evidence:
    return replace(evidence, proof={**evidence.proof, **changes})


def asking(evidence: Evidence, runtime: str) -> Evidence:
    verify = evidence.settings.verify.model_copy(update={"runtime": runtime})
    return replace(evidence, settings=evidence.settings.model_copy(update={"verify": verify}))


def made_by(evidence: Evidence, opt_version: str) -> Evidence:
    file = {"model": "nb-arm", "target": "arm", "opt_version": opt_version}
    return with_proof(evidence, runtime={"paddle_lite": "2.13rc0", "files": [file]})


def canary(evidence: Evidence, *models: tuple[str, str, float, float], **more: Any) -> Evidence:
    names = ("model", "reference", "as_stock", "as_reference")
    rows = [dict(zip(names, model, strict=True)) for model in models]
    found = {"stock": "PP-OCRv5_mobile_rec", "images": 32, "models": rows, **more}
    return with_proof(evidence, canary=found)


def broken(status: str, pitfall: str = "") -> dict[str, Any]:
    entry = {"name": "nb-x86", "status": f"failed: {status}"}
    return entry | ({"pitfall": pitfall} if pitfall else {})


def test_file_for_another_target_fails(good: Evidence) -> None:
    assert runtime_checks.target(good).outcome == "passed"
    said = "the file is made for arm, not for x86; it was not run"
    found = runtime_checks.target(with_models(good, broken(said, "foreign-target")))
    assert (found.outcome, found.found) == ("failed", f"nb-x86: failed: {said}")
    assert runtime_checks.target(replace(good, proof={})).outcome == "not checked"


def test_garbage_fails_and_the_reason_names_the_pitfall(good: Evidence) -> None:
    said = "the probabilities of a step sum to 0, not to 1 (after 0 images)"
    bad = with_models(good, broken(said, "quantised-garbage"))
    found = runtime_checks.sums(bad)
    assert found.outcome == "failed" and said in found.found and found.remedy
    verdict = judge(bad.parity, bad.settings.verify)
    assert f"nb-x86: failed: {said} (paddock explain quantised-garbage)" in verdict.reasons
    assert runtime_checks.sums(good).outcome == "passed"
    assert runtime_checks.sums(with_proof(good, sanity=[])).outcome == "not checked"


def test_model_that_does_not_repeat_itself_fails(good: Evidence) -> None:
    bad = with_models(good, broken("the same image run again differs by 0.2 (after 9 images)"))
    assert runtime_checks.repeatable(bad).outcome == "failed"
    assert runtime_checks.repeatable(good).outcome == "passed"
    assert runtime_checks.repeatable(with_proof(good, sanity=[])).outcome == "not checked"


@pytest.mark.parametrize(
    ("model", "sentence"),
    [
        (
            ("nb-x86", "pd", 0.96, 0.03),
            "nb-x86 reads as PP-OCRv5_mobile_rec does (96% of 32 images) "
            "and not as your PD model (3%): this is the stock model",
        ),
        (
            ("pd", "checkpoint", 1.0, 0.5),
            "pd reads as PP-OCRv5_mobile_rec does (100% of 32 images) "
            "and not as your checkpoint (50%): this is the stock model",
        ),
    ],
)
def test_stock_model_refuses_the_run(
    good: Evidence, model: tuple[str, str, float, float], sentence: str
) -> None:
    bad = canary(good, ("pd", "checkpoint", 0.8, 1.0), model)
    refused = refusal(check_guards(bad))
    assert refused is not None
    assert (refused.message, refused.pitfall, refused.code) == (sentence, "stock-nb", 5)


def test_own_model_passes_with_both_shares(good: Evidence) -> None:
    found = runtime_checks.canary(canary(good, ("nb-x86", "pd", 0.81, 1.0)))
    assert found.outcome == "passed"
    assert "nb-x86 reads as pd (100%) and not as PP-OCRv5_mobile_rec (81%)" in found.found


def test_canary_that_sees_no_difference_claims_nothing(good: Evidence) -> None:
    found = runtime_checks.canary(canary(good, ("nb-x86", "pd", 1.0, 1.0)))
    assert found.outcome == "not checked"
    assert "reads the 32 images no other" in found.found


def test_canary_that_was_not_sent_says_why(good: Evidence) -> None:
    none = runtime_checks.canary(with_proof(good, canary=None))
    assert none.outcome == "not checked" and "did not start from an official model" in none.found
    dead = runtime_checks.canary(canary(good, images=0, failure="killed by SIGSEGV"))
    assert dead.outcome == "not checked" and "SIGSEGV" in dead.found


@pytest.mark.parametrize("app", ["2.12", "v2.9", "2.12.1", "1.99"])
def test_runtime_older_than_opt_refuses_the_run(good: Evidence, app: str) -> None:
    refused = refusal(check_guards(asking(made_by(good, "v2.13-rc"), app)))
    assert refused is not None and refused.pitfall == "opt-newer-than-runtime"
    assert f"opt v2.13-rc, the app has Paddle-Lite {app}, which is older" in refused.message
    assert "Paddle-Lite 2.13 or newer" in refused.remedy


@pytest.mark.parametrize("app", ["2.13", "2.13rc0", "v2.13-rc", "2.14", "3.0"])
def test_runtime_that_is_new_enough_passes(good: Evidence, app: str) -> None:
    assert runtime_checks.runtime(asking(made_by(good, "v2.13-rc"), app)).outcome == "passed"


def test_runtime_that_nobody_named_is_not_checked(good: Evidence) -> None:
    found = runtime_checks.runtime(made_by(good, "v2.13-rc"))
    assert found.outcome == "not checked" and "opt v2.13-rc" in found.found
    assert runtime_checks.runtime(replace(good, proof={})).outcome == "not checked"


def on(evidence: Evidence, **flags: str) -> Evidence:
    results = {
        name: replace(item, environment={**item.environment, "cpu_flags": flags.get(name, SERVER)})
        for name, item in evidence.results.items()
    }
    return replace(evidence, results=results)


def test_other_vector_units_are_remarked_and_refuse_nothing(good: Evidence) -> None:
    mixed = on(good, train=LAPTOP)
    found = runtime_checks.cpu(mixed)
    assert found.outcome == "failed"
    assert "train without these" in found.found and "with avx512f" in found.found
    assert refusal(check_guards(mixed)) is None


def test_one_processor_passes_and_silence_is_not_checked(good: Evidence) -> None:
    found = runtime_checks.cpu(on(good))
    assert found.outcome == "passed" and SERVER in found.found
    assert runtime_checks.cpu(good).outcome == "not checked"
