from __future__ import annotations

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


@pytest.mark.parametrize(("bits", "key"), [(0, 1), (1, 255), (2, 85), (4, 17), (8, 1), (16, 1)])
def test_the_transparent_grey_is_told_of_every_depth_and_of_none(bits: int, key: int) -> None:
    assert look_into(png(bits, 1)).key == key
