"""When a run passes, when it fails, and what is remarked all the same."""

from dataclasses import replace
from typing import Any

import pytest

from pipeline.project.schema import Settings
from pipeline.record.events import Envelope, RunFinished
from pipeline.record.verdict import Asked, Judgement, Limit, Verdict, read_verdict
from pipeline.report.verdict import judge
from pipeline.report.words import Effect, GuardEntry, Outcome
from stages.contract import Attempt, Change, Exit, Fault, ModelEntry, OnArm, Parity, Status
from support.results import (
    ARM,
    UNCHECKED,
    make_boxes,
    make_chain,
    make_failed,
    make_model,
    make_parity,
    make_quantisation,
    make_turns,
    make_variants,
)

NAN = float("nan")


def asking(
    quantize: dict[str, Any] | None = None, convert: dict[str, Any] | None = None, **verify: Any
) -> Settings:
    tables = {"project": {"name": "p"}, "data": {}, "convert": convert or {"targets": ["x86"]}}
    return Settings.model_validate({**tables, "quantize": quantize or {}, "verify": verify})


def verdict(asked: dict[str, Any] | None = None, **nb: Any) -> Judgement:
    models = [make_model("checkpoint"), make_model("pd"), make_model("nb-x86", **nb), ARM]
    return judge(make_parity(*models), asking(**(asked or {})))


def test_equal_models_pass() -> None:
    assert (verdict().verdict, verdict().reasons, verdict().remarks) == (Verdict.PASS, (), ())


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
        ({"status": Status.FAILED, "fault": Fault.DIED, "detail": "aborted"}, {}, "nb-x86: failed: aborted"),
        ({"status": Status.NOT_RUNNABLE}, {}, "no NB model was measured"),
    ],
)  # fmt: skip
def test_each_reason_to_fail(nb: dict[str, Any], asked: dict[str, float], said: str) -> None:
    found = verdict(asked, **nb)
    by_accuracy = said.startswith("pd: accuracy")
    assert found.verdict is (Verdict.ACCURACY if by_accuracy else Verdict.PARITY)
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
    assert verdict(asked, **nb).verdict is Verdict.PASS


def test_every_limit_stands_beside_what_was_measured() -> None:
    found = verdict({"min_accuracy": 0.99}, max_abs_diff=NAN)
    assert [limit for limit in found.limits if limit.model not in ("checkpoint", "nb-arm")][1:] == [
        Limit(Asked.MIN_AGREEMENT, "nb-x86", "", True, 1.0, 1.0),
        Limit(Asked.MAX_ABS_DIFF, "nb-x86", "", False, None, 1e-3),
        Limit(Asked.MIN_ACCURACY, "pd", "accuracy", False, 0.98, 0.99),
    ]
    assert sum(limit.model == "nb-arm" for limit in found.limits) == 3
    assert {limit.sentence for limit in found.limits if not limit.kept} == set(found.reasons)
    # the last event of the run has them too, and passes over what a later version asks
    line = Envelope(
        9, "2026-01-01T00:00:00+00:00", "run", "", RunFinished.of(1, 2.0, found)
    ).encode()
    later = line.replace('"asked": "min_accuracy"', '"asked": "min_speed"')
    read, newer = (Envelope.decode(text).event for text in (line, later))
    assert isinstance(read, RunFinished) and read.judgement == found
    assert isinstance(newer, RunFinished) and newer.limits == found.limits[:-1]


FLOAT32 = (make_model("checkpoint"), make_model("pd"), make_model("nb-x86"), ARM)


def judged(*models: ModelEntry, **quantize: Any) -> Judgement:
    rounding = make_quantisation("int16", "int8")
    return judge(make_parity(*models), asking(quantize), quantisation=rounding)


def test_good_integers_pass() -> None:
    found = judged(*FLOAT32, *make_variants("int16"), *make_variants("int8", max_abs_diff=0.9))
    assert (found.verdict, found.refused) == (Verdict.PASS, ())


def test_a_kind_that_costs_too_much_is_named_and_left_out_with_the_layer_that_costs_most() -> None:
    found = judged(*FLOAT32, *make_variants("int16"), *make_variants("int8", accuracy=0.96))
    assert found.verdict is Verdict.PART and not found.verdict.passed and found.verdict.delivers
    assert found.refused == ("nb-x86-int8", "nb-arm-int8")
    assert found.reasons == (
        "pd-int8: accuracy drops by 0.0200 against pd (allowed 0.01)",
        "int8 is not delivered; of its layers conv2d_137.w_0 (conv2d [16, 32, 1, 1]) costs most: 3.00% of "
        "what it gives",
    )
    found = judged(*FLOAT32, *make_variants("int8", accuracy=0.96), max_accuracy_drop=0.02)
    assert found.verdict is Verdict.PASS


def test_a_file_that_is_not_what_was_rounded_takes_its_whole_kind_along() -> None:
    pd, x86, arm = make_variants("int8")
    found = judged(*FLOAT32, pd, replace(x86, agreement=0.5), arm)
    assert found.verdict is Verdict.PART and found.refused == ("nb-x86-int8", "nb-arm-int8")
    assert found.reasons == (
        "nb-x86-int8: agrees with pd-int8 on 0.5000 (asked 1.0)",
        "int8 is not delivered",  # and no layer is to blame: rounding cost nothing
    )


def test_a_file_that_no_row_stands_for_is_not_delivered_unseen() -> None:
    both = {"targets": ["arm", "x86"]}
    found = judge(make_parity(make_model("pd"), make_model("nb-x86")), asking(convert=both))
    said = "nb-arm: convert makes the file, and no row stands for it"
    assert (found.verdict, found.reasons) == (Verdict.PARITY, (said,))
    small = {**both, "weights": ["float32", "int16", "int8"]}
    found = judge(make_parity(*FLOAT32, *make_variants("int16")), asking(convert=small))
    assert (found.verdict, found.reasons[-1]) == (Verdict.PART, "int8 is not delivered")
    assert set(found.refused) == {"nb-arm-int8", "nb-x86-int8"}


def test_float32_that_fails_fails_the_run_whatever_else_does() -> None:
    bad = make_variants("int8", agreement=0.5)
    found = judged(make_model("pd"), make_model("nb-x86", agreement=0.9), *bad)
    assert found.verdict is Verdict.PARITY and found.refused == ("nb-x86-int8", "nb-arm-int8")


def test_nothing_is_delivered_where_every_kind_failed() -> None:
    found = judged(make_model("pd"), *make_variants("int8", agreement=0.5))
    assert found.verdict is Verdict.PARITY and not found.verdict.delivers
    assert found.reasons[-1].startswith("int8 is not delivered; of its layers conv2d_137.w_0")


def test_a_guard_that_fails_on_what_is_left_still_refuses_it() -> None:
    def check(left: Parity) -> list[GuardEntry]:
        whole = any(model.name == "pd-int8" for model in left.models)
        outcome = Outcome.PASSED if whole else Outcome.FAILED
        return [GuardEntry("some", "title", outcome, Effect.FAILS, "it is not")]

    bad = make_variants("int8", agreement=0.5)
    parity = make_parity(*FLOAT32, *bad)
    assert judge(parity, asking(), check).verdict is Verdict.GUARD


@pytest.mark.parametrize(
    ("half", "verdict"),
    [
        ({"max_abs_diff": 0.88}, Verdict.PASS),
        ({"agreement": 0.9}, Verdict.PART),
        ({"status": Status.NOT_RUNNABLE, "detail": "not checked"}, Verdict.WARNINGS),
    ],
)
def test_half_precision_is_never_behind_a_plain_pass_unless_something_stood_for_it(
    half: dict[str, Any], verdict: Verdict
) -> None:
    found = judged(*FLOAT32, replace(ARM, name="nb-arm-fp16", **half))
    assert found.verdict is verdict
    assert found.refused == (("nb-arm-fp16",) if verdict is Verdict.PART else ())


def test_a_library_for_arm_that_did_not_run_the_file_is_never_behind_a_plain_pass() -> None:
    died = replace(ARM, on_arm=OnArm(0, "2.13", failure="it died: Aborted"))
    found = judged(make_model("pd"), make_model("nb-x86"), died)
    assert found.verdict is Verdict.WARNINGS
    assert found.remarks == (
        "nb-arm: not run to the end by the library that verify.arm_runtime gives: it died: Aborted",
    )
    ran = replace(ARM, on_arm=OnArm(16, "2.13"))
    assert judged(make_model("pd"), make_model("nb-x86"), ran).verdict is Verdict.PASS


def test_a_file_that_was_compared_with_nothing_does_not_pass() -> None:
    _, x86, arm = make_variants("int8")
    found = judged(*FLOAT32, x86, arm)
    assert found.verdict is Verdict.PART and found.refused == ("nb-x86-int8", "nb-arm-int8")
    assert found.reasons[0] == "nb-x86-int8: there is no pd-int8 that it could be compared with"


@pytest.mark.parametrize(
    ("same", "verdict"),
    [
        (None, Verdict.PASS),
        (16, Verdict.PASS),
        (13, Verdict.PASS),
        (12, Verdict.PART),
        (0, Verdict.PART),
    ],
)
def test_what_arm_computes_of_a_sample_is_not_lost_among_all_that_was_emulated(
    same: int | None, verdict: Verdict
) -> None:
    half = replace(ARM, name="nb-arm-fp16", agreement=0.99, on_arm=OnArm(16, "2.13-rc", same=same))
    found = judged(*FLOAT32, half)
    assert found.verdict is verdict
    said = "nb-arm-fp16: on ARM's kernels it agrees with pd on {} of 16 images (asked 0.97)"
    assert (said.format(same) in found.reasons) is (verdict is Verdict.PART)


def test_a_file_that_nothing_stands_for_is_no_plain_pass() -> None:
    models = [make_model("pd"), make_model("nb-x86"), UNCHECKED]
    found = judge(make_parity(*models), asking())
    assert found.verdict is Verdict.WARNINGS
    assert found.remarks == (f"nb-arm: {UNCHECKED.detail}",)


def test_model_that_was_never_measured_is_no_reason_to_pass() -> None:
    models = [ModelEntry("pd", Status.NOT_RUNNABLE), make_model("nb-x86")]
    assert judge(make_parity(*models), asking()).verdict is Verdict.PARITY


def test_weak_model_passes_with_a_warning() -> None:
    models = [make_model("pd", accuracy=0.2), make_model("nb-x86", accuracy=0.2)]
    found = judge(make_parity(*models), asking())
    assert found.verdict is Verdict.WARNINGS
    assert "reads only 20.0% of the lines, too weak to prove much" in found.remarks[0]


def detection(*models: ModelEntry, **changes: Any) -> Parity:
    used = models or (make_boxes("pir"), make_boxes("pd"), make_boxes("nb-x86"))
    return make_parity(*used, task="detection", **changes)


PD, X86, BOXES = make_model("pd"), make_model("nb-x86"), make_boxes("pd")
DEAD = make_failed("pd", Fault.DIED, "aborted")
INT8 = make_model("nb-x86-int8", accuracy=0.97, agreement=0.9, reference="pd-int8")
WORSE = make_boxes("nb-x86", hmean=0.8, agreement=0.95)


@pytest.mark.parametrize(
    ("parity", "asked", "reasons"),
    [
        (make_parity(make_model("checkpoint", agreement=0.5), PD, X86), {},
         ["checkpoint: agrees with pd on 0.5000 (asked 1.0)"]),
        (make_parity(DEAD, make_model("nb-x86", agreement=None, max_abs_diff=None)), {},
         ["pd: failed: aborted"]),
        (make_parity(PD, ARM), {"convert": {"targets": ["arm"]}}, ["no NB model was measured"]),
        (make_parity(PD, X86, replace(ARM, agreement=0.99)), {},
         ["nb-arm: agrees with pd on 0.9900 (asked 1.0)"]),
        (make_parity(PD, X86, replace(ARM, max_abs_diff=0.02)), {},
         ["nb-arm: differs from pd by up to 2.00e-02 (allowed 1e-03)"]),
        (make_parity(PD, X86, make_model("pd-int8"), INT8), {},
         ["nb-x86-int8: accuracy drops by 0.0100 against pd-int8 (allowed 0.0)",
          "nb-x86-int8: agrees with pd-int8 on 0.9000 (asked 1.0)", "int8 is not delivered"]),
        (detection(make_boxes("pir", max_abs_diff=0.5), BOXES, make_boxes("nb-x86")), {},
         ["pir: differs from pd by up to 5.00e-01 (allowed 1e-03)"]),
        (detection(BOXES, WORSE), {"min_accuracy": 0.95},
         ["nb-x86: hmean drops by 0.1200 against pd (allowed 0.0)",
          "nb-x86: agrees with pd on 0.9500 (asked 1.0)", "pd: hmean 0.9200 is under 0.95"]),
        (detection(chain=make_chain(same=429)), {},
         ["chained with plates: 2 of 431 lines are read other than by the original pair"]),
        (detection(chain=make_chain(lines=0, same=0)), {},
         ["chained with plates: no line was found on 20 pages"]),
        (detection(chain=make_chain(lines=3, same=3, failure="nb-x86 died")), {},
         ["chained with plates: nb-x86 died"]),
    ],
    ids=["checkpoint", "no pd", "emulated alone", "emulated reads otherwise", "emulated differs", "int8",
         "pir",
         "hmean and boxes", "chain", "no line in the chain", "chain that broke off"],
)  # fmt: skip
def test_each_reason_is_told_whole_and_no_other(
    parity: Parity, asked: dict[str, Any], reasons: list[str]
) -> None:
    found = judge(parity, asking(**asked))
    assert list(found.reasons) == reasons
    assert found.verdict is (Verdict.PART if "int8 is not delivered" in reasons else Verdict.PARITY)


def test_detection_is_judged_by_its_hmean_its_boxes_and_every_line_that_is_chained() -> None:
    found = judge(detection(chain=make_chain()), asking())
    assert found.verdict is Verdict.PASS
    assert {limit.measure for limit in found.limits} == {"", "hmean"}


@pytest.mark.parametrize(
    ("parity", "said"),
    [
        (detection(*(make_boxes(name, hmean=0.3) for name in ("pd", "nb-x86"))), "hmean is only 30.0%"),
        (
            make_parity(*(make_turns(name, accuracy=0.6) for name in ("pd", "nb-x86")), task="orientation"),
            "tells only 60.0% of the orientations",
        ),
    ],
)  # fmt: skip
def test_weak_model_of_another_task_is_remarked_in_its_words(parity: Parity, said: str) -> None:
    found = judge(parity, asking())
    assert found.verdict is Verdict.WARNINGS and said in found.remarks[0]


def blind(**asked: Any) -> Judgement:
    """Judge models that agree on reading nothing right."""
    models = [make_model("pd", accuracy=0.0), make_model("nb-x86", accuracy=0.0)]
    tried = [Attempt(Change.RGB, 20, 0.0, 0.0), Attempt(Change.REVERSED, 300, 1.0, 0.0)]
    return judge(make_parity(*models, attempts=tuple(tried)), asking(**asked))


def test_nothing_right_fails_and_names_what_would_read_better() -> None:
    found = blind()
    assert found.verdict is Verdict.ACCURACY
    assert "nothing is right on 300 labelled images. Likely causes: exported" in found.reasons[0]
    assert (
        found.remarks[1] == "read in the other order: 100% of 300 images are right, as they are 0%"
    )


def test_nothing_right_may_be_meant() -> None:
    assert blind(min_accuracy=0).verdict is Verdict.WARNINGS


def test_nothing_found_on_a_page_fails_too() -> None:
    models = (make_boxes(name, hmean=0.0) for name in ("pd", "nb-x86"))
    assert judge(detection(*models), asking()).verdict is Verdict.ACCURACY


@pytest.mark.parametrize(
    ("effect", "nb", "expected"),
    [
        (Effect.WARNS, {}, Verdict.WARNINGS),
        (Effect.FAILS, {}, Verdict.GUARD),
        (Effect.REFUSES, {}, Verdict.GUARD),
        # what the limits of the verdict say is the better name of a failure, unless a guard refuses
        (Effect.FAILS, {"agreement": 0.5}, Verdict.PARITY),
        (Effect.REFUSES, {"agreement": 0.5}, Verdict.GUARD),
        (Effect.WARNS, {"agreement": 0.5}, Verdict.PARITY),
    ],
)
def test_failed_guard_never_stands_behind_a_plain_pass(
    effect: Effect, nb: dict[str, Any], expected: Verdict
) -> None:
    guard = GuardEntry("what-learned", "training changed", Outcome.FAILED, effect, "head 0 of 2")
    parity = make_parity(make_model("pd"), make_model("nb-x86", **nb))
    found = judge(parity, asking(), lambda _left: [guard])
    assert found.verdict is expected
    if expected in (Verdict.GUARD, Verdict.WARNINGS):
        assert "a guard failed: training changed: head 0 of 2" in (*found.reasons, *found.remarks)


def test_exit_code_and_record_follow_the_verdict() -> None:
    assert {verdict: verdict.code for verdict in Verdict} == {
        Verdict.PASS: Exit.OK,
        Verdict.WARNINGS: Exit.OK,
        Verdict.PART: Exit.PARITY,
        Verdict.ACCURACY: Exit.PARITY,
        Verdict.PARITY: Exit.PARITY,
        Verdict.GUARD: Exit.INTEGRITY,
    }
    assert all(read_verdict(verdict.value) is verdict for verdict in Verdict)
    assert (read_verdict("fail"), read_verdict("")) == (Verdict.PARITY, None)


def test_a_file_for_a_gpu_never_stands_behind_a_plain_pass() -> None:
    gpu = replace(ARM, name="nb-opencl")
    models = [make_model("pd"), make_model("nb-x86"), ARM]
    assert judge(make_parity(*models), asking()).verdict is Verdict.PASS
    found = judge(make_parity(*models, gpu), asking())
    assert found.verdict is Verdict.WARNINGS
    assert "nb-opencl: Paddle ran what the file holds, in float32; no GPU did" in found.remarks[0]
