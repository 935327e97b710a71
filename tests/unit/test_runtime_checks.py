"""Guards of what runs: target, runtime, sanity, canary, processor."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pipeline.project import load_project
from pipeline.report.guards import check_guards, conversion, outputs, refusal, versions
from pipeline.report.guards.base import Proof
from pipeline.report.model import Outcome
from pipeline.report.verdict import judge
from stages.contract import BufferHead, Canary, CanaryEntry, Fault, ModelEntry, Runtime
from stages.parity.sanity import RowSanity
from support.projects import write_project
from support.results import (
    NO_EVIDENCE,
    make_evidence,
    make_failed,
    make_model,
    make_parity,
    make_results,
)

SERVER, LAPTOP = "avx avx2 avx512f fma", "avx avx2 fma"
PASSED, FAILED, NOT_CHECKED, *_ = Outcome
target, runtime, sums = conversion.target.check, conversion.runtime.check, outputs.sums.check
repeatable, stock, cpu = outputs.repeatable.check, outputs.canary.check, versions.cpu.check


@pytest.fixture
def good(tmp_path: Path) -> Proof:
    settings = load_project(write_project(tmp_path / "project")).settings
    return Proof(settings, make_results(), make_parity(), make_evidence())


def with_models(proof: Proof, *models: ModelEntry) -> Proof:
    return replace(proof, parity=make_parity(make_model("pd"), *models))


def with_evidence(proof: Proof, **changes: Any) -> Proof:
    return replace(proof, evidence=replace(proof.evidence, **changes))


def asking(proof: Proof, app: str) -> Proof:
    verify = proof.settings.verify.model_copy(update={"runtime": app})
    return replace(proof, settings=proof.settings.model_copy(update={"verify": verify}))


def made_by(proof: Proof, opt_version: str) -> Proof:
    files = (BufferHead("nb-arm", "arm", opt_version),)
    return with_evidence(proof, runtime=Runtime("2.13rc0", files))


def canary(proof: Proof, *models: tuple[str, str, float, float], **more: Any) -> Proof:
    found = Canary("PP-OCRv5_mobile_rec", 32, tuple(CanaryEntry(*model) for model in models))
    return with_evidence(proof, canary=replace(found, **more))


def test_file_for_another_target_fails(good: Proof) -> None:
    assert target(good).outcome is PASSED
    said = "the file is made for arm, not for x86; it was not run"
    found = target(with_models(good, make_failed("nb-x86", Fault.WRONG_TARGET, said)))
    assert (found.outcome, found.found) == (FAILED, f"nb-x86: failed: {said}")
    assert target(replace(good, evidence=NO_EVIDENCE)).outcome is NOT_CHECKED


@pytest.mark.parametrize(
    "fault", [Fault.NOT_FINITE, Fault.NOT_PROBABILITIES, Fault.WRONG_SHAPE, Fault.ONE_READING]
)
def test_garbage_fails_and_the_reason_names_the_pitfall(good: Proof, fault: Fault) -> None:
    said = "the probabilities of a step sum to 0, not to 1 (after 0 images)"
    bad = with_models(good, make_failed("nb-x86", fault, said, "quantised-garbage"))
    found = sums(bad)
    assert found.outcome is FAILED and said in found.found and found.remedy
    verdict = judge(bad.parity, bad.settings)
    assert f"nb-x86: failed: {said} (paddock explain quantised-garbage)" in verdict.reasons
    assert sums(good).outcome is PASSED
    assert sums(with_evidence(good, sanity=())).outcome is NOT_CHECKED


def test_model_whose_output_changes_its_shape_does_not_repeat_itself(good: Proof) -> None:
    one, again = (SimpleNamespace(shape=(steps, 37)) for steps in (40, 20))
    wrong = RowSanity().repeat_fault(one, again)
    assert wrong is not None
    assert repeatable(with_models(good, make_failed("nb-x86", *wrong))).outcome is FAILED


def test_model_that_does_not_repeat_itself_fails(good: Proof) -> None:
    said = "the same image run again differs by 0.2 (after 9 images)"
    bad = with_models(good, make_failed("nb-x86", Fault.NOT_REPEATABLE, said))
    assert repeatable(bad).outcome is FAILED
    assert repeatable(good).outcome is PASSED
    assert repeatable(with_evidence(good, sanity=())).outcome is NOT_CHECKED


@pytest.mark.parametrize("fault", Fault)
def test_no_sentence_decides(good: Proof, fault: Fault) -> None:
    """Whatever a detail says, the guards come to the same."""
    plain, talkative = (
        check_guards(with_models(good, make_failed("nb-x86", fault, detail)))
        for detail in ("it does", "not finite, run again, failed, measured: not probabilities")
    )
    assert [item.outcome for item in plain] == [item.outcome for item in talkative]


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
    good: Proof, model: tuple[str, str, float, float], sentence: str
) -> None:
    bad = canary(good, ("pd", "checkpoint", 0.8, 1.0), model)
    refused = refusal(check_guards(bad))
    assert refused is not None
    assert (refused.message, refused.pitfall, refused.code) == (sentence, "stock-nb", 5)


def test_own_model_passes_with_both_shares(good: Proof) -> None:
    found = stock(canary(good, ("nb-x86", "pd", 0.81, 1.0)))
    assert found.outcome is PASSED
    assert "nb-x86 reads as pd (100%) and not as PP-OCRv5_mobile_rec (81%)" in found.found


def test_canary_that_sees_no_difference_claims_nothing(good: Proof) -> None:
    found = stock(canary(good, ("nb-x86", "pd", 1.0, 1.0)))
    assert found.outcome is NOT_CHECKED
    assert "reads the 32 images no other" in found.found


def test_canary_that_was_not_sent_says_why(good: Proof) -> None:
    none = stock(with_evidence(good, canary=None))
    assert none.outcome is Outcome.NOT_APPLICABLE
    assert "did not start from an official model" in none.found
    dead = stock(canary(good, images=0, failure="killed by SIGSEGV"))
    assert dead.outcome is NOT_CHECKED and "SIGSEGV" in dead.found


@pytest.mark.parametrize("app", ["2.12", "v2.9", "2.12.1", "1.99"])
def test_runtime_older_than_opt_refuses_the_run(good: Proof, app: str) -> None:
    refused = refusal(check_guards(asking(made_by(good, "v2.13-rc"), app)))
    assert refused is not None and refused.pitfall == "opt-newer-than-runtime"
    assert f"opt v2.13-rc, the app has Paddle-Lite {app}, which is older" in refused.message
    assert "Paddle-Lite 2.13 or newer" in refused.remedy


@pytest.mark.parametrize("app", ["2.13", "2.13rc0", "v2.13-rc", "2.14", "3.0"])
def test_runtime_that_is_new_enough_passes(good: Proof, app: str) -> None:
    assert runtime(asking(made_by(good, "v2.13-rc"), app)).outcome is PASSED


def test_runtime_that_nobody_named_is_not_checked(good: Proof) -> None:
    found = runtime(made_by(good, "v2.13-rc"))
    assert found.outcome is NOT_CHECKED and "opt v2.13-rc" in found.found
    assert runtime(replace(good, evidence=NO_EVIDENCE)).outcome is NOT_CHECKED


def on(evidence: Proof, **flags: str) -> Proof:
    results = {
        name: replace(item, environment={**item.environment, "cpu_flags": flags.get(name, SERVER)})
        for name, item in evidence.results.items()
    }
    return replace(evidence, results=results)


def test_other_vector_units_are_remarked_and_refuse_nothing(good: Proof) -> None:
    mixed = on(good, train=LAPTOP)
    found = cpu(mixed)
    assert found.outcome is FAILED
    assert "train without these" in found.found and "with avx512f" in found.found
    assert refusal(check_guards(mixed)) is None


def test_portable_kernels_pass_wherever_they_ran(good: Proof) -> None:
    mixed = on(good, train=LAPTOP)
    results = {
        name: replace(item, environment={**item.environment, "kernels": "portable"})
        for name, item in mixed.results.items()
    }
    assert cpu(replace(mixed, results=results)).outcome is PASSED
    results["train"] = mixed.results["train"]
    assert cpu(replace(mixed, results=results)).outcome is FAILED


def test_one_processor_passes_and_silence_is_not_checked(good: Proof) -> None:
    found = cpu(on(good))
    assert found.outcome is PASSED and SERVER in found.found
    assert cpu(good).outcome is NOT_CHECKED
