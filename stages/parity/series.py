"""What a model answered, image by image."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Generic, NamedTuple

import numpy as np

from stages.contract import Fault, OnArm, Sane
from stages.message import msg
from stages.parity.models import Model
from stages.parity.sanity import RowSanity, Sanity, Wrong
from stages.parity.task import Prediction
from stages.pitfalls import Pitfall


class Difference(NamedTuple):
    """How far an output is from the reference's for the same image, over all its numbers."""

    largest: float
    mean: float

    @classmethod
    def of(cls, output: np.ndarray, reference: np.ndarray) -> Difference:
        """Compare two outputs of one shape."""
        distance = np.abs(output - reference)
        return cls(float(distance.max()), float(distance.mean(dtype=np.float64)))


@dataclass
class Series(Generic[Prediction]):
    """What one model answered, an entry an image."""

    model: Model
    predictions: list[Prediction] = field(default_factory=list)
    confidences: list[float] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)
    #: Of the images that were timed: with the threads of all models, and with all threads that there are.
    seconds: list[float] = field(default_factory=list)
    seconds_all: list[float] = field(default_factory=list)
    load_s: float = 0.0
    rss_mb: float = 0.0
    #: Of how many images a part of the answer was kept from before.
    kept: int = 0
    classes: int = 0
    failure: Wrong | None = None
    pitfall: Pitfall | None = None
    sanity: Sanity = field(default_factory=RowSanity)
    on_arm: OnArm | None = None

    def __post_init__(self) -> None:
        """Judge a file of half precision by what that allows."""
        self.sanity.half = self.model.half

    @property
    def alive(self) -> bool:
        """Whether the model is run, and has answered so far."""
        return self.model.status is None and self.failure is None

    @property
    def is_own_reference(self) -> bool:
        """Whether it is the PD model, which is compared with no other."""
        return self.model.name == self.model.reference

    def fail(self, fault: Fault, why: str, pitfall: Pitfall | None = None) -> None:
        """Give up on the model, and say how far it came."""
        self.failure = Wrong(
            fault, msg("{why} (after {predictions} images)", why, len(self.predictions))
        )
        self.pitfall = pitfall

    def sane(self) -> Sane:
        """Return the model's entry of ``sanity`` in ``evidence.json``."""
        distinct = len(set(self.predictions))
        return Sane(self.model.name, distinct_readings=distinct, **self.sanity.entry())
