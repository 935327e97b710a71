import pytest

from stages.early import EarlyStopping, is_kept
from stages.errors import StageError


def after(values: list[float], patience: int, min_delta: float) -> int:
    """Return the epoch after which training would end."""
    early = EarlyStopping("acc", patience, min_delta)
    early.saw(0, 0.5)
    for epoch, value in enumerate(values, start=1):
        early.saw(epoch, value)
        if early.exhausted(epoch):
            return epoch
    return 0


@pytest.mark.parametrize(
    ("values", "patience", "min_delta", "epoch"),
    [
        ([0.6, 0.6, 0.7, 0.7, 0.6, 0.7], 2, 0.0, 5),
        ([0.505, 0.509, 0.512], 2, 0.01, 2),
        ([0.1] * 50, 0, 0.0, 0),
    ],
    ids=["after the last improvement", "improvements below min_delta", "no patience: never"],
)
def test_it_waits_for_its_patience(
    values: list[float], patience: int, min_delta: float, epoch: int
) -> None:
    assert after(values, patience, min_delta) == epoch


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
    ("value", "highest", "images", "kept"),
    [
        (0.93, 0.93, 200, True),
        (0.915, 0.93, 200, True),  # the standard error is 1.8 points: 200 images cannot tell
        (0.91, 0.93, 200, False),
        (0.915, 0.93, 2000, False),  # 2,000 can
        (0.99, 1.0, 200, False),
        (0.0, 0.0, 8, True),
    ],
)
def test_of_epochs_that_cannot_be_told_apart_the_latest_is_kept(
    value: float, highest: float, images: int, kept: bool
) -> None:
    assert is_kept(value, highest, images) == kept
