"""Which lines there are: their text, their font and where they go. Standard library only.

Every line has a random generator of its own, seeded with (seed, split, number): asking for fewer
lines, or for one split only, leaves the others as they were.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

#: Digits and capitals without I and O, as on number plates and serial plates: see README.md.
ALPHABET = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"
SHORTEST, LONGEST = 4, 10


@dataclass(frozen=True)
class Family:
    """A type family, its files (without ``.ttf``) and the Debian package that ships them."""

    name: str
    package: str
    files: tuple[str, ...]


@dataclass(frozen=True)
class Split:
    """A part of the data set: how many lines, and the families that it alone uses."""

    count: int
    families: tuple[Family, ...]

    @property
    def files(self) -> tuple[str, ...]:
        """All font files of the split."""
        return tuple(file for family in self.families for file in family.files)


#: No family is in two splits, nor one drawn after another (Hack after DejaVu, Carlito after Lato).
SPLITS: Mapping[str, Split] = {
    "train": Split(
        1600,
        (
            Family(
                "DejaVu",
                "fonts-dejavu-core",
                ("DejaVuSans", "DejaVuSans-Bold", "DejaVuSansMono", "DejaVuSerif-Bold"),
            ),
            Family(
                "Liberation",
                "fonts-liberation2",
                (
                    "LiberationSans-Regular",
                    "LiberationSans-Bold",
                    "LiberationSerif-Regular",
                    "LiberationMono-Regular",
                ),
            ),
            Family(
                "FreeFont",
                "fonts-freefont-ttf",
                ("FreeSans", "FreeSansBold", "FreeSerifBold", "FreeMonoBold"),
            ),
            Family(
                "Open Sans",
                "fonts-open-sans",
                ("OpenSans-Regular", "OpenSans-Semibold", "OpenSans-CondBold"),
            ),
        ),
    ),
    "val": Split(
        300,
        (
            Family("Lato", "fonts-lato", ("Lato-Regular", "Lato-Bold", "Lato-Medium")),
            Family(
                "JetBrains Mono",
                "fonts-jetbrains-mono",
                ("JetBrainsMono-Regular", "JetBrainsMono-Bold"),
            ),
        ),
    ),
    "test": Split(
        300,
        (
            Family(
                "Roboto",
                "fonts-roboto-unhinted",
                ("Roboto-Regular", "Roboto-Medium", "Roboto-Bold", "RobotoCondensed-Bold"),
            ),
            Family("Fira Code", "fonts-firacode", ("FiraCode-Regular", "FiraCode-Bold")),
            Family("Oxygen", "fonts-oxygen", ("Oxygen-Sans", "Oxygen-Sans-Bold")),
        ),
    ),
}


@dataclass(frozen=True)
class Line:
    """One line to draw; ``path`` is relative to the data folder."""

    path: str
    text: str
    font: str
    seed: str


def lines_of(split: str, seed: int, count: int | None = None) -> Iterator[Line]:
    """Yield the first ``count`` lines of ``split``, by default all of them."""
    fonts = SPLITS[split].files
    for number in range(SPLITS[split].count if count is None else count):
        own_seed = f"{seed}/{split}/{number}"
        dice = random.Random(own_seed)  # noqa: S311 - a drawing, not a secret
        length = dice.randint(SHORTEST, LONGEST)
        text = "".join(dice.choices(ALPHABET, k=length))
        # Fonts take turns, so that a split of any size shows all of them equally often.
        yield Line(f"{split}/{number:05d}.jpg", text, fonts[number % len(fonts)], own_seed)


def missing_fonts(folder: Path, splits: tuple[str, ...]) -> list[tuple[str, str]]:
    """Return (file, Debian package) of every font of ``splits`` that ``folder`` lacks."""
    return [
        (f"{file}.ttf", family.package)
        for split in splits
        for family in SPLITS[split].families
        for file in family.files
        if not (folder / f"{file}.ttf").is_file()
    ]
