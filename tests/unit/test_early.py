from __future__ import annotations

import pytest

from stages.early import EarlyStopping, Rated, is_better
from stages.errors import StageError


def after(values: list[float], patience: int, min_delta: float = 0.0) -> int:
    """Return the epoch after which training would end."""
    early = EarlyStopping("acc", patience, min_delta)
    early.saw(0, 0.5)
    for epoch, value in enumerate(values, start=1):
        early.saw(epoch, value)
        if early.exhausted(epoch):
            return epoch
    return 0


def test_it_waits_for_its_patience_after_the_last_improvement() -> None:
    assert after([0.6, 0.6, 0.7, 0.7, 0.6, 0.7], patience=2) == 5


def test_an_improvement_below_min_delta_does_not_count() -> None:
    assert after([0.505, 0.509, 0.512], patience=2, min_delta=0.01) == 2


def test_without_patience_it_never_ends() -> None:
    assert after([0.1] * 50, patience=0) == 0


def test_an_unknown_metric_is_refused() -> None:
    with pytest.raises(StageError, match="allowed: acc, ned"):
        EarlyStopping.of({"early_stopping": {"metric": "loss", "patience": 1, "min_delta": 0}})


def test_it_says_why_training_ended() -> None:
    early = EarlyStopping("acc", patience=5, min_delta=0.0)
    early.saw(4, 0.9)
    assert early.told(8) == "all epochs done; writing the checkpoint"
    why = "stopped early at epoch 9: no better for 5"
    assert early.told(9) == f"{why}; writing the checkpoint"


@pytest.mark.parametrize(
    ("epoch", "highest", "better"),
    [
        (
            Rated(0.93, 0.9),
            0.93,
            True,
        ),  # by more than the standard error, 1.8 points, whatever the loss
        (Rated(0.91, 0.9), 0.91, False),  # by less: the loss decides
        (Rated(0.90, 0.4), 0.90, True),
        (Rated(0.89, 0.4), 0.90, True),
        (Rated(0.90, 0.5), 0.90, False),
        (Rated(0.89, 0.4), 0.92, False),  # not equal to the highest that was seen
    ],
)
def test_the_loss_decides_between_what_so_few_images_cannot_tell_apart(
    epoch: Rated, highest: float, better: bool
) -> None:
    assert is_better(epoch, Rated(0.90, 0.5), highest, 200) == better


def test_an_epoch_is_better_than_none() -> None:
    assert is_better(Rated(0.0, 9.0), Rated(-1.0, float("inf")), 0.0, 8)
