"""What the labels of lines must keep to whose orientation is to be told: ``path<TAB>0`` or ``180``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from stages.dataset.problems import Problems
from stages.dataset.split import Split
from stages.message import msg
from stages.runtime import Context
from stages.text.labels import Label
from stages.text.printable import quoted

#: In the order of the classes, as PaddleOCR has them (``label_list``, configs/cls/cls_mv3.yml).
ORIENTATIONS = ("0", "180")


class OrientationRules:
    """Every label is one of :data:`ORIENTATIONS`."""

    def check(self, where: str, label: Label, size: tuple[int, int], problems: Problems) -> None:
        """Look at one label; the image's size does not matter to it."""
        if label.text not in ORIENTATIONS:
            allowed = " and ".join(ORIENTATIONS)
            said = msg(
                "the orientation of {image} is {text}", quoted(label.image), quoted(label.text)
            )
            problems.add(where, msg("{said}; allowed are {allowed}", said, allowed))

    def settle(self, splits: Sequence[Split]) -> Iterator[str]:
        """Change nothing."""
        return iter(())

    def warnings(self, splits: Sequence[Split]) -> Iterator[str]:
        """Say nothing: what there is to know of images is said for all tasks."""
        yield from ()

    def count(self, splits: Sequence[Split]) -> dict[str, Any]:
        """Return ``orientations``: how many lines there are of each."""
        counted = Counter(label.text for split in splits for label in split.labels)
        return {"orientations": dict(counted)}


def rules(_context: Context) -> OrientationRules:
    """Return what every line's label must keep to."""
    return OrientationRules()
