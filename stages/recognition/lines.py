"""How images and texts of lines suit a model: what is squeezed, what stands upright, what nobody has read."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from stages.contract import SQUEEZED_SHARE, LineCounts, fitting_width
from stages.dataset.notes import EXAMPLES, Pair, examples, pairs_of
from stages.dataset.split import Split
from stages.message import msg
from stages.text.placeholders import is_placeholder
from stages.text.printable import quoted

#: A line that is as many times as high as wide stands upright; one of fewer pixels cannot be read.
_UPRIGHT, _TINY = 1.5, 8
#: Squeezed to less than this share of its width, a line is hard to read.
_HARD = 0.8
#: From as many lines on, one text on more than half of them is odd.
_MANY = 20


@dataclass(frozen=True)
class Lines:
    """The lines of all splits, and the model's height and width."""

    pairs: tuple[Pair, ...]
    height: int
    width: int

    @classmethod
    def of(cls, splits: Sequence[Split], image_shape: Sequence[int]) -> Lines:
        """Take the lines of splits for a model of this shape (channels, height, width)."""
        return cls(tuple(pairs_of(splits)), image_shape[1], image_shape[2])

    @cached_property
    def widths(self) -> list[int]:
        """How wide each line is at the model's height."""
        return [math.ceil(self.height * seen.size[1] / seen.size[0]) for _, seen in self.pairs]

    @cached_property
    def squeezed(self) -> list[Pair]:
        """The lines that are wider than the model."""
        wide = zip(self.pairs, self.widths, strict=True)
        return [pair for pair, width in wide if width > self.width]

    @cached_property
    def fitting_width(self) -> int:
        """The width at which hardly any line is squeezed, a multiple of a step."""
        return fitting_width(self.widths)

    @cached_property
    def upright(self) -> list[Pair]:
        """The lines of several characters that are higher than wide."""
        return [
            pair
            for pair in self.pairs
            if pair[1].size[0] >= pair[1].size[1] * _UPRIGHT and len(pair[0].text) > 1
        ]

    @cached_property
    def tiny(self) -> list[Pair]:
        """The lines of which little is there."""
        return [pair for pair in self.pairs if min(pair[1].size) < _TINY]

    @cached_property
    def placeholders(self) -> list[Pair]:
        """The lines that nobody has read."""
        return [pair for pair in self.pairs if is_placeholder(pair[0].text)]

    @cached_property
    def texts(self) -> Counter[str]:
        """How often each text is there."""
        return Counter(label.text for label, _ in self.pairs)


def count_lines(lines: Lines) -> LineCounts:
    """Return the counts."""
    return LineCounts(
        widest=max(lines.widths),
        fitting_width=lines.fitting_width,
        texts=len(lines.texts),
        commonest=lines.texts.most_common(1)[0][1],
        squeezed=len(lines.squeezed),
        upright=len(lines.upright),
        tiny=len(lines.tiny),
        placeholders=len(lines.placeholders),
    )


def line_notes(lines: Lines) -> Iterator[str]:
    """Say what to look at before training on these lines, or believing what is measured on them."""
    total = len(lines.pairs)
    yield from _squeezed(lines, total)
    if lines.placeholders:
        marks = Counter(label.text for label, _ in lines.placeholders).most_common(EXAMPLES)
        yield msg(
            "{count} of {total} texts stand for one that nobody has read ({marks}): a model learns them as "
            "they are; label these lines or take them out",
            len(lines.placeholders),
            total,
            ", ".join(f"{quoted(text)} × {count}" for text, count in marks),
        )
    if lines.upright:
        yield msg(
            "{count} of {total} images are higher than wide, for example {names}: lines that stand upright "
            "are to be turned before they are read",
            len(lines.upright),
            total,
            examples(lines.upright),
        )
    if lines.tiny:
        yield msg(
            "{count} of {total} images are less than {least} pixels high or wide, for example {names}",
            len(lines.tiny),
            total,
            _TINY,
            examples(lines.tiny),
        )
    text, count = lines.texts.most_common(1)[0]
    if total >= _MANY and count * 2 > total:
        yield msg(
            "{count} of {total} lines have the same text, {text}: a model that always says it seems good",
            count,
            total,
            quoted(text),
        )


def _squeezed(lines: Lines, total: int) -> Iterator[str]:
    hard = max(lines.widths) * _HARD > lines.width
    if not lines.squeezed or (len(lines.squeezed) <= total * SQUEEZED_SHARE and not hard):
        return
    place = lines.widths.index(max(lines.widths))
    yield msg(
        "{count} of {total} images are wider than the model and are squeezed: it takes {width} pixels at a "
        "height of {height}, the widest has {widest} ({name}); image_shape = [3, {height2}, {fitting}] would "
        "squeeze hardly any",
        len(lines.squeezed),
        total,
        lines.width,
        lines.height,
        lines.widths[place],
        quoted(lines.pairs[place][0].image),
        lines.height,
        lines.fitting_width,
    )
