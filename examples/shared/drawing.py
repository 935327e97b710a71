"""Drawing lines of text as a camera might see them. Pillow's version decides the bytes."""

from __future__ import annotations

import random
from collections.abc import Iterable
from pathlib import Path

from camera import add_grain, jpeg
from line import Line
from PIL import Image, ImageDraw, ImageFilter, ImageFont
from rendering import write

#: PP-OCR scales a line to 48 pixels and squeezes what is then wider than 320: stay below 320 / 48.
WIDEST = 6.5
#: How much of the image is grain at most.
GRAIN = 0.14

Colour = tuple[int, int, int]


def draw_split(folder: Path, split: str, lines: Iterable[Line], fonts: Path) -> None:
    """Draw the lines of a split into ``folder``, and write the label file ``SPLIT.txt``."""
    labels = []
    for line in lines:
        write(folder / line.path, draw_jpeg(line, fonts))
        labels.append(f"{line.path}\t{line.text}\n")
    write(folder / f"{split}.txt", "".join(labels).encode())


def draw_jpeg(line: Line, fonts: Path) -> bytes:
    """Return ``line`` as a JPEG file: 40-64 pixels high, at most :data:`WIDEST` times as wide."""
    dice = random.Random(f"{line.seed}/look")  # noqa: S311 - a drawing, not a secret
    paper, ink = _colours(dice)
    image = _write(line, fonts, dice.randint(40, 64), paper, ink, dice)
    image = image.rotate(dice.uniform(-2.0, 2.0), Image.Resampling.BICUBIC, fillcolor=paper)
    image = image.filter(ImageFilter.GaussianBlur(dice.uniform(0.0, 0.9)))
    return jpeg(add_grain(image, GRAIN, dice), dice.randint(70, 95))


def _colours(dice: random.Random) -> tuple[Colour, Colour]:
    """Choose paper and ink, at least 90 grey levels apart; one time in four light on dark."""
    light = dice.randint(150, 250)
    dark = dice.randint(5, light - 100)
    paper, ink = (dark, light) if dice.random() < 0.25 else (light, dark)
    return _tint(paper, dice), _tint(ink, dice)


def _tint(grey: int, dice: random.Random) -> Colour:
    red, green, blue = (min(255, max(0, grey + dice.randint(-5, 5) * 4)) for _ in range(3))
    return red, green, blue


def _write(
    line: Line, fonts: Path, height: int, paper: Colour, ink: Colour, dice: random.Random
) -> Image.Image:
    """Write the text on a canvas of its width plus a margin, smaller if it would be too wide."""
    size = round(height * dice.uniform(0.62, 0.8))
    margin = round(height * dice.uniform(0.15, 0.35))
    font = _fitting(fonts / f"{line.font}.ttf", size, line.text, WIDEST * height - 2 * margin)
    left, top, right, bottom = font.getbbox(line.text)
    image = Image.new("RGB", (round(right - left) + 2 * margin, height), paper)
    lift = height * dice.uniform(-0.03, 0.03)
    corner = (margin - left, (height - top - bottom) / 2 + lift)
    ImageDraw.Draw(image).text(corner, line.text, fill=ink, font=font)
    return image


def _fitting(path: Path, size: int, text: str, room: float) -> ImageFont.FreeTypeFont:
    """Open the font at ``size`` pixels, or at the largest size at which ``text`` fits ``room``."""
    # The basic layout needs no libraqm, whose presence would change the bytes.
    font = ImageFont.truetype(path, size, layout_engine=ImageFont.Layout.BASIC)
    width = font.getlength(text)
    return font if width <= room else font.font_variant(size=int(size * room / width))
