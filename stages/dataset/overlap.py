"""Images that a data set has more than once, within a split and across splits."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import TYPE_CHECKING

from stages.text.printable import quoted

if TYPE_CHECKING:
    from stages.dataset.split import Split


def count_repeats(split: Split) -> int:
    """Count the lines whose image, by content, the split has had before."""
    return len(split.hashes) - len(set(split.hashes))


def repeat_warning(split: Split) -> str:
    """Describe a split's repeated images, the contradicting ones above all; "" if there are none."""
    repeats = count_repeats(split)
    if not repeats:
        return ""
    message = f"{split.name}: {repeats} lines repeat an image that the split has already"
    contradiction = _first_contradiction(split)
    return f"{message}; {contradiction}" if contradiction else message


def _first_contradiction(split: Split) -> str:
    known: dict[str, str] = {}
    for label, content in zip(split.labels, split.hashes, strict=True):
        text = known.setdefault(content, label.text)
        if text != label.text:
            return f"{quoted(label.image)} is labelled {quoted(text)} and {quoted(label.text)}"
    return ""


def leaks(splits: list[Split]) -> Iterator[tuple[str, set[str]]]:
    """Give each pair of splits that share images: a warning, and the shared contents.

    Splits with the same lines are one split under two names (``test`` defaults to ``val``).
    """
    for one, other in combinations(splits, 2):
        shared = set(one.hashes) & set(other.hashes)
        if shared and one.text() != other.text():
            example = other.labels[next(i for i, h in enumerate(other.hashes) if h in shared)]
            count = f"{len(shared)} image" + ("s" if len(shared) > 1 else "")
            yield (
                f"{one.name} and {other.name} share {count}, for example "
                f"{quoted(example.image)}: what is measured on {other.name} is too good",
                shared,
            )
