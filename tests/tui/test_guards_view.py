"""The list of guards: what needs a look first, choices that leave something, and a run without a report."""

from dataclasses import replace
from typing import get_args

import pytest

from pipeline.record.events import RunFailed, RunFinished
from pipeline.record.verdict import Judgement, Verdict
from pipeline.report.guards import unreached_guards
from pipeline.report.model import Report, parse_report
from pipeline.report.words import Effect, GuardEntry, Outcome
from stages.contract import Exit
from support.recorded import FINE_TUNED
from tui.views.guards import CHOICES, KINDS, STOPPED, Kind, chosen, guards_of, kind_of, next_choice
from tui.views.record import Record
from tui.views.run import RunView
from tui.words import outcome_words

REPORT = parse_report((FINE_TUNED.source / "out" / "report.json").read_bytes())
REFUSED = RunFailed(Exit.INTEGRITY, "it is:\n  another one", "data", "mend it", (), "stock-nb")


def with_outcomes(**outcomes: Outcome) -> Report:
    changed = {name.replace("_", "-"): outcome for name, outcome in outcomes.items()}
    guards = [replace(it, outcome=changed.get(it.id, it.outcome)) for it in REPORT.guards]
    return REPORT.model_copy(update={"guards": tuple(guards)})


def view(failure: RunFailed | None = None, judged: Judgement | None = None) -> RunView:
    code = failure.code if failure else 0
    return RunView(name="a-run", failure=failure, finished=RunFinished.of(code, 1.0, judged))


def test_every_outcome_has_its_word_and_its_place() -> None:
    assert set(KINDS) == set(get_args(Kind))
    entry = REPORT.guards[0]
    kinds = [kind_of(replace(entry, outcome=outcome, effect=Effect.FAILS)) for outcome in Outcome]
    assert {*kinds, "warning"} == set(KINDS)
    assert len({outcome_words(kind)[0] for kind in KINDS}) == len(KINDS)


def test_what_failed_stands_first_and_a_warning_is_none() -> None:
    failed = {
        "same_strings": Outcome.FAILED,
        "labels_in_dictionary": Outcome.FAILED,
        "no_overlap": Outcome.FAILED,
    }
    report = with_outcomes(**failed)
    guards = guards_of(Record(report, is_own=True), view(None, report.judgement), goes_on=False)
    assert [(guard.id, kind_of(guard)) for guard in guards[:3]] == [
        ("labels-in-dictionary", "failed"),
        ("same-strings", "failed"),
        ("no-overlap", "warning"),
    ]
    assert len(guards) == len(report.guards)
    order = [KINDS.index(kind_of(guard)) for guard in guards]
    assert order == sorted(order)


def test_a_choice_that_leaves_nothing_is_passed_over() -> None:
    good, bad = REPORT.guards, with_outcomes(same_strings=Outcome.FAILED).guards
    assert [next_choice(bad, now) for now in CHOICES] == ["failed", "not checked", "all"]
    assert [next_choice(good, now) for now in CHOICES] == ["not checked", "not checked", "all"]
    assert [guard.id for guard in chosen(bad, "failed")] == ["same-strings"]
    assert next_choice((), "failed") == "all"


def test_a_run_that_ended_early_reached_no_guard() -> None:
    earlier = Record(REPORT, unreached=unreached_guards("recognition"))
    first, *others = guards_of(earlier, view(REFUSED), goes_on=False)
    assert (first.id, first.pitfalls) == (STOPPED, ("stock-nb",))
    assert {kind_of(guard) for guard in others} == {"not reached", "does not apply"}
    assert len(others) == len(earlier.unreached)
    # as long as it goes on, those of the run before are shown, which the screen says
    assert {kind_of(guard) for guard in guards_of(earlier, view(), goes_on=True)} > {"passed"}


@pytest.mark.parametrize(("verdict", "rows"), [(Verdict.GUARD, 0), (Verdict.PASS, 1)])
def test_a_guard_that_refused_the_report_is_listed_once(verdict: Verdict, rows: int) -> None:
    report = REPORT.model_copy(update={"verdict": verdict})
    guards = guards_of(Record(report, is_own=True), view(REFUSED, report.judgement), goes_on=False)
    assert sum(guard.id == STOPPED for guard in guards) == rows


def test_reports_of_before_name_no_stage() -> None:
    old = [replace(guard, stage="") for guard in REPORT.guards]
    report = REPORT.model_copy(update={"guards": tuple(old)})
    shown = guards_of(Record(report, is_own=True), view(None, report.judgement), goes_on=False)
    assert {type(guard) for guard in shown} == {GuardEntry} and len(shown) == len(old)
