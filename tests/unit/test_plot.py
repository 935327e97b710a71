"""Learning curves in characters: what a reader takes from them."""

import math
from collections.abc import Iterator

import pytest
from textual.geometry import Size

from tui.appearance import Appearance, use
from tui.views.plot import Drawn, axis, plot
from tui.views.run import StageView
from tui.widgets.curves import curves_text

ACCURACY = [(0, 0.8033), (16, 0.9867), (32, 0.9867), (48, 0.9933), (64, 0.99), (80, 0.99)]


def trained(per_epoch: float | None = 16) -> StageView:
    losses = [(step, 1 / (step + 1)) for step, _accuracy in ACCURACY]
    rate = [(step, 1e-3 * (1 - step / 80)) for step, _accuracy in ACCURACY]
    curves = {"learning_rate": rate, "val_loss": losses, "val_accuracy": ACCURACY, "other": rate}
    return StageView("train", "done", curves=curves, steps_per_epoch=per_epoch)


@pytest.fixture
def _in_ascii() -> Iterator[None]:
    use(Appearance(ascii_only=True))
    yield
    use(Appearance())


@pytest.mark.parametrize(
    "values", [(0.8033, 0.9933), (0, 0), (0.5,), (-3, 1e6), (1e-5, 9.9e-4), (17, 23), (0, 80)]
)
@pytest.mark.parametrize("cells", [4, 5, 6, 13, 40])
def test_ticks_are_round_and_at_equal_distances(values: tuple[float, ...], cells: int) -> None:
    found = axis(values, cells, 2)
    digits = found.step / 10 ** math.floor(math.log10(found.step) + 1e-9)
    assert round(digits) in (1, 2, 5) and digits == pytest.approx(round(digits))
    assert found.between >= 2 and found.length <= cells
    said = [found.said(value) for value in found.ticks]
    assert len(set(said)) == len(said)  # neighbours differ
    assert [float(text) for text in said] == pytest.approx(found.ticks)
    assert all(0 <= found.cell(value) <= found.length + 1e-6 for value in values)


def test_a_curve_has_names_its_best_point_and_its_last_value() -> None:
    points = [(float(step), value) for step, value in ACCURACY]
    lines = plot(
        [Drawn("accuracy", points, is_share=True, best=points[3])], 60, 10, "step", "best!"
    )
    rows = lines.plain.splitlines()
    assert rows[0] == "accuracy  best!"
    assert [row.split("┤")[0].strip() for row in rows if "┤" in row] == ["100%", "90%", "80%"]
    assert sum("◆" in row for row in rows) == 1
    assert any(row.endswith(" 99.00%") for row in rows)
    assert rows[-1].split() == ["0", "20", "40", "60", "80", "step"]
    assert all(len(row) <= 60 for row in rows) and len(rows) <= 10


def test_every_curve_of_a_stage_is_there_and_counts_epochs() -> None:
    text = curves_text(trained(), Size(70, 18)).plain
    assert "best 99.33% at epoch 3" in text and " 5 epoch" in text
    for name in ("accuracy", "validation loss", "learning rate", "other"):
        assert name in text
    assert text.index("accuracy") < text.index("validation loss") < text.index("learning rate")
    assert "best 99.33% at step 48" in curves_text(trained(None), Size(70, 18)).plain


def test_of_equal_epochs_the_best_is_the_one_that_is_kept() -> None:
    stage = trained()
    stage.curves["val_accuracy"] = [(0, 0.9), (16, 1.0), (32, 1.0)]
    stage.curves["val_loss"] = [(0, 0.5), (16, 0.1), (32, 0.2)]
    assert "best 100.00% at epoch 2" in curves_text(stage, Size(70, 18)).plain


def test_of_a_training_that_is_over_the_kept_epoch_is_marked_though_another_was_higher() -> None:
    stage = trained()
    stage.results["accuracy"] = 0.99
    assert "best 99.00% at epoch 5" in curves_text(stage, Size(70, 18)).plain


@pytest.mark.parametrize("size", [Size(1, 1), Size(12, 3), Size(30, 8), Size(200, 60)])
def test_any_size_and_any_value(size: Size) -> None:
    stage = trained()
    stage.curves |= {"nan": [(1, math.nan)], "inf": [(1, math.inf), (2, 1.0)], "empty": []}
    text = curves_text(stage, size).plain
    assert all(len(line) <= max(size.width, 20) for line in text.splitlines())
    assert "nan" not in text and "empty" not in text


@pytest.mark.usefixtures("_in_ascii")
def test_ascii_is_ascii() -> None:
    assert curves_text(trained(), Size(70, 18)).plain.isascii()
