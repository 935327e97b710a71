import struct

import pytest

from stages.imagefile import look_into


def png(bits: int, grey: int) -> bytes:
    """Return the header of a grey PNG in which one grey stands for transparent."""
    head = struct.pack(">IIBBBBB", 8, 8, bits, 0, 0, 0, 0)
    chunks = (b"IHDR", head), (b"tRNS", struct.pack(">H", grey)), (b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + bytes(4) for kind, data in chunks
    )


HEADS = {
    "PNG": b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR" + struct.pack(">II", 60_000, 50_000) + bytes(9),
    "JPEG": b"\xff\xd8\xff\xc0\x00\x11\x08" + struct.pack(">HH", 60_000, 50_000) + bytes(20),
    "BMP": b"BM" + bytes(12) + struct.pack("<Iii", 40, 60_000, -50_000) + bytes(20),
    "TIFF": b"II*\0\x08\0\0\0\x02\0" + struct.pack("<HHII", 256, 4, 1, 60_000)
    + struct.pack("<HHIHH", 257, 3, 1, 50_000, 0) + bytes(4),
    "WebP": b"RIFF\x16\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\x5f\xea\x00\x4f\xc3\x00",
}  # fmt: skip


@pytest.mark.parametrize("kind", HEADS)
def test_how_many_pixels_there_are_is_told_by_the_header(kind: str) -> None:
    found = look_into(HEADS[kind])
    assert (found.kind, found.pixels) == (kind, 3_000_000_000)


@pytest.mark.parametrize(("bits", "key"), [(0, 1), (1, 255), (2, 85), (4, 17), (8, 1), (16, 1)])
def test_the_transparent_grey_is_told_of_every_depth_and_of_none(bits: int, key: int) -> None:
    assert look_into(png(bits, 1)).key == key
