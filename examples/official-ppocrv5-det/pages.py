"""Which pages there are: their size, their entries, and where these stand. Standard library only.

Every page has a random generator of its own, seeded with (seed, number): asking for fewer pages leaves
the others as they were.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

PAGES = 24
#: (width, height) in pixels; the last of four pages lies on its side.
PORTRAIT, LANDSCAPE = (720, 960), (960, 720)
#: Font files without ``.ttf``, proportional ones among them; all are in the example's image.
FONTS = (
    "DejaVuSans", "LiberationSerif-Regular", "LiberationSans-Regular", "Go-Regular",
    "DejaVuSans-Bold", "LiberationSans-Bold", "JetBrainsMono-Regular", "NotoSansMono-Bold",
)  # fmt: skip
#: Entries are short: a recogniser of 48 x 320 squeezes what is wider than 320:48.
WORDS = (
    "Anchor", "Basin", "Cable", "Delta", "Engine", "Filter", "Gasket", "Hinge", "Input", "Joint",
    "Kettle", "Lever", "Motor", "Nozzle", "Output", "Piston", "Quartz", "Rotor", "Switch", "Turbine",
    "Union", "Valve", "Washer", "Yoke", "Zinc", "Bolt", "Clamp", "Drain", "Fuse", "Gauge",
)  # fmt: skip


@dataclass(frozen=True)
class Entry:
    """A text, its font, its size in pixels, and its corner on the upright page."""

    text: str
    font: str
    size: int
    x: int
    y: int


@dataclass(frozen=True)
class Page:
    """One page to draw; ``path`` is relative to the data folder."""

    path: str
    width: int
    height: int
    entries: tuple[Entry, ...]
    seed: str


def pages_of(seed: int, count: int = PAGES) -> Iterator[Page]:
    """Yield the first ``count`` pages."""
    for number in range(count):
        own_seed = f"{seed}/page/{number}"
        dice = random.Random(own_seed)  # noqa: S311 - a drawing, not a secret
        width, height = LANDSCAPE if number % 4 == 3 else PORTRAIT
        entries = tuple(_entries(width, height, FONTS[number % len(FONTS)], dice))
        yield Page(f"test/{number:03d}.jpg", width, height, entries, own_seed)


def _entries(width: int, height: int, font: str, dice: random.Random) -> Iterator[Entry]:
    """Fill a page row by row; a row is a list's: two or three entries far apart, some left out."""
    columns = 2 + (width > height)
    margin, y = 56, 60
    while y < height - 90:
        size = dice.choice((18, 20, 22, 24, 28, 32))
        for column in range(columns):
            if dice.random() < 0.8:
                x = margin + column * (width - 2 * margin) // columns + dice.randint(0, 24)
                yield Entry(_text(dice), font, size, x, y + dice.randint(-2, 2))
        y += size + dice.randint(20, 44)


def _text(dice: random.Random) -> str:
    """Return what stands in lists: a part, an amount, a code, a date."""
    kind = dice.randrange(4)
    if kind == 0:
        return f"{dice.choice(WORDS)} {dice.randint(2, 99)}"
    if kind == 1:
        return f"{dice.randint(1, 999)}.{dice.randint(10, 99)} EUR"
    if kind == 2:
        return f"{dice.choice(WORDS)[:2].upper()}-{dice.randint(1000, 9999)}"
    return f"{dice.randint(1, 28):02d}.{dice.randint(1, 12):02d}.20{dice.randint(10, 29)}"
