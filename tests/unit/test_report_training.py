"""What the report tells of training: its course, why it stopped, and the curve as a chart and a table."""

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from pipeline.project import load_project
from pipeline.report.html import render_html
from pipeline.report.markdown import MAX_EVALUATIONS, render_markdown
from pipeline.report.model import Report, Training
from pipeline.report.page.axis import percent
from pipeline.report.page.chart import Curve, curves
from pipeline.report.training import MOST_POINTS, best_step, evaluations, summary
from stages.contract import Curve as CurveDocument
from stages.contract import FeatureCount, Point
from support.results import make_report, make_results

#: Three evaluations; the second is the best, as tests/support/results.py says.
CURVE = [
    Point(step, name, value)
    for step, values in {
        0: {"val_accuracy": 0.80, "val_ned": 0.96, "val_loss": 0.9},
        16: {"train_loss": 0.5, "val_accuracy": 0.95, "val_ned": 0.99, "val_loss": 0.2},
        32: {"train_loss": 0.1, "val_accuracy": 0.99, "val_ned": 0.998, "val_loss": 0.05},
        48: {"train_loss": 0.05, "val_accuracy": 0.98, "val_ned": 0.997, "val_loss": 0.06},
    }.items()
    for name, value in values.items()
]


def report(folder: Path, curve: list[Point] | None = None, **metrics: Any) -> Report:
    results = make_results()
    train = results["train"]
    results["train"] = replace(train, metrics={**train.metrics, **metrics})
    used = CURVE if curve is None else curve
    return make_report(load_project(folder), results=results, curve=CurveDocument(tuple(used)))


def training_of(made: Report) -> Training:
    assert made.training is not None
    return made.training


def test_training_is_told(folder: Path) -> None:
    features = {"images": 5, "computed": 5, "cached": 0}
    training = training_of(
        report(folder, start_val_loss=0.9, first_train_loss=1.1, features=features)
    )
    assert list(training.curve) == sorted(CURVE, key=lambda point: _names().index(point.name))
    assert training.features == FeatureCount(5, 5, 0)
    assert training.start_val_loss == 0.9 and training.best_epoch == 2


def _names() -> list[str]:
    return list(dict.fromkeys(point.name for point in CURVE))


def test_run_that_trained_nothing_tells_nothing_of_it(folder: Path) -> None:
    results = {stage: result for stage, result in make_results().items() if stage != "train"}
    made = make_report(load_project(folder), results=results)
    assert made.training is None
    assert "Training" not in render_html(made) and "Training" not in render_markdown(made)


def test_course_of_training_in_a_sentence(folder: Path) -> None:
    said = summary(training_of(report(folder)))
    assert said == (
        "mode frozen: all epochs done; best epoch 2 of 3, 99.00% on val; 168.16 samples/s"
    )
    features = {"images": 1300, "computed": 300, "cached": 1000, "images_per_s": 61.2}
    more = training_of(
        report(folder, start_val_loss=0.25, first_train_loss=0.31, features=features)
    )
    assert summary(more).endswith(
        "; features of 1300 images, 1000 of them cached"
        "; loss 0.25 before training, 0.31 in the first batch"
    )


def test_evaluations_have_the_loss_of_the_training_before_them(folder: Path) -> None:
    found = evaluations(training_of(report(folder)))
    assert [row["step"] for row in found] == [0, 16, 32, 48]
    assert "train_loss" not in found[0] and found[2]["train_loss"] == 0.1
    assert best_step(training_of(report(folder))) == 32


def test_of_epochs_that_read_the_same_the_latest_is_the_one_that_was_kept(folder: Path) -> None:
    again = [replace(point, step=48) for point in CURVE if point.step == 32]
    assert best_step(training_of(report(folder, [*CURVE[:-4], *again]))) == 48


def test_a_share_that_was_higher_than_that_of_the_kept_epoch_is_explained(folder: Path) -> None:
    higher = [Point(16, "val_accuracy", 0.9933), Point(32, "val_accuracy", 0.99)]
    said = summary(training_of(report(folder, higher)))
    assert "99.00% on val; 99.33% was seen, but of epochs that val's images cannot" in said


def test_upstream_says_its_loss_at_other_steps_than_it_evaluates_at(folder: Path) -> None:
    curve = [
        Point(10, "train_loss", 2.0),
        Point(20, "train_loss", 1.0),
        Point(25, "val_accuracy", 0.5),
        Point(30, "train_loss", 0.5),
    ]
    (row,) = evaluations(training_of(report(folder, curve)))
    assert row == {"step": 25, "val_accuracy": 0.5, "train_loss": 1.0}


class Drawn(HTMLParser):
    """Collects charts: their labels, curves and the tips of their points."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.labels: list[str] = []
        self.paths: list[str] = []
        self.tips: list[str] = []
        self._tag = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._tag = tag
        if tag == "svg":
            self.labels.append(dict(attrs)["aria-label"] or "")
        elif tag == "path":
            self.paths.append(dict(attrs)["d"] or "")

    def handle_data(self, data: str) -> None:
        if self._tag == "title":
            self.tips.append(data)


def test_html_draws_the_curve(folder: Path) -> None:
    drawn = Drawn(render_html(report(folder)))
    assert drawn.labels[-2:] == ["learning curve, by step", "loss, by step"]
    assert "99% · 32" in drawn.tips and "0.1 · 32" in drawn.tips
    assert "kept" in render_html(report(folder))


def test_markdown_has_the_evaluations_the_kept_one_marked(folder: Path) -> None:
    lines = render_markdown(report(folder)).splitlines()
    assert "| 32 | 0.1 | 0.05 | 99.00% | 0.9980 | – | kept |" in lines
    assert "| 0 | – | 0.9 | 80.00% | 0.9600 | – |  |" in lines


def test_long_training_is_cut_in_markdown(folder: Path) -> None:
    curve = [Point(n, "val_accuracy", n / 999) for n in range(999)]
    page = render_markdown(report(folder, curve))
    rows = [line for line in page.splitlines() if re.match(r"\| \d+ \| –", line)]
    assert len(rows) <= MAX_EVALUATIONS + 2
    assert rows[0].startswith("| 0 ") and rows[-1].startswith("| 998 ")


def test_very_long_curve_is_thinned_and_keeps_its_ends(folder: Path) -> None:
    curve = [Point(n, "train_loss", float(n)) for n in range(12_345)]
    kept = training_of(report(folder, curve)).curve
    assert len(kept) <= MOST_POINTS + 1
    assert (kept[0].step, kept[-1].step) == (0, 12_344)


def test_loss_that_is_no_number_is_null_and_not_drawn(folder: Path) -> None:
    curve = [*CURVE, Point(50, "train_loss", float("nan"))]
    made = report(folder, curve, start_val_loss=float("inf"))
    assert Point(50, "train_loss", None) in training_of(made).curve
    assert training_of(made).start_val_loss is None
    json.loads(json.dumps(made.plain()["training"], allow_nan=False))
    assert "nan" not in "".join(Drawn(render_html(made)).paths)


@pytest.mark.parametrize("points", [(), ((1, 0.5),)])
def test_curve_of_less_than_two_points_is_not_drawn(
    points: tuple[tuple[float, float], ...],
) -> None:
    assert curves([Curve("a", points)], "x", ("steps", percent)) is None


@pytest.mark.parametrize(
    ("low", "high"),
    [*product((0.0, 1e-9, 0.98), (1.0, 0.9800001, 25_000.0)), (0.5, 0.5), (0.0, 0.0), (-3.0, 7.0)],
)
def test_chart_stays_within_its_bounds(low: float, high: float) -> None:
    drawn = Drawn(
        str(curves([Curve("a", [(0, low), (7, high)])], "x", ("steps", percent), (7, "kept")))
    )
    numbers = [float(number) for path in drawn.paths for number in re.findall(r"[\d.]+", path)]
    assert all(0 <= number <= 420 for number in numbers)


def test_names_in_a_chart_are_no_markup() -> None:
    made = str(curves([Curve("<script>", [(0, 1.0), (1, 2.0)])], "<b>", ("&", percent)))
    assert "<script>" not in made and "<b>" not in made and "&lt;script&gt;" in made
