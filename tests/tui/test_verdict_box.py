"""The verdict's box: never higher than the screen allows, what failed first, and nothing that misleads."""

from dataclasses import replace

import pytest
from rich.console import Console

from pipeline.record.events import Envelope, RunFinished
from pipeline.record.verdict import Asked, Judgement, Limit, Verdict
from tui.console import Terminal
from tui.printer import Printer
from tui.summary import summary_lines
from tui.verdicts import limit_words, weightiest
from tui.views.run import RunView
from tui.widgets.verdict_box import Box, Sentence
from tui.words import end_words, severity_of, stage_words

LOW = Limit(Asked.MIN_ACCURACY, "pd", "accuracy", False, 0.7, 0.99)
SAME = Limit(Asked.MIN_AGREEMENT, "nb-x86", "", True, 1.0, 1.0)
FAR = Limit(Asked.MAX_ABS_DIFF, "nb-x86", "", True, 1.4e-6, 1e-3)
LIMITS = (SAME, FAR, LOW)
LONG = "a guard failed: training changed the weights: tensors that differ: backbone 0 of 595, head 0 of 2"


def drawn(box: Box, width: int = 78) -> list[str]:
    """Return the box's lines."""
    console = Console(width=width, color_system=None)
    with console.capture() as captured:
        console.print(box)
    return [line.rstrip() for line in captured.get().splitlines()]


def test_what_failed_stands_first_beside_its_limit() -> None:
    judged = Judgement(Verdict.ACCURACY, (LOW.sentence,), (), LIMITS)
    assert drawn(Box(judged, judged.verdict.words, (), "2 the models · 5 the guards")) == [
        "✘ FAIL by accuracy                                 2 the models · 5 the guards",
        "✘ accuracy pd 70.00% < 99%  ✔ same as PD 100.00% ≥ 100%",
        "✔ max diff 1.4e-06 ≤ 1e-03",
    ]


def test_what_rounding_costs_does_not_stand_for_what_a_file_does() -> None:
    rounded = Limit(Asked.MIN_AGREEMENT, "pd-int8", "", True, 0.98, 0.97)
    nb = replace(SAME, model="nb-x86-int8", reference="pd-int8")
    judged = Judgement(Verdict.PASS, limits=(SAME, FAR, rounded, nb))
    said = ["✔ same as PD 100.00% ≥ 100%", "✔ same as PD pd-int8 98.00% ≥ 97%"]
    assert [limit_words(limit)[0] for limit in weightiest(judged.limits)][:2] == said
    assert limit_words(replace(nb, value=0.9, kept=False))[0] == (
        "✘ same as pd-int8 nb-x86-int8 90.00% < 100%"
    )


@pytest.mark.parametrize("most", [2, 4, 5, 12])
@pytest.mark.parametrize("sentences", [0, 1, 2, 9])
@pytest.mark.parametrize("width", [8, 40, 78, 118])
def test_it_is_no_higher_and_no_wider_than_allowed(most: int, sentences: int, width: int) -> None:
    told = (Sentence("failed", "", LONG),) * sentences
    lines = drawn(
        Box(Judgement(Verdict.GUARD, (), (), LIMITS), "FAIL by a guard", told, "", most), width
    )
    assert len(lines) <= most and all(len(line) <= width for line in lines)
    if sentences and width == 78:
        assert lines[1].startswith("✘ a guard failed: training changed")
    if sentences == 9 and most == 5 and width == 78:
        assert lines[2] == "  and 8 more"


@pytest.mark.parametrize(
    ("limit", "said"),
    [
        (SAME, "✔ same as PD 100.00% ≥ 100%"),
        (replace(SAME, value=0.99999, kept=False), "✘ same as PD nb-x86 99.999% < 100%"),
        (replace(FAR, value=None, kept=False), "✘ max diff nb-x86 NaN (≤ 1e-03)"),
        (replace(FAR, value=1.5004e-3, limit=0.0015, kept=False), "✘ max diff nb-x86 1.5004e-03 > 1.5e-03"),
        (replace(LOW, value=0.7, limit=None, kept=True), "✔ accuracy pd 70.00% > 0%"),
        (replace(LOW, value=0.0, limit=None), "✘ accuracy pd 0.00% (> 0%)"),
        (Limit(Asked.MAX_ACCURACY_DROP, "nb-x86", "hmean", True, -0.001, 0.0), "✔ hmean drop -0.10% ≤ 0%"),
    ],
)  # fmt: skip
def test_a_number_never_looks_like_the_limit_that_it_missed(limit: Limit, said: str) -> None:
    assert limit_words(limit)[0] == said


def test_each_verdict_looks_different() -> None:
    ends = {verdict: end_words(RunFinished.of(0, 1.0, Judgement(verdict))) for verdict in Verdict}
    assert ends[Verdict.PASS] == ("✔ PASS", "bold green")
    assert ends[Verdict.WARNINGS] == ("! PASS with warnings", "bold yellow")
    assert [ends[it] for it in (Verdict.ACCURACY, Verdict.PARITY, Verdict.GUARD)] == [
        (f"✘ FAIL by {why}", "bold red") for why in ("accuracy", "parity", "a guard")
    ]


def test_a_failed_verdict_is_said_of_the_stage_that_measured() -> None:
    said = {}
    for verdict in Verdict:
        view = RunView()
        view.stages["verify"].state, view.stages["verify"].judged = "cached", verdict
        said[verdict] = stage_words(view.stages["verify"])[0]
    assert said == {
        Verdict.PASS: "✔ cached",
        Verdict.WARNINGS: "✔ cached",
        Verdict.PART: "✘ failed in part",
        Verdict.ACCURACY: "✘ below the limit",
        Verdict.PARITY: "✘ differs from PD",
        Verdict.GUARD: "✘ a guard failed",
    }


def test_warnings_are_told_where_the_screen_was_and_by_batch(
    capsys: pytest.CaptureFixture[str],
) -> None:
    judged = Judgement(Verdict.WARNINGS, (), ("a guard failed: it\nwarns",))
    ended = RunFinished.of(0, 172.0, judged)
    view = RunView(name="a-run", project="plates", finished=ended)
    assert [
        line for line in summary_lines(view, is_running=False) if "arning" in line or "!" in line
    ] == ["! PASS with warnings", "  ! a guard failed: it warns"]
    Printer(Terminal()).show(Envelope(1, "2026-11-22T17:31:00+00:00", "a-run", "", ended))
    assert capsys.readouterr().out == "run      ! PASS with warnings in 2 min 52 s\n"
    assert {it: severity_of(it) for it in Verdict} == {
        Verdict.PASS: "information",
        Verdict.WARNINGS: "warning",
        **dict.fromkeys((Verdict.PART, Verdict.ACCURACY, Verdict.PARITY, Verdict.GUARD), "error"),
    }
