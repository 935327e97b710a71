"""What a run would do, above everything; and names with values, laid out in the room that there is."""

from dataclasses import replace

import pytest
from rich.console import Console

from pipeline.plan.planner import Action, Step
from pipeline.plan.stages import spec_of
from pipeline.plan.wiring import Wire
from stages.message import msg
from tui.views.run import planned_view
from tui.widgets.facts import Pairs
from tui.widgets.plan_banner import Plan, plan_text

SHA, MD5 = (
    "89881f3e935332a9098e070be5497ba25ecb191ca32be65ef56d51d64ef9be07",
    "0123456789abcdef" * 2,
)


def step(stage: str, action: Action, reason: str = "") -> Step:
    return Step(Wire(spec_of(stage)), action, reason)


FIRST = (
    step("data", "run", "never run"),
    step("train", "skip", "the project starts from a PIR model"),
    step("export", "wait", msg("after {stages}", "data")),
)
CHANGED = (
    step("data", "cached"),
    step("train", "run", msg("parameter {name} changed ({old} → {new})", "epochs", 30, 2)),
    step("export", "wait"),
    step("verify", "wait"),
)


def banner(plan: Plan, *, is_first: bool) -> list[str]:
    return plan_text(plan, "r", "R", is_first=is_first).plain.splitlines()


def test_before_the_first_run_it_is_large_and_says_why_there_is_no_plan() -> None:
    assert banner(Plan(FIRST), is_first=True) == [" r  run  data → export", " R   choose what runs"]
    assert banner(Plan(), is_first=True) == ["reading what there is to do …"]
    no_engine = Plan(problem="no engine answers", remedy="start it")
    assert banner(no_engine, is_first=True) == ["! no plan: no engine answers", "→ start it"]


def test_after_a_run_only_what_changed_is_told() -> None:
    said = " r  run  train: parameter epochs changed (30 → 2); then export, verify"
    assert banner(Plan(CHANGED), is_first=False) == [said]
    anew = replace(step("verify", "cached", "judged anew (a limit)"), judged_anew=True)
    assert banner(Plan((step("data", "cached"), anew)), is_first=False) == [
        " r  run  verify: judged anew (a limit)"
    ]
    for plan in (Plan(), Plan(problem="no engine answers"), Plan((step("data", "cached"),))):
        assert banner(plan, is_first=False) == []


def test_stages_that_a_project_skips_say_so_from_the_start() -> None:
    view = planned_view(FIRST)
    assert {name: stage.state for name, stage in view.stages.items()} == {
        "data": "waiting",
        "train": "skipped",
        "export": "waiting",
    }
    assert view.stages["train"].reason == "the project starts from a PIR model"


def laid_out(width: int, *facts: tuple[str, str]) -> list[str]:
    return [line.plain.rstrip() for line in Pairs(facts).lines(Console(), width)]


def test_a_hash_stands_whole_beside_its_name_or_below_it() -> None:
    assert laid_out(76, ("MD5", MD5), ("SHA-256", SHA)) == [f"MD5      {MD5}", f"SHA-256  {SHA}"]
    assert laid_out(70, ("SHA-256", SHA)) == ["SHA-256", f"  {SHA}"]
    assert laid_out(47, ("SHA-256", SHA)) == ["SHA-256", f"  {SHA[:32]}", f"  {SHA[32:]}"]


def test_a_name_of_more_than_half_the_width_has_a_line_of_its_own() -> None:
    long = "images that repeat another one"
    assert laid_out(34, ("classes", "37"), (long, "0")) == [
        "classes" + " " * 12 + "37",
        long,
        " " * 19 + "0",
    ]


@pytest.mark.parametrize("width", [5, 24, 44, 46, 80])
def test_a_sentence_goes_on_below_its_own_column_and_no_line_is_wider(width: int) -> None:
    lines = laid_out(width, ("encoding", "ASCII, no byte order mark, LF line ends"), ("a", "b"))
    if width >= 24:
        assert all(len(line) <= width for line in lines)
        assert all(line.startswith(" " * 10) for line in lines[1:-1])
    assert "".join(lines).replace(" ", "") == "encodingASCII,nobyteordermark,LFlineendsab"
