"""Images that a data set has more than once, within a split and across splits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

from stages.errors import IntegrityError
from stages.message import joined, msg
from stages.pitfalls import Pitfall
from stages.text.labels import Label
from stages.text.printable import quoted

if TYPE_CHECKING:
    from stages.dataset.split import Split

#: How many images a refusal names.
_NAMED = 10
_REMEDY = msg("take them out of one of the two, or set [data] allow_overlap = true and be warned")


def count_repeats(split: Split) -> int:
    """Count the lines whose image, by content, the split has had before."""
    return len(split.hashes) - len(set(split.hashes))


def repeat_warning(split: Split) -> str:
    """Describe a split's repeated images, the contradicting ones above all; "" if there are none."""
    repeats = count_repeats(split)
    if not repeats:
        return ""
    message = msg(
        "{split}: {repeats} lines repeat an image that the split has already", split.name, repeats
    )
    contradiction = _first_contradiction(split)
    return msg("{first}; {rest}", message, contradiction) if contradiction else message


def _first_contradiction(split: Split) -> str:
    known: dict[str, str] = {}
    for label, content in zip(split.labels, split.hashes, strict=True):
        text = known.setdefault(content, label.text)
        if text != label.text:
            return msg(
                "{image} is labelled {text} and {text2}",
                quoted(label.image),
                quoted(text),
                quoted(label.text),
            )
    return ""


@dataclass(frozen=True)
class Overlap:
    """Two splits with images in common; ``pairs`` has the first image of each split with a content."""

    one: Split
    other: Split
    pairs: tuple[tuple[Label, Label], ...]
    contents: frozenset[str]

    @property
    def leaks(self) -> bool:
        """Whether what is measured on the test set was trained on."""
        return (self.one.name, self.other.name) == ("train", "test")

    def warning(self) -> str:
        """Describe the overlap in a sentence."""
        example = quoted(self.pairs[0][1].image)
        return msg(
            "{name} and {name2} share {images}, for example {example}: what is measured on "
            "{name3} is too good",
            self.one.name,
            self.other.name,
            _images(len(self.pairs)),
            example,
            self.other.name,
        )

    def refusal(self) -> IntegrityError:
        """Return the error that names the images."""
        count = len(self.pairs)
        head = msg(
            "images of {name} that are in {name2} too, by content: {count}",
            self.other.name,
            self.one.name,
            count,
        )
        named = [
            msg(
                "  {image} is {image2} of {name}",
                quoted(there.image),
                quoted(here.image),
                self.one.name,
            )
            for here, there in self.pairs[:_NAMED]
        ]
        more = [msg("  … and {count} more", count - _NAMED)] if count > _NAMED else []
        message = joined("\n", [head, *named, *more])
        return IntegrityError(message, "data.test", _REMEDY, Pitfall.LEAKED_TEST_IMAGES)


def overlaps(splits: list[Split]) -> Iterator[Overlap]:
    """Give each pair of splits that share images.

    ``test`` that has the lines of ``val`` is that split under another name (it defaults to it).
    """
    for one, other in combinations(splits, 2):
        renamed = (one.name, other.name) == ("val", "test") and one.text() == other.text()
        shared = frozenset(one.hashes) & frozenset(other.hashes)
        if shared and not renamed:
            pairs = zip(_firsts(one, shared), _firsts(other, shared), strict=True)
            ordered = sorted(pairs, key=lambda pair: pair[1].line)
            yield Overlap(one, other, tuple(ordered), shared)


def _firsts(split: Split, contents: frozenset[str]) -> list[Label]:
    """Return the first label of each content, in the order of the contents."""
    first: dict[str, Label] = {}
    for label, content in zip(split.labels, split.hashes, strict=True):
        first.setdefault(content, label)
    return [first[content] for content in sorted(contents)]


def _images(count: int) -> str:
    return msg("{count} image", count) + ("s" if count > 1 else "")
