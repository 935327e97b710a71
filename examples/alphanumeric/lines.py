"""Which lines there are: their text, their font and where they go. Standard library only.

Every line has a random generator of its own, seeded with (seed, split, number): asking for fewer
lines, or for one split only, leaves the others as they were.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from line import Line

#: Digits and capitals, O beside 0: every font of SPLITS marks its zero with a dot or a slash.
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
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


_DEJAVU = Family("DejaVu", "fonts-dejavu-core", ("DejaVuSansMono", "DejaVuSansMono-Bold"))
_LIBERATION = Family(
    "Liberation", "fonts-liberation2", ("LiberationMono-Regular", "LiberationMono-Bold")
)
_NOTO = Family("Noto", "fonts-noto-mono", ("NotoSansMono-Regular", "NotoSansMono-Bold"))
_GO = Family("Go", "fonts-go", ("Go-Mono", "Go-Mono-Bold"))
_MONOID = Family("Monoid", "fonts-monoid", ("Monoid-Regular", "Monoid-Bold"))
_MONONOKI = Family("mononoki", "fonts-mononoki", ("mononoki-Regular", "mononoki-Bold"))
_JETBRAINS = Family(
    "JetBrains", "fonts-jetbrains-mono", ("JetBrainsMono-Regular", "JetBrainsMono-Bold")
)
_FIRA = Family("Fira", "fonts-firacode", ("FiraCode-Regular", "FiraCode-Bold"))

#: No family is in two splits, nor one drawn after another (as Hack is after DejaVu).
SPLITS: Mapping[str, Split] = {
    "train": Split(1000, (_DEJAVU, _LIBERATION, _NOTO, _GO, _MONOID)),
    "val": Split(300, (_MONONOKI,)),
    "test": Split(300, (_JETBRAINS, _FIRA)),
}


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
