"""The same test images in two reports: which lines are read otherwise now, and whether that is chance."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pipeline.tasks import TASKS
from stages.contract.artifacts import labels_file

if TYPE_CHECKING:
    from pipeline.report.model import Report

#: An image and its label: an image may stand in the labels twice.
_Place = tuple[str, str]
#: Under this a difference is hardly chance, as is usual.
CHANCE = 0.05


@dataclass(frozen=True)
class LineChange:
    """What one model found on an image in the two runs."""

    model: str
    image: str
    label: str
    before: str
    now: str

    @property
    def trend(self) -> Literal["better", "worse", "other"]:
        """Whether it is right now, or was; ``other`` if it is wrong in another way."""
        if self.now == self.label:
            return "better"
        return "worse" if self.before == self.label else "other"


@dataclass(frozen=True)
class Paired:
    """How often one model was right in only one of the runs, and how likely chance alone does as much.

    ``p`` is McNemar's exact test, two-sided: of the images on which the runs differ, each is as likely to
    be the one's as the other's, so the smaller count is binomial with 1/2 (McNemar, *Note on the sampling
    error of the difference between correlated proportions or percentages*, 1947).
    """

    model: str
    images: int
    worse: int
    """right before, wrong now"""
    better: int
    """wrong before, right now"""

    @property
    def p(self) -> float:
        """The probability of counts as unequal as these, if neither run is better."""
        both = self.worse + self.better
        ways = tail = 1  # of choosing so many, and of at most as many
        for count in range(min(self.worse, self.better)):
            ways = ways * (both - count) // (count + 1)
            tail += ways
        return min(1.0, float(2 * tail / 2**both))

    @property
    def has_moved(self) -> bool:
        """Whether an image is right in only one of the runs."""
        return bool(self.worse or self.better)

    @property
    def is_chance(self) -> bool:
        """Whether chance does as much too often for this to say anything."""
        return self.p >= CHANCE


def have_same_images(before: Report, now: Report) -> bool:
    """Return whether both reports are of the same test images and labels."""
    old, new = _test_set(before), _test_set(now)
    return bool(old) and (before.task, before.images, old) == (now.task, now.images, new)


def _test_set(report: Report) -> str:
    wanted = ("data", labels_file("test"))
    return next((it.sha256 for it in report.artifacts if (it.stage, it.path) == wanted), "")


def changed_lines(before: Report, now: Report) -> Iterator[LineChange]:
    """Give what models found otherwise; of each model that was measured in both reports.

    An image that a report does not list was read by every model as its label says.
    """
    old, new = _found(before), _found(now)
    models = [model.name for model in now.models if model.is_measured]
    measured = {model.name for model in before.models if model.is_measured}
    for place in dict.fromkeys((*new, *old)):
        image, label = place
        for model in models:
            if model in measured:
                was = old.get(place, {}).get(model, label if place not in old else None)
                has = new.get(place, {}).get(model, label if place not in new else None)
                if was is not None and has is not None and was != has:
                    yield LineChange(model, image, label, was, has)


def _found(report: Report) -> dict[_Place, Mapping[str, str]]:
    return {(item.image, item.label): item.found for item in report.mismatches}


def paired(before: Report, now: Report) -> tuple[Paired, ...]:
    """Return each model's images that only one run had right; nothing where images are not right or wrong."""
    if not have_same_images(before, now) or TASKS[now.task].score_name != "accuracy":
        return ()
    counts: dict[str, list[int]] = {}
    names = {model.name for model in before.models if model.is_measured}
    for model in now.models:
        if model.is_measured and model.name in names:
            counts[model.name] = [0, 0]  # worse, better
    for line in changed_lines(before, now):
        if line.trend != "other":
            counts[line.model][line.trend == "better"] += 1
    return tuple(Paired(name, now.images, *both) for name, both in counts.items())
