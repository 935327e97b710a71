"""Shared libraries of a few hundred bytes, as a linker would lay them out, that say what a test wants."""

import struct
from collections.abc import Sequence
from typing import Any

from stages.lite.library import EXTRA

AARCH64, ARM, X86_64 = 183, 40, 62
_HEADER, _PROGRAM, _ENTRY = struct.Struct("<16sHHIQQQIHHHHHH"), struct.Struct("<IIQQQQQQ"), "<qQ"


def lite_library(
    *,
    machine: int = AARCH64,
    needed: Sequence[str] = ("libgomp.so.1", "libc.so.6"),
    version: str = "v2.13-rc",
    kernels: Sequence[str] = tuple(EXTRA.values()),
    glibc: str = "2.17",
    own: str = "N6paddle4lite9operators11LayerNormOpE",
    page: int = 0x10000,
) -> bytes:
    """Return a library of 64 bits whose read-only data names a version, kernels, and what it needs."""
    strings = b"\0".join([b"", *(name.encode() for name in needed), f"GLIBC_{glibc}".encode(), b""])
    types = [f"N6paddle4lite7kernels3arm{len(name)}{name}E" for name in kernels]
    texts = "\0".join(["", version, own, *types, ""]).encode()
    body = _HEADER.size + 2 * _PROGRAM.size
    entries = [(1, strings.index(name.encode())) for name in needed] + [(5, body), (0, 0)]
    dynamic = b"".join(struct.pack(_ENTRY, *entry) for entry in entries)
    size = body + len(strings) + len(texts) + len(dynamic)
    ident = b"\x7fELF\x02\x01\x01" + bytes(9)
    header = _HEADER.pack(
        ident, 3, machine, 1, 0, _HEADER.size, 0, 0, 64, _PROGRAM.size, 2, 0, 0, 0
    )
    loaded = _PROGRAM.pack(1, 5, 0, 0, 0, size, size, page)
    at = size - len(dynamic)
    linking = _PROGRAM.pack(2, 6, at, at, at, len(dynamic), len(dynamic), 8)
    return header + loaded + linking + strings + texts + dynamic


def android_library(name: str = "libpaddle_light_api_shared.so", **changes: Any) -> bytes:
    """Return a library as the NDK links it: Paddle-Lite, or one of another name without it."""
    parts: dict[str, Any] = {
        "needed": ("liblog.so", "libm.so", "libc.so"),
        "glibc": "x",
        "page": 0x4000,
    }
    if "paddle" not in name:
        parts |= {"version": "", "kernels": (), "own": "N5other3libE"}
    return lite_library(**{**parts, **changes})


def arm_32_library(
    version: str = "v2.13-rc", kernels: Sequence[str] = tuple(EXTRA.values())
) -> bytes:
    """Return a library of 32 bits with two loaded segments, the second one writable."""
    types = [f"N6paddle4lite7kernels3arm{len(name)}{name}E" for name in kernels]
    texts = "\0".join(["", version, "N6paddle4lite9operators11LayerNormOpE", *types, ""]).encode()
    header, program = struct.Struct("<16sHHIIIIIHHHHHH"), struct.Struct("<IIIIIIII")
    size = header.size + 2 * program.size + len(texts)
    return (
        header.pack(b"\x7fELF\x01\x01\x01" + bytes(9), 3, ARM, 1, 0, header.size, 0, 0, header.size,
                    program.size, 2, 0, 0, 0)
        + program.pack(1, 0, 0, 0, size, size, 5, 0x1000)
        + program.pack(1, 0, 0x1000, 0x1000, 0, 64, 6, 0x1000)
        + texts
    )  # fmt: skip
