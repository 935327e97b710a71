"""A Paddle-Lite library (``.so``) looked into without running it, with the standard library alone.

What it is for stands in its ELF header and dynamic section (System V ABI; the machine's numbers: its AArch64
supplement), what it can do in its read-only data: the version as a text, kernels by the names of their C++
types (Itanium C++ ABI, ``N6paddle4lite7kernels3arm16HardSwishCompute…``), which a library without extra
operators lacks. A library built without run-time type information does not name its kernels; then nothing is
said of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from stages.lite.elf import NotALibraryError, read_elf
from stages.message import msg

#: The largest library that is looked into. The full API of 2.13 for ARM has some 30 MB.
MOST_BYTES = 256 << 20
#: How a Mach-O file of 64 bits, one for several processors, and a static library begin.
APPLE = (b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe", b"!<arch>\n")

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
    APPLE = "apple"
    OTHER = "other"


@dataclass(frozen=True)
class Library:
    """What a Paddle-Lite library says of itself.

    Args:
        machine: the processor that it is for.
        system: the C library that it needs.
        version: of Paddle-Lite, such as ``2.13-rc``; "" if it does not say.
        kernels: the classes of its kernels for ARM and for the host; empty if it does not name them.
        opencl: whether it has kernels of OpenCL's; None if it does not name its kernels.
        glibc: the newest version of glibc that it asks for; () if of none.
        page: the largest page of a system that can load it, in bytes; 0 where the file does not say.
    """

    machine: Machine
    system: System
    version: str
    kernels: frozenset[str]
    opencl: bool | None
    glibc: tuple[int, ...]
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
    elf = read_elf(data)
    needed = frozenset(elf.needed())
    constants = b"\0".join(elf.constants()) or data
    if not is_ours(data):
        raise NotALibraryError(msg("it is no Paddle-Lite library"))
    glibc = [(int(major), int(minor)) for major, minor in _GLIBC.findall(constants)]
    return Library(
        _MACHINES.get(elf.machine, Machine.OTHER),
        _system(needed, bool(glibc)),
        *_said(constants),
        glibc=max(glibc, default=()),
        page=elf.page,
    )


def read_apple_library(data: bytes) -> Library:
    """Look into a program or a library for iOS, which has Paddle-Lite linked into it.

    Nothing of the file's layout is read: what is looked for stands in it as text, unless it is encrypted.

    Raises:
        NotALibraryError: it is none, or nothing of Paddle-Lite is in it.
    """
    if len(data) > MOST_BYTES:
        raise NotALibraryError(msg("it has more than {megabytes} MB", MOST_BYTES >> 20))
    if not data.startswith(APPLE):
        raise NotALibraryError(msg("it is no library for iOS"))
    if not is_ours(data):
        raise NotALibraryError(msg("it is no Paddle-Lite library"))
    return Library(Machine.AARCH64, System.APPLE, *_said(data), glibc=(), page=0)


def is_ours(data: bytes) -> bool:
    """Return whether anything of Paddle-Lite stands in a file."""
    return _OURS in data or _FACTORY in data


def _said(constants: bytes) -> tuple[str, frozenset[str], bool | None]:
    """Return version, kernels, and whether there are some of OpenCL's."""
    tags = {tag.decode() for tag in _TAGGED.findall(constants)}
    kernels = frozenset(_kernels(constants))
    opencl = _OPENCL in constants if kernels else None
    return (tags.pop() if len(tags) == 1 else ""), kernels, opencl


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
