"""The test images of a run, and which of them are looked at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum

from pipeline.report.samples import Sample, Samples
from tui.views.confusions import Confusion, Counts, confusions_of, counted


class Only(Enum):
    """Which images are looked at, from the fewest that matter to all."""

    UNLIKE_LABEL = "unlike label"
    PARTED = "parted"
    ALL = "all"

    def has(self, sample: Sample) -> bool:
        """Return whether an image is one of these."""
        if self is Only.ALL:
            return True
        return sample.is_parted if self is Only.PARTED else not sample.is_as_labelled

    @property
    def next(self) -> Only:
        """What comes after it, round the end."""
        order = list(Only)
        return order[(order.index(self) + 1) % len(order)]


@dataclass(frozen=True)
class Choice:
    """What an image must be to be looked at."""

    only: Only = Only.UNLIKE_LABEL
    confusion: Confusion | None = None

    def picked(self, samples: Sequence[Sample]) -> Iterator[Sample]:
        """Give the images that are looked at."""
        return (item for item in samples if self.only.has(item) and self._has_confusion(item))

    def _has_confusion(self, sample: Sample) -> bool:
        if self.confusion is None:
            return True
        return any(self.confusion in found for found in confusions_of(sample).values())


@dataclass(frozen=True)
class Gallery:
    """The images of a run, and what is counted over all of them."""

    samples: Sequence[Sample] = ()
    all_there: bool = True
    numbers: dict[Only, int] = field(default_factory=dict)
    confusions: Counts = field(default_factory=dict)


def gallery_of(samples: Samples) -> Gallery:
    """Count; may take time."""
    items = samples.items
    numbers = {only: sum(map(only.has, items)) for only in Only}
    return Gallery(items, samples.all_there, numbers, counted(items))
