"""Drawing a page as a camera might see it, and where its texts are then. Pillow decides the bytes."""

from __future__ import annotations

import math
import random
from pathlib import Path

from camera import add_grain, jpeg
from pages import Entry, Page
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

#: By how many degrees a page is turned at most.
SKEW = 2.0
#: How much of the image is grain at most.
GRAIN = 0.08

Corner = tuple[float, float]
#: Share of the size by which a region is wider than its ink on each side.
MARGIN = 0.1
#: A text and the four corners around it, clockwise from the top left.
Region = tuple[str, tuple[Corner, ...]]


def draw_page(page: Page, fonts: Path) -> tuple[bytes, list[Region]]:
    """Return a page as a JPEG file, and its regions in pixels of the image."""
    dice = random.Random(f"{page.seed}/look")  # noqa: S311 - a drawing, not a secret
    paper = dice.randint(215, 250)
    image = Image.new("L", (page.width, page.height), paper)
    ink, draw = dice.randint(10, 70), ImageDraw.Draw(image)
    regions = [_write(draw, entry, fonts, ink) for entry in page.entries]
    angle = dice.uniform(-SKEW, SKEW)
    turned = image.rotate(angle, Image.Resampling.BICUBIC, fillcolor=paper)
    seen = _light(turned, dice).filter(ImageFilter.GaussianBlur(dice.uniform(0.0, 0.7)))
    return jpeg(add_grain(seen, GRAIN, dice), dice.randint(75, 95)), [
        (text, tuple(_turn(corner, angle, page) for corner in corners)) for text, corners in regions
    ]


def _write(draw: ImageDraw.ImageDraw, entry: Entry, fonts: Path, ink: int) -> Region:
    """Write an entry; return its text and the corners around it."""
    # The basic layout needs no libraqm, whose presence would change the bytes.
    path, layout = fonts / f"{entry.font}.ttf", ImageFont.Layout.BASIC
    font = ImageFont.truetype(path, entry.size, layout_engine=layout)
    draw.text((entry.x, entry.y), entry.text, fill=ink, font=font)
    left, _, right, _ = draw.textbbox((entry.x, entry.y), entry.text, font=font)
    left, right = left - MARGIN * entry.size, right + MARGIN * entry.size
    # From the highest to the lowest of any letter, as lines are labelled, whichever letters there are.
    top, bottom = entry.y, entry.y + sum(font.getmetrics())
    return entry.text, ((left, top), (right, top), (right, bottom), (left, bottom))


def _turn(corner: Corner, angle: float, page: Page) -> Corner:
    """Turn a corner about the page's middle, counter-clockwise as Pillow does."""
    sine, cosine = math.sin(math.radians(angle)), math.cos(math.radians(angle))
    x, y = corner[0] - page.width / 2, corner[1] - page.height / 2
    turned = x * cosine + y * sine, y * cosine - x * sine
    return round(turned[0] + page.width / 2, 1), round(turned[1] + page.height / 2, 1)


def _light(image: Image.Image, dice: random.Random) -> Image.Image:
    """Let the light fall off to one side, by a fifth at most."""
    ramp = Image.linear_gradient("L").rotate(dice.choice((0, 90, 180, 270))).resize(image.size)
    strength = dice.uniform(0.0, 0.2)
    shade = ramp.point([round(255 - strength * level) for level in range(256)])
    return ImageChops.multiply(image, shade)
