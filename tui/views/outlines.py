"""What two models found on a page, to be drawn over its picture."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from PIL import Image, ImageChops, ImageDraw
from rich.color import Color
from rich.style import Style
from rich.text import Text

from pipeline.text import one_line
from stages.contract.artifacts import PD_MODEL
from stages.contract.pages import Outline, Page
from stages.contract.variant import Variant
from tui.appearance import symbol
from tui.language import _

#: Around what is on a page, as a share of it.
_MARGIN = 0.02


class Finding(Enum):
    """Who found a box. Later ones are drawn over earlier ones.

    A colour, a character where there is none, and how many of four pixels of a line are drawn: so that two
    lines in the same place are both seen, also without colour.
    """

    BOTH = (0, 190, 90), "#", 4
    MISSED = (255, 190, 0), "?", 4
    REFERENCE = (0, 190, 255), "P", 4
    OTHER = (255, 90, 255), "N", 2

    @property
    def colour(self) -> tuple[int, int, int]:
        """Of its lines."""
        return self.value[0]

    @property
    def character(self) -> str:
        """What its lines are made of in ASCII."""
        return self.value[1]

    def mask(
        self, size: tuple[int, int], outlines: Iterable[Outlined], width: int = 1
    ) -> Image.Image:
        """Draw the outlines of this kind, white on black, in pixels of a picture of ``size``."""
        mask = Image.new("L", size)
        draw = ImageDraw.Draw(mask)
        right, bottom = size[0] - 1, size[1] - 1
        for outline in outlines:
            if outline.finding is self:
                corners = [(round(x * right), round(y * bottom)) for x, y in outline.corners]
                draw.polygon(corners, outline=255, width=width)
        return ImageChops.multiply(mask, _dashes(size, self.value[2], width))


@dataclass(frozen=True)
class Outlined:
    """An outline, its corners as shares of the picture's width and height, and who found it."""

    corners: tuple[tuple[float, float], ...]
    finding: Finding


@dataclass(frozen=True)
class Marked:
    """The part of a page that has something on it, what was found there, and what the lines mean."""

    part: tuple[float, float, float, float]
    """left, top, right and bottom as shares of the page"""
    outlines: tuple[Outlined, ...]
    legend: tuple[Text, ...]

    def cut(self, page: Image.Image) -> Image.Image:
        """Return this part of a page's picture."""
        width, height = page.size
        left, top, right, bottom = self.part
        return page.crop(
            (int(left * width), int(top * height), round(right * width), round(bottom * height))
        )


def marked_page(page: Page, size: tuple[int, int], *, plain: bool) -> Marked:
    """Hold the boxes of the NB model against PD's, and name the regions that one of them misses.

    Args:
        page: what was found on it.
        size: its width and height in pixels.
        plain: whether the picture is drawn in characters.
    """
    reference, other = _two_of(page)
    one, two = (frozenset(page.boxes.get(name, ())) for name in (reference, other))
    missed = {at for name in (reference, other) for at in page.missed.get(name, ())}
    regions = [page.regions[at] for at in sorted(missed) if at < len(page.regions)]
    kinds = (
        (Finding.BOTH, _("both"), one & two),
        (Finding.REFERENCE, _("only {model}").format(model=one_line(reference)), one - two),
        (Finding.OTHER, _("only {model}").format(model=one_line(other)), two - one),
        (Finding.MISSED, _("labelled, not found"), regions),
    )
    part = _part([*one, *two, *page.regions], size)
    outlines = tuple(
        Outlined(_placed(outline, part, size), kind)
        for kind, _words, found in kinds
        for outline in found
    )
    legend = tuple(
        Text.assemble(
            (
                kind.character if plain else symbol("full"),
                Style(color=Color.from_rgb(*kind.colour)),
            ),
            f" {words} {len(found)}",
        )
        for kind, words, found in kinds
    )
    return Marked(part, outlines, legend)


def _part(outlines: Iterable[Outline], size: tuple[int, int]) -> tuple[float, float, float, float]:
    """Return what holds all outlines, with a margin: most of a page's border is empty."""
    corners = [(x / size[0], y / size[1]) for outline in outlines for x, y in outline] or [
        (0.0, 0.0),
        (1.0, 1.0),
    ]
    across, down = zip(*corners, strict=True)
    return (
        max(0.0, min(across) - _MARGIN),
        max(0.0, min(down) - _MARGIN),
        min(1.0, max(across) + _MARGIN),
        min(1.0, max(down) + _MARGIN),
    )


def _placed(
    outline: Outline, part: tuple[float, float, float, float], size: tuple[int, int]
) -> tuple[tuple[float, float], ...]:
    """Return an outline's corners as shares of ``part``."""
    left, top, right, bottom = part
    return tuple(
        ((x / size[0] - left) / (right - left), (y / size[1] - top) / (bottom - top))
        for x, y in outline
    )


def _two_of(page: Page) -> tuple[str, str]:
    """Return PD and the NB model; where one was not measured, whatever else was."""
    names = [*page.boxes]
    reference = PD_MODEL if PD_MODEL in names else next(iter(names), "")
    others = [name for name in names if name != reference]
    return reference, next(filter(Variant.of_model, others), next(iter(others), reference))


def _dashes(size: tuple[int, int], drawn: int, width: int) -> Image.Image:
    """Return white diagonal stripes on black, ``drawn`` of four pixels wide, in units of ``width``."""
    rows = [
        bytes(255 if (x + y) // width % 4 < drawn else 0 for x in range(size[0]))
        for y in range(4 * width)
    ]
    return Image.frombytes("L", size, b"".join(rows[y % len(rows)] for y in range(size[1])))
