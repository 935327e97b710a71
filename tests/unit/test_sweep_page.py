"""The page of a sweep: the choice first, every member in the table, and no more drawn than can be seen."""

import re
from pathlib import Path

from pipeline.project import load_project
from pipeline.report.model import Training
from pipeline.sweep.figures import MOST_ROWS, figures
from pipeline.sweep.page import IN_SIGHT, render_page
from stages.contract import Point
from support.hostile_report import HOSTILE
from support.projects import write_project
from support.results import make_model, make_parity, make_report
from support.sweep_tables import large, row, table

#: A page of a thousand members may be as large.
MOST_BYTES = 1_500_000


def headings(made: str) -> list[str]:
    found = re.findall(r"<figcaption><b>(.*?)</b>", made)
    return [re.sub(r"<span class=\"zh\".*?</span>|<[^>]*>", "", it) for it in found]


def test_the_first_by_validation_is_named_and_that_the_test_set_chose_nothing(
    tmp_path: Path,
) -> None:
    made = render_page(table(row("worse", 0.8, test=0.99), row("better", 0.9)), tmp_path)
    assert made.index("first by validation: better") < made.index("the test set chooses nothing")
    body = made.partition("<tbody>")[2]
    assert body.index("better") < body.index("worse")
    assert "按验证集" in made and "<script" not in made and "default-src 'none'" in made


def test_where_no_member_has_a_rank_that_is_what_it_says(tmp_path: Path) -> None:
    failed = row("a", None, state="failed", verdict="", message="no disk", test=0.1)
    made = render_page(table(failed), tmp_path)
    assert 'class="banner fail"' in made and "no member has a rank" in made
    assert "no disk <small>a</small>" in made


def test_who_failed_for_one_reason_is_told_once(tmp_path: Path) -> None:
    made = render_page(large(100, failed=60), tmp_path)
    assert 'class="banner warn"' in made and "60 without a rank" in made
    assert made.count("the train stage ended with code 3") == 1 and "… 30" in made


def test_there_is_a_drawing_for_what_was_measured_and_for_each_setting_that_differs(
    tmp_path: Path,
) -> None:
    made = render_page(large(6), tmp_path)
    assert headings(made) == [
        "size and accuracy in validation", "accuracy on the test set",
        "train.learning_rate", "train.seed", "time by stage", "CPU seconds by stage",
    ]  # fmt: skip
    assert headings(render_page(table(row("a", None, test=0.5)), tmp_path)) == [
        "accuracy on the test set"
    ]


def test_the_line_of_the_drawing_is_that_of_the_members_with_the_mark() -> None:
    rows = (
        row("large", 0.95, 9_000_000),
        row("beaten", 0.94, 9_100_000),
        row("small", 0.7, 1_000_000),
    )
    drawing = next(figures(table(*rows), {})).drawing
    spots = re.findall(r'<circle [^>]*class="(\w+)"[^>]*><title>\d (\w+):', drawing)
    assert spots == [("other", "beaten"), ("ships", "large"), ("ships", "small")]


def test_a_long_name_keeps_its_end_where_members_differ() -> None:
    rows = (row(f"learning_rate=0.0001,weights=float32,seed={seed}") for seed in (41, 42))
    drawing = next(figures(table(*rows), {})).drawing
    assert "1 · learning…s=float32,seed=41" in drawing and "…s=float32,seed=42" in drawing


def test_members_have_their_own_reports_behind_their_names(tmp_path: Path) -> None:
    for name in ("seed=1,x", "seed=2.failed"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "report.html").write_text("")
    rows = row("seed=1,x"), row("seed=2", verdict="fail-parity"), row("seed=3"), row("gone")
    made = render_page(table(*rows), tmp_path)
    assert '<a href="seed%3D1%2Cx/report.html">seed=1,x</a>' in made
    assert '<a href="seed%3D2.failed/report.html">seed=2</a>' in made
    assert made.count("<a ") == 2


def test_a_member_that_failed_does_not_lead_to_what_it_delivered_before(tmp_path: Path) -> None:
    for name in ("a", "a.failed", "b", "b.failed"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "report.html").write_text("")
    made = render_page(
        table(row("a", verdict="fail-parity"), row("b", verdict="fail-guard")), tmp_path
    )
    assert re.findall(r'<a href="(.*?)"', made) == ["a.failed/report.html"]


def test_curves_are_those_of_the_members_reports_and_of_no_other_run(tmp_path: Path) -> None:
    project = load_project(write_project(tmp_path / "p"))
    points = tuple(Point(step, "val_accuracy", value) for step, value in ((0, 0.1), (50, 0.9)))
    trained = Training(
        mode="full", architecture="x", start="", epochs=1, epochs_run=1, best_epoch=1, stopped_because="",
        accuracy=0.9, ned=0.99, samples_per_s=1.0, curve=points,
    )  # fmt: skip
    made = make_report(project, make_parity(make_model("pd")))
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "report.json").write_text(
        made.model_copy(update={"training": trained}).dump()
    )
    assert "learning curves" in headings(render_page(table(row("a"), row("b")), tmp_path))
    other = table(row("a", 0.8), row("b"))
    assert "learning curves" not in headings(render_page(other, tmp_path))


def test_a_thousand_members_are_a_page_that_can_be_opened(tmp_path: Path) -> None:
    made = render_page(large(1000, failed=10), tmp_path)
    assert len(made.encode()) < MOST_BYTES
    body, _, folded = made.partition("<tbody>")[2].partition("<details>")
    assert body.count('<th scope="row">') == IN_SIGHT
    assert folded.count('<th scope="row">') == 1000 - IN_SIGHT
    assert f"the first {MOST_ROWS} of 990" in made


def test_no_text_from_outside_becomes_markup(tmp_path: Path) -> None:
    text = HOSTILE
    rows = (
        row("a", settings={"train.seed": text, f"x.{text}": 1}),
        row("b", state="failed", message=text, verdict=""),
    )
    made = render_page(table(*rows), tmp_path)
    assert all(char.isprintable() for char in made.replace("\n", ""))
    assert "<script" not in made and "<img" not in made
