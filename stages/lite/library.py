"""A Paddle-Lite library (``.so``) looked into without running it, with the standard library alone.

What it is for stands in its ELF header and dynamic section (System V ABI; the machine's numbers: its AArch64
supplement), what it can do in its read-only data: the version as a text, kernels by the names of their C++
types (Itanium C++ ABI, ``N6paddle4lite7kernels3arm16HardSwishCompute…``), which a library without extra
operators lacks. A library built without run-time type information does not name its kernels; then nothing is
said of them.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from stages.message import msg

#: The largest library that is looked into. The full API of 2.13 for ARM has some 30 MB.
MOST_BYTES = 256 << 20
_MOST_HEADERS, _MOST_ENTRIES = 256, 4096
_HEADER = struct.Struct("<HHIQQQIHHHHHH")
_PROGRAM, _ENTRY = struct.Struct("<IIQQQQQQ"), struct.Struct("<qQ")
_LOAD, _DYNAMIC, _WRITABLE = 1, 2, 2
_END, _NEEDED, _STRINGS = 0, 1, 5
_SHARED, _64_BITS, _LONGEST_NAME = 3, 2, 256

#: ``v2.13-rc`` as ``lite/core/version.h`` has it, a text of its own.
_TAGGED = re.compile(rb"(?<=\0)v(\d{1,2}\.\d{1,3}(?:\.\d{1,3})?(?:-?(?:rc|beta)[.\d]{0,4})?)(?=\0)")
_GLIBC = re.compile(rb"(?<=\0)GLIBC_(\d{1,2})\.(\d{1,3})(?=[.\0])")
_KERNEL = re.compile(rb"N6paddle4lite7kernels(?:3arm|4host)(\d{1,3})")
_OPENCL = b"N6paddle4lite7kernels6opencl"
_CLASS = re.compile(rb"[A-Za-z_][A-Za-z0-9_]*")
_OURS = b"N6paddle4lite"
_FACTORY = b"_ZN6paddle8lite_api21CreatePaddlePredictorINS0_12MobileConfig"

#: Operators whose kernels are only in a library with extra operators -> the class of one of them
#: (REGISTER_LITE_KERNEL in lite/kernels/arm and lite/kernels/host, v2.13).
EXTRA = {
    "assign": "AssignCompute",
    "flatten_contiguous_range": "FlattenContiguousRangeCompute",
    "gelu": "GeluCompute",
    "hard_sigmoid": "HardSigmoidCompute",
    "hard_swish": "HardSwishCompute",
    "layer_norm": "LayerNormCompute",
    "matmul_v2": "MatMulV2Compute",
    "rnn": "RnnCompute",
    "shape": "ShapeCompute",
    "swish": "SwishCompute",
}
#: The class that turns float32 into half precision, which a library built without it lacks.
_HALF = "CalibComputeFp32ToFp16"


class Machine(str, Enum):
    """The processors that a library may be for (``e_machine``)."""

    AARCH64 = "aarch64"
    ARM = "arm"
    X86_64 = "x86-64"
    X86 = "x86"
    OTHER = "other"


_MACHINES = {183: Machine.AARCH64, 40: Machine.ARM, 62: Machine.X86_64, 3: Machine.X86}


class System(str, Enum):
    """Whose C library it was linked with."""

    GLIBC = "glibc"
    ANDROID = "android"
    OTHER = "other"


@dataclass(frozen=True)
class Library:
    """What a Paddle-Lite library says of itself.

    Args:
        machine: the processor that it is for.
        system: the C library that it needs.
        version: of Paddle-Lite, such as ``2.13-rc``; "" if it does not say.
        kernels: the classes of its kernels for ARM and for the host; empty if it does not name them.
        glibc: the newest version of glibc that it asks for; () if of none.
        opencl: whether it has kernels of OpenCL's; None if it does not name its kernels.
        page: the largest alignment of what is loaded, in bytes: pages of a device may be as large.
    """

    machine: Machine
    system: System
    version: str
    kernels: frozenset[str]
    glibc: tuple[int, ...]
    opencl: bool | None
    page: int

    @property
    def numbers(self) -> tuple[int, ...]:
        """The version's numbers; () if it does not say."""
        return version_numbers(self.version)

    @property
    def half(self) -> bool | None:
        """Whether it has kernels of half precision; None if it does not name its kernels."""
        return _HALF in self.kernels if self.kernels else None

    def lacks(self, operators: frozenset[str]) -> tuple[str, ...]:
        """Return those of the operators, or of all that need extra ones, that it has no kernel for."""
        if not self.kernels:
            return ()
        wanted = operators & EXTRA.keys()
        return tuple(sorted(kind for kind in wanted if EXTRA[kind] not in self.kernels))


class NotALibraryError(ValueError):
    """The bytes are no Paddle-Lite library; the text says what they are instead."""


def version_numbers(version: str) -> tuple[int, ...]:
    """Return the numbers that a version of Paddle-Lite begins with: (2, 13) of ``v2.13-rc``."""
    found = re.match(r"v?(\d+)\.(\d+)(?:\.(\d+))?", version)
    return tuple(int(number) for number in found.groups() if number) if found else ()


def read_library(data: bytes) -> Library:
    """Look into the bytes of a ``.so``.

    Raises:
        NotALibraryError: it is no ELF library, is cut off, or is not Paddle-Lite's.
    """
    if len(data) > MOST_BYTES:
        raise NotALibraryError(msg("it has more than {megabytes} MB", MOST_BYTES >> 20))
    try:
        machine, headers = _read_header(data)
        needed = frozenset(_needed(data, headers))
    except (struct.error, IndexError) as error:
        raise NotALibraryError(msg("it is cut off or damaged")) from error
    constants = b"\0".join(_constants(data, headers)) or data
    if _OURS not in data and _FACTORY not in data:
        raise NotALibraryError(msg("it is no Paddle-Lite library"))
    tags = _TAGGED.findall(constants)
    glibc = [(int(major), int(minor)) for major, minor in _GLIBC.findall(constants)]
    kernels = frozenset(_kernels(constants))
    return Library(
        machine,
        _system(needed, bool(glibc)),
        tags[0].decode() if len(set(tags)) == 1 else "",
        kernels,
        max(glibc, default=()),
        _OPENCL in constants if kernels else None,
        max((header.align for header in headers if header.kind == _LOAD), default=0),
    )


@dataclass(frozen=True)
class _Segment:
    """A program header: what is loaded from where in the file, to which address."""

    kind: int
    flags: int
    offset: int
    address: int
    size: int
    align: int


def _read_header(data: bytes) -> tuple[Machine, list[_Segment]]:
    """Return the machine, and the segments of a 64-bit file; a 32-bit one is for no phone of today."""
    if data[:4] != b"\x7fELF" or data[5:6] != b"\1":
        raise NotALibraryError(msg("it is no ELF library"))
    kind, number = struct.unpack_from("<HH", data, 16)
    if kind != _SHARED:
        raise NotALibraryError(msg("it is no shared library"))
    machine = _MACHINES.get(number, Machine.OTHER)
    if data[4] != _64_BITS:
        return machine, []
    fields = _HEADER.unpack_from(data, 16)
    start, size, count = fields[4], fields[8], fields[9]
    if size != _PROGRAM.size or count > _MOST_HEADERS or start + size * count > len(data):
        raise NotALibraryError(msg("it is cut off or damaged"))
    found = []
    for index in range(count):
        segment, flags, offset, address, _, length, _, align = _PROGRAM.unpack_from(
            data, start + index * size
        )
        found.append(_Segment(segment, flags, offset, address, length, align))
    return machine, found


def _constants(data: bytes, segments: list[_Segment]) -> Iterator[bytes]:
    """Give what is loaded and cannot be written to; it must all be in the file, once."""
    constant = [item for item in segments if item.kind == _LOAD and not item.flags & _WRITABLE]
    if sum(item.size for item in constant) > len(data):
        raise NotALibraryError(msg("it is cut off or damaged"))
    for item in constant:
        yield data[item.offset : item.offset + item.size]


def _needed(data: bytes, segments: list[_Segment]) -> Iterator[bytes]:
    """Give the names of the libraries that it needs."""
    entries: list[tuple[int, int]] = []
    for item in segments:
        if item.offset + item.size > len(data):
            raise NotALibraryError(msg("it is cut off or damaged"))
        if item.kind == _DYNAMIC:
            for index in range(min(item.size // _ENTRY.size, _MOST_ENTRIES)):
                entries.append(_ENTRY.unpack_from(data, item.offset + index * _ENTRY.size))
                if entries[-1][0] == _END:
                    break
    strings = next((value for tag, value in entries if tag == _STRINGS), 0)
    loaded = [item for item in segments if item.kind == _LOAD]
    for tag, value in entries:
        for item in loaded if tag == _NEEDED else ():
            if item.address <= strings < item.address + item.size:
                start = item.offset + strings - item.address + value
                yield data[start : start + _LONGEST_NAME].partition(b"\0")[0]


def _system(needed: frozenset[bytes], asks_glibc: bool) -> System:
    if asks_glibc or b"libc.so.6" in needed:
        return System.GLIBC
    return System.ANDROID if {b"libc.so", b"liblog.so"} & needed else System.OTHER


def _kernels(constants: bytes) -> Iterator[str]:
    """Give the class of each kernel whose type is named; a name is as long as the number before it."""
    for found in _KERNEL.finditer(constants):
        length = int(found[1])
        name = constants[found.end() : found.end() + length]
        if len(name) == length and _CLASS.fullmatch(name):
            yield name.decode("ascii")
