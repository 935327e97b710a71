"""What a camera adds to anything that is drawn: grain, and JPEG. Pillow's version decides the bytes."""

from __future__ import annotations

import random
from io import BytesIO

from PIL import Image


def add_grain(image: Image.Image, strongest: float, dice: random.Random) -> Image.Image:
    """Blend in grain; drawn from ``dice``, because Pillow's own noise takes no seed."""
    grain = Image.frombytes("L", image.size, dice.randbytes(image.width * image.height))
    return Image.blend(image, grain.convert(image.mode), dice.uniform(0.0, strongest))


def jpeg(image: Image.Image, quality: int) -> bytes:
    """Return the image as a JPEG file in colour."""
    buffer = BytesIO()
    image.convert("RGB").save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()
