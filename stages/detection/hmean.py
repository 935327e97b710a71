"""How well boxes agree with labelled regions: precision, recall and their harmonic mean.

The rules of ICDAR 2015, as ``DetMetric`` has them (ppocr/metrics/eval_det_iou.py): one to one, in the order
of the label, with an intersection over union of more than a half; what lies mostly in a region that is
not to be cared for counts neither way.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from shapely.geometry import Polygon

from stages.detection.boxes import Boxes
from stages.detection.labels import Region

#: Both of ``DetectionIoUEvaluator``'s constraints.
OVERLAP = 0.5


@dataclass(frozen=True)
class Matches:
    """Of one page: regions that are cared for, boxes that count, and the pairs of them."""

    regions: int = 0
    boxes: int = 0
    pairs: int = 0

    @property
    def perfect(self) -> bool:
        """Whether every region has its box and every box its region."""
        return self.regions == self.boxes == self.pairs


def match(boxes: Boxes, regions: Sequence[Region]) -> Matches:
    """Match the boxes of a page with its labelled regions."""
    cared = [_area(region.points) for region in regions if not region.ignored]
    ignored = [_area(region.points) for region in regions if region.ignored]
    counted = [area for area in map(_area, boxes) if not _inside_any(area, ignored)]
    free, pairs = list(range(len(counted))), 0
    for region in cared:
        taken = next((number for number in free if _overlap(region, counted[number]) > OVERLAP), -1)
        if taken >= 0:
            free.remove(taken)
            pairs += 1
    return Matches(len(cared), len(counted), pairs)


def _area(points: Sequence[Sequence[float]]) -> Polygon:
    """Return what the points enclose; an outline may touch itself, which no overlap is defined for."""
    polygon = Polygon(points)
    return polygon if polygon.is_valid else polygon.buffer(0)


def _inside_any(box: Polygon, ignored: Iterable[Polygon]) -> bool:
    return any(box.intersection(region).area > OVERLAP * box.area for region in ignored)


def _overlap(one: Polygon, other: Polygon) -> float:
    shared = float(one.intersection(other).area)
    return shared / float(one.union(other).area) if shared else 0.0


def scores(matches: Iterable[Matches]) -> dict[str, float]:
    """Return ``precision``, ``recall`` and ``hmean`` over all pages."""
    pages = list(matches)
    pairs = sum(page.pairs for page in pages)
    precision = _share(pairs, sum(page.boxes for page in pages))
    recall = _share(pairs, sum(page.regions for page in pages))
    both = precision + recall
    hmean = 2 * precision * recall / both if both else 0.0
    return {"hmean": hmean, "precision": precision, "recall": recall}


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
