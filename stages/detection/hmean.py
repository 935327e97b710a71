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
    """Of one page: regions that are cared for, boxes that count, and the pairs of them.

    ``missed`` and ``extra`` are the places, among all regions and all boxes, of those without a partner.
    """

    regions: int = 0
    boxes: int = 0
    pairs: int = 0
    missed: tuple[int, ...] = ()
    extra: tuple[int, ...] = ()


def match(boxes: Boxes, regions: Sequence[Region]) -> Matches:
    """Match the boxes of a page with its labelled regions."""
    ignored = [_area(region.points) for region in regions if region.ignored]
    cared = {at: _area(item.points) for at, item in enumerate(regions) if not item.ignored}
    areas = {at: _area(box) for at, box in enumerate(boxes)}
    counted = {at: area for at, area in areas.items() if not _inside_any(area, ignored)}
    free, missed = dict(counted), []
    for place, region in cared.items():
        taken = next((at for at, box in free.items() if _overlap(region, box) > OVERLAP), None)
        if taken is None:
            missed.append(place)
        else:
            del free[taken]
    pairs = len(cared) - len(missed)
    return Matches(len(cared), len(counted), pairs, tuple(missed), tuple(free))


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
