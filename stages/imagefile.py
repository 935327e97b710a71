"""What the header of an image file says that decoding leaves unsaid: turned, transparent, deep, cut off, …

OpenCV turns an image as its EXIF says in JPEG, PNG and TIFF, and not in WebP; of colours it drops the alpha;
of several frames it takes the first. None of that is an error for it, so it is read here. Standard library
only.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from stages.message import msg

#: What is read of one, by far more than a page in print's resolution; ten kilobytes of a PNG can unpack to
#: gigabytes.
MOST_PIXELS = 1 << 27
_PNG, _PNG_HEAD = b"\x89PNG", 8
#: EXIF's orientation of an image that is as it should be.
UPRIGHT = 1
_ORIENTATION, _BITS, _PHOTOMETRIC, _SAMPLES, _EXTRA = 274, 258, 262, 277, 338
_WIDTH, _HEIGHT = 256, 257
_RGB, _CMYK = 2, 5
#: How files begin that are often named as images are, and what they are.
_OTHERS = {
    b"GIF8": msg("a GIF"),
    b"%PDF": msg("a PDF"),
    b"8BPS": msg("a Photoshop file"),
    b"PK\x03\x04": msg("a ZIP archive"),
    b"\x00\x00\x01\x00": msg("an icon (ICO)"),
    b"\xff\x0a": msg("a JPEG XL"),
    b"\x00\x00\x00\x0cJXL ": msg("a JPEG XL"),
    b"version https://git-lfs": msg('a Git LFS pointer: "git lfs pull" brings the image'),
    b"<svg": msg("an SVG"),
    b"<?xml": msg("an XML or SVG file"),
    b"<!DOCTYPE": msg("an HTML page"),
    b"<html": msg("an HTML page"),
}
_BRANDS = {b"avif": msg("an AVIF"), b"avis": msg("an AVIF")}


@dataclass(frozen=True)
class ImageFile:
    """What a header says; of a file that is none of the known kinds, the defaults."""

    kind: str = ""
    """JPEG, PNG, WebP, TIFF, BMP, JPEG 2000"""
    orientation: int = UPRIGHT
    """EXIF's: 1 is upright"""
    turned: bool = False
    """whether OpenCV turns it as its EXIF says"""
    alpha: bool = False
    """whether its pixels may be transparent"""
    key: int | None = None
    """the grey that stands for transparent (PNG)"""
    deep: bool = False
    """more than 8 bits a channel"""
    cmyk: bool = False
    frames: bool = False
    """several frames or pages"""
    whole: bool = True
    """whether its end is there"""
    pixels: int = 0
    """how many there are, as the header says"""


def look_into(data: bytes) -> ImageFile:
    """Read the header of an image file; what is broken in it counts as not said."""
    try:
        for magic, read in _READERS.items():
            if data.startswith(magic):
                return read(data)
    except (struct.error, IndexError):
        return ImageFile(whole=False)
    return ImageFile()


def other_kind(data: bytes) -> str:
    """Return what a file is that OpenCV does not read; "" if it is not known."""
    head = data[:64].lstrip()
    if data[4:8] == b"ftyp":
        return _BRANDS.get(data[8:12], msg("a HEIC photo"))
    return next((kind for magic, kind in _OTHERS.items() if head.startswith(magic)), "")


def _jpeg(data: bytes) -> ImageFile:
    orientation, deep, cmyk, pixels, at = UPRIGHT, False, False, 0, 2
    while data[at] == 0xFF:
        marker, (size,) = data[at + 1], struct.unpack_from(">H", data, at + 2)
        if marker == 0xE1 and data[at + 4 : at + 10] == b"Exif\0\0":
            orientation = _orientation(data[at + 10 : at + 2 + size])
        elif 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            deep, cmyk = data[at + 4] > 8, data[at + 9] == 4
            pixels = math.prod(struct.unpack_from(">HH", data, at + 5))
        elif marker == 0xDA:
            break
        at += 2 + size
    whole = data.find(b"\xff\xd9", at) >= 0
    turned = orientation != UPRIGHT
    return ImageFile("JPEG", orientation, turned, deep=deep, cmyk=cmyk, whole=whole, pixels=pixels)


def _png(data: bytes) -> ImageFile:
    bits, colour = data[24], data[25]
    chunks = dict(_png_chunks(data))
    exif = chunks.get(b"eXIf")
    orientation = _orientation(exif) if exif else UPRIGHT
    transparent = chunks.get(b"tRNS")
    key = struct.unpack(">H", transparent[:2])[0] if transparent and colour == 0 else None
    return ImageFile(
        "PNG",
        orientation,
        orientation != UPRIGHT,
        alpha=colour in (4, 6) or transparent is not None,
        key=key * 255 // (2**bits - 1) if key is not None and 0 < bits < 8 else key,
        deep=bits > 8,
        frames=b"acTL" in chunks,
        whole=b"IEND" in chunks,
        pixels=math.prod(struct.unpack_from(">II", data, 16)),
    )


def _png_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = _PNG_HEAD
    while at + 8 <= len(data):
        (size,) = struct.unpack_from(">I", data, at)
        kind = data[at + 4 : at + 8]
        yield kind, data[at + 8 : at + 8 + size] if kind in (b"eXIf", b"tRNS") else b""
        at += 12 + size


def _webp(data: bytes) -> ImageFile:
    if data[8:12] != b"WEBP":
        return ImageFile()
    (size,) = struct.unpack_from("<I", data, 4)
    flags = data[20] if data[12:16] == b"VP8X" else 0
    alpha = bool(flags & 0x10) or (data[12:16] == b"VP8L" and bool(data[24] & 0x10))
    at, orientation = 12, UPRIGHT
    while flags & 0x08 and at + 8 <= len(data):
        (length,) = struct.unpack_from("<I", data, at + 4)
        if data[at : at + 4] == b"EXIF":
            orientation = _orientation(data[at + 8 : at + 8 + length].removeprefix(b"Exif\0\0"))
        at += 8 + length + length % 2
    whole = len(data) >= size + 8
    # as an extended header has them; all others are of 16,383 pixels a side at most
    sides = (int.from_bytes(data[at : at + 3], "little") + 1 for at in (24, 27))
    pixels = math.prod(sides) if data[12:16] == b"VP8X" else 0
    return ImageFile(
        "WebP", orientation, alpha=alpha, frames=bool(flags & 0x02), whole=whole, pixels=pixels
    )


def _tiff(data: bytes) -> ImageFile:
    tags, following = _directory(data)
    orientation = tags.get(_ORIENTATION, UPRIGHT)
    return ImageFile(
        "TIFF",
        orientation,
        orientation != UPRIGHT,
        alpha=_EXTRA in tags or (tags.get(_SAMPLES) == 4 and tags.get(_PHOTOMETRIC) == _RGB),
        deep=tags.get(_BITS, 8) > 8,
        cmyk=tags.get(_PHOTOMETRIC) == _CMYK,
        frames=bool(following),
        pixels=tags.get(_WIDTH, 0) * tags.get(_HEIGHT, 0),
    )


def _bmp(data: bytes) -> ImageFile:
    header, (bits,) = struct.unpack_from("<I", data, 14)[0], struct.unpack_from("<H", data, 28)
    mask = struct.unpack_from("<I", data, 66)[0] if header >= 56 else 0
    width, height = struct.unpack_from("<ii", data, 18)
    return ImageFile("BMP", alpha=bits == 32 and mask == 0xFF000000, pixels=abs(width * height))


def _jpeg_2000(_data: bytes) -> ImageFile:
    return ImageFile("JPEG 2000", alpha=True)


def _orientation(exif: bytes) -> int:
    try:
        found = _directory(exif)[0].get(_ORIENTATION, UPRIGHT)
    except (struct.error, IndexError):
        return UPRIGHT
    return found if 1 <= found <= 8 else UPRIGHT


def _directory(data: bytes) -> tuple[dict[int, int], int]:
    """Return the first value of each tag of TIFF's first directory, and where the next one is."""
    order = "<" if data[:2] == b"II" else ">"
    (at,) = struct.unpack_from(f"{order}I", data, 4)
    (count,) = struct.unpack_from(f"{order}H", data, at)
    tags = {}
    for entry in range(at + 2, at + 2 + 12 * count, 12):
        tag, kind, values = struct.unpack_from(f"{order}HHI", data, entry)
        place = entry + 8
        if kind == 3 and values > 2:  # shorts that do not fit are elsewhere
            (place,) = struct.unpack_from(f"{order}I", data, place)
        if kind in (3, 4):
            (tags[tag],) = struct.unpack_from(f"{order}{'H' if kind == 3 else 'I'}", data, place)
    (following,) = struct.unpack_from(f"{order}I", data, at + 2 + 12 * count)
    return tags, following


_READERS = {
    b"\xff\xd8\xff": _jpeg,
    _PNG: _png,
    b"RIFF": _webp,
    b"II*\0": _tiff,
    b"MM\0*": _tiff,
    b"BM": _bmp,
    b"\x00\x00\x00\x0cjP  ": _jpeg_2000,
    b"\xff\x4f\xff\x51": _jpeg_2000,
}
