"""Which epoch is the best, and when training has gone on for long enough without getting better."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from stages.errors import StageError
from stages.message import msg

METRICS = ("acc", "ned")


def is_kept(value: float, highest: float, images: int) -> bool:
    """Whether an epoch is kept, in the place of the one that was kept before.

    Shares within the standard error of the highest are equal: so few images cannot tell them apart. Of equal
    epochs the later one is kept, whose mean weights are of more steps.

    Args:
        value: of the latest epoch, a share in 0..1.
        highest: value of all epochs, this one among them.
        images: that the value is the mean of.
    """
    return value >= highest - math.sqrt(highest * (1 - highest) / images)


@dataclass
class EarlyStopping:
    """Patience in epochs, 0 for ever; an improvement is one by more than ``min_delta``."""

    metric: str
    patience: int
    min_delta: float
    #: The best value that counted as an improvement, and its epoch.
    value: float = -1.0
    epoch: int = 0

    @classmethod
    def of(cls, parameters: Mapping[str, Any]) -> EarlyStopping:
        """Read the parameter ``early_stopping`` of the train stage.

        Raises:
            StageError: the metric is unknown.
        """
        given = parameters["early_stopping"]
        if given["metric"] not in METRICS:
            raise StageError(
                msg(
                    "early stopping by {metric} is unknown; allowed: {metrics}",
                    repr(given["metric"]),
                    ", ".join(METRICS),
                ),
                "train.early_stopping",
                msg('set metric = "acc"'),
            )
        return cls(given["metric"], given["patience"], given["min_delta"])

    def saw(self, epoch: int, value: float) -> None:
        """Take the validation's measure after ``epoch``."""
        if value > self.value + (self.min_delta if self.value >= 0 else 0):
            self.value, self.epoch = value, epoch

    def exhausted(self, epoch: int) -> bool:
        """Whether ``epoch`` is too long after the last improvement."""
        return 0 < self.patience <= epoch - self.epoch

    def told(self, epoch: int) -> str:
        """Return why training ended after ``epoch``, and what comes next."""
        why = msg("all epochs done")
        if self.exhausted(epoch):
            why = msg(
                "stopped early at epoch {epoch}: no better for {patience}", epoch, self.patience
            )
        return msg("{why}; writing the checkpoint", why)
