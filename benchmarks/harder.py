"""Draw a project that is harder to learn than the examples; ``seeds.py`` then measures its training.

``python benchmarks/harder.py OUT [--fonts DIR]`` leaves ``OUT/paddock.toml`` and ``OUT/data``: lines of 61
characters in mixed case, in proportional types, slanted, turned, blurred, pixelated, unevenly lit and noisy.
No type is in two splits, and none is the alphanumeric example's. The same fonts and the same Pillow give the
same bytes.
"""

from __future__ import annotations

import argparse
import random
import string
import sys
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

#: Digits and letters without the small L, which many types draw as they draw a capital I.
ALPHABET = (string.digits + string.ascii_letters).replace("l", "")
SHORTEST, LONGEST = 4, 11
#: A line is scaled to 48 pixels and squeezed where it is then wider than 320.
WIDEST = 320 / 48
#: Lines, and font files, of each split; PACKAGES has them on Debian 12.
SPLITS: Mapping[str, tuple[int, tuple[str, ...]]] = {
    "train": (
        1500,
        (
            *("Lato-Regular.ttf", "Lato-Bold.ttf", "OpenSans-Regular.ttf", "OpenSans-Bold.ttf"),
            *("Roboto-Regular.ttf", "RobotoCondensed-Bold.ttf", "Arimo-Regular.ttf"),
            *("Tinos-Regular.ttf", "Tinos-Italic.ttf", "Quicksand-Bold.ttf", "Cabin-Regular.otf"),
            *("LinLibertine_R.otf", "LinBiolinum_RB.otf"),
        ),
    ),
    "val": (200, ("Cantarell-Regular.otf", "CharisSIL-Regular.ttf", "CharisSIL-Bold.ttf")),
    "test": (
        1000,
        (
            *("Play-Regular.ttf", "Play-Bold.ttf", "texgyreschola-italic.otf"),
            *("texgyrebonum-regular.otf", "texgyreadventor-regular.otf"),
        ),
    ),
}
PACKAGES = (
    "fonts-lato fonts-open-sans fonts-roboto-unhinted fonts-croscore fonts-quicksand fonts-cabin "
    "fonts-linuxlibertine fonts-cantarell fonts-sil-charis fonts-play fonts-texgyre"
)
_PROJECT = """\
[project]
name = "harder"

[data]
train = ["train.txt"]
val = ["val.txt"]
test = ["test.txt"]
dictionary = "data/dict.txt"

[train]
seed = 42

[verify]
min_accuracy = 0.0
"""


def main() -> None:
    """Draw the project."""
    parser = argparse.ArgumentParser(description="A project that is harder than the examples.")
    parser.add_argument("out", type=Path, metavar="OUT", help="a folder that is not there yet")
    parser.add_argument("--fonts", type=Path, default=Path("/usr/share"), metavar="DIR")
    parser.add_argument("--seed", type=int, default=7, help="of the data")
    options = parser.parse_args()
    fonts = _find(options.fonts)
    data: Path = options.out / "data"
    data.mkdir(parents=True)
    for split, (count, files) in SPLITS.items():
        (data / split).mkdir()
        labels = []
        for number in range(count):
            dice = random.Random(f"{options.seed}/{split}/{number}")  # noqa: S311
            text = "".join(dice.choices(ALPHABET, k=dice.randint(SHORTEST, LONGEST)))
            path = data / split / f"{number:05d}.jpg"
            path.write_bytes(draw(text, fonts[files[number % len(files)]], dice))
            labels.append(f"{path.relative_to(data)}\t{text}\n")
        (data / f"{split}.txt").write_text("".join(labels), encoding="utf-8")
    (data / "dict.txt").write_text("".join(f"{c}\n" for c in ALPHABET), encoding="utf-8")
    (options.out / "paddock.toml").write_text(_PROJECT, encoding="utf-8")


def _find(folder: Path) -> dict[str, Path]:
    """Return where below ``folder`` each font file is."""
    there = {path.name: path for path in sorted(folder.rglob("*.[ot]tf"))}
    missing = [name for _, files in SPLITS.values() for name in files if name not in there]
    if missing:
        sys.exit(f"{folder} lacks {', '.join(missing)}: apt-get install {PACKAGES}")
    return there


def draw(text: str, font: Path, dice: random.Random) -> bytes:
    """Return a line as a JPEG file, disturbed by each of what a bad camera does, more or less."""
    height = dice.randint(34, 72)
    ink = _slanted(_written(text, font, height, dice), dice)
    light, apart = dice.randint(110, 245), dice.randint(70, 150)
    paper, pen = light, max(0, light - apart)
    if dice.random() < 0.25:
        paper, pen = pen, paper
    image = Image.composite(
        Image.new("RGB", ink.size, _tinted(pen, dice)), _paper(ink.size, paper, dice), ink
    )
    image = _blurred(image, dice)
    image = _noisy(_lit(image, dice), dice)
    buffer = BytesIO()
    image.save(buffer, "JPEG", quality=dice.randint(25, 90))
    return buffer.getvalue()


def _written(text: str, file: Path, height: int, dice: random.Random) -> Image.Image:
    """Write the text white on black, smaller where it would be too wide once it is slanted."""
    margin, room = round(height * dice.uniform(0.05, 0.35)), (WIDEST - 1.0) * height
    # The basic layout needs no libraqm, whose presence would change the bytes.
    font = ImageFont.truetype(
        file, round(height * dice.uniform(0.55, 0.8)), layout_engine=ImageFont.Layout.BASIC
    )
    if font.getlength(text) > room:
        font = font.font_variant(size=int(font.size * room / font.getlength(text)))
    left, top, right, bottom = font.getbbox(text)
    image = Image.new("L", (round(right - left) + 2 * margin + height // 3, height))
    lift = dice.uniform(-0.05, 0.05) * height
    corner = (margin + height // 6 - left, (height - top - bottom) / 2 + lift)
    ImageDraw.Draw(image).text(corner, text, fill=255, font=font)
    return image


def _slanted(ink: Image.Image, dice: random.Random) -> Image.Image:
    """Shear the line as an italic, turn it, and look at it from one side."""
    shear, (width, height) = dice.uniform(-0.35, 0.35), ink.size
    ink = ink.transform(
        ink.size,
        Image.Transform.AFFINE,
        (1, shear, -shear * height / 2, 0, 1, 0),
        Image.Resampling.BICUBIC,
    )
    ink = ink.rotate(dice.uniform(-3.0, 3.0), Image.Resampling.BICUBIC)
    near = [dice.uniform(0.0, 0.12) * height for _ in range(4)]
    corners = (0, -near[0], 0, height + near[1], width, height + near[2], width, -near[3])
    return ink.transform(ink.size, Image.Transform.QUAD, corners, Image.Resampling.BICUBIC)


def _tinted(grey: int, dice: random.Random) -> tuple[int, ...]:
    return tuple(min(255, max(0, grey + dice.randint(-15, 15))) for _ in range(3))


def _paper(size: tuple[int, int], grey: int, dice: random.Random) -> Image.Image:
    """Return paper with stains, and one time in four with a ruled line."""
    stains = Image.frombytes("L", (8, 4), dice.randbytes(32)).resize(size, Image.Resampling.BICUBIC)
    plain = Image.new("RGB", size, _tinted(grey, dice))
    paper = Image.blend(plain, stains.convert("RGB"), dice.uniform(0.0, 0.15))
    if dice.random() < 0.25:
        y = dice.uniform(0.75, 1.0) * size[1]
        ends = (0, y, size[0], y + dice.uniform(-2, 2))
        ImageDraw.Draw(paper).line(ends, fill=_tinted(max(0, grey - 60), dice), width=1)
    return paper


def _blurred(image: Image.Image, dice: random.Random) -> Image.Image:
    """Blur, or make the camera's pixels large."""
    if dice.random() < 0.4:
        small = dice.uniform(18, 30) / image.height
        size = max(1, round(image.width * small)), max(1, round(image.height * small))
        return image.resize(size, Image.Resampling.BILINEAR).resize(
            image.size, dice.choice((Image.Resampling.BILINEAR, Image.Resampling.NEAREST))
        )
    return image.filter(ImageFilter.GaussianBlur(dice.uniform(0.0, image.height / 35)))


def _lit(image: Image.Image, dice: random.Random) -> Image.Image:
    """Let a shadow fall from one side."""
    shadow = Image.linear_gradient("L").rotate(dice.choice((0, 90, 180, 270))).resize(image.size)
    dark = ImageChops.multiply(image, shadow.convert("RGB"))
    return Image.blend(image, dark, dice.uniform(0.0, 0.5))


def _noisy(image: Image.Image, dice: random.Random) -> Image.Image:
    """Blend in grain of each colour; drawn from ``dice``, because Pillow's own noise takes no seed."""
    grain = Image.frombytes("RGB", image.size, dice.randbytes(3 * image.width * image.height))
    return Image.blend(image, grain, dice.uniform(0.0, 0.25))


if __name__ == "__main__":
    main()
