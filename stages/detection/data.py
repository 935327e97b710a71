"""What the labels of pages must keep to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from stages.dataset.problems import Problems
from stages.dataset.split import Split
from stages.detection.labels import LabelError, Region, parse_regions
from stages.message import msg
from stages.runtime import Context
from stages.text.labels import Label
from stages.text.printable import quoted


class RegionRules:
    """Every label is PaddleOCR's JSON, and every region an area of its page."""

    def check(self, where: str, label: Label, size: tuple[int, int], problems: Problems) -> None:
        """Look at the regions of one page."""
        try:
            regions = parse_regions(label.text)
        except LabelError as error:
            problems.add(where, msg("{first}: {rest}", quoted(label.image), error))
            return
        for number, region in enumerate(regions, start=1):
            if all(size) and _outside(region, size):
                height, width = size
                problems.add(
                    where,
                    msg(
                        "region {number}, {text}, of {image} lies outside of the page of {width} x {height} "
                        "pixels",
                        number,
                        quoted(region.text),
                        quoted(label.image),
                        width,
                        height,
                    ),
                )

    def settle(self, splits: Sequence[Split]) -> Iterator[str]:
        """Change nothing."""
        return iter(())

    def warnings(self, splits: Sequence[Split]) -> Iterator[str]:
        """Say nothing: what there is to know of images is said for all tasks."""
        yield from ()

    def count(self, splits: Sequence[Split]) -> dict[str, Any]:
        """Return ``boxes`` and ``ignored``: the regions by split, to be found and not to be."""
        regions = {
            split.name: [region for label in split.labels for region in parse_regions(label.text)]
            for split in splits
        }
        ignored = {name: sum(region.ignored for region in found) for name, found in regions.items()}
        boxes = {name: len(found) - ignored[name] for name, found in regions.items()}
        return {"boxes": boxes, "ignored": ignored}


def rules(_context: Context) -> RegionRules:
    """Return what every page's label must keep to."""
    return RegionRules()


def _outside(region: Region, size: tuple[int, int]) -> bool:
    """Return whether nothing of a region can be on the page; what sticks out is usual."""
    across = [x for x, _ in region.points]
    down = [y for _, y in region.points]
    return min(across) >= size[1] or max(across) <= 0 or min(down) >= size[0] or max(down) <= 0
