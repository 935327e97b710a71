"""The libraries in an app: Paddle-Lite held against what files need, and every one against pages of 16 KB."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from pipeline.app.finding import Finding, Kind
from pipeline.text import one_line
from stages.contract import Needs
from stages.lite.elf import MAGIC, NotALibraryError, read_elf
from stages.lite.library import (
    APPLE,
    Library,
    Machine,
    read_apple_library,
    read_library,
    version_numbers,
)
from stages.lite.needs import Lack, lacks
from stages.message import msg

#: What Google Play asks of libraries of 64 bits, for devices with larger pages.
PAGE = 0x4000
_64_BITS = 64
#: The C library of Linux, whose libraries no Android loads.
_GLIBC = b"libc.so.6"
#: What a file for phones runs on.
_ARM = (Machine.AARCH64, Machine.ARM)
#: The folder of a package whose folders are named after the ABIs that they are for.
_ABIS = ("arm64-v8a", "armeabi-v7a", "armeabi", "x86", "x86_64", "riscv64")


@dataclass(frozen=True)
class AppLibrary:
    """A library of an app.

    Args:
        path: in the app.
        abi: as Android names it, "" where no folder says.
        lite: what it says of itself, None if Paddle-Lite is not in it.
        page: the largest page of a system that can load it; 0 where that does not matter.
    """

    path: str
    abi: str
    lite: Library | None
    page: int

    @property
    def pages_too_small(self) -> bool:
        """Whether a device with pages of 16 KB cannot load it."""
        return 0 < self.page < PAGE


def is_library(head: bytes) -> bool:
    """Tell by its first bytes whether a file is a library or a program."""
    return head.startswith((MAGIC, *APPLE))


def look(path: str, data: bytes) -> AppLibrary | None:
    """Return what a library is; None if the file is none."""
    abi = next((part for part in PurePosixPath(path).parts if part in _ABIS), "")
    if data.startswith(APPLE):
        try:
            return AppLibrary(path, abi, read_apple_library(data), 0)
        except NotALibraryError:
            return None
    try:
        elf = read_elf(data)
        is_linux = _GLIBC in set(elf.needed())
    except NotALibraryError:
        return None
    try:
        lite: Library | None = read_library(data)
    except NotALibraryError:
        lite = None
    page = 0 if is_linux or elf.bits != _64_BITS else elf.page
    return AppLibrary(path, abi, lite, page)


@dataclass(frozen=True)
class Wanted:
    """A file that an app loads, or is to load, and what it needs."""

    file: str
    needs: Needs


def judge(libraries: Sequence[AppLibrary], files: Sequence[Wanted]) -> Iterator[Finding]:
    """Say of each library whether it can load the files, as far as that can be told."""
    for library in libraries:
        if library.lite:
            yield from _judge_lite(library, library.lite, files)
    for library in libraries:
        if library.pages_too_small:
            yield _pages(library)
    yield from _abis(libraries)


def _judge_lite(library: AppLibrary, lite: Library, files: Sequence[Wanted]) -> Iterator[Finding]:
    path = one_line(library.path)
    facts = _facts(lite)
    if lite.machine not in _ARM or not files:
        if files:
            said = msg("{path}: {facts}; there a file for phones does not run", path, facts)
        else:
            said = msg("{path}: {facts}; there is no file to hold it against", path, facts)
        yield Finding(Kind.LIBRARY_NOT_HELD, library.path, said)
        return
    lacking = [(item, lack) for item in files for lack in lacks(item.needs, lite)]
    for lack in Lack:
        if short := [item for item, other in lacking if other is lack]:
            yield _lacking(library.path, lite, lack, short)
    if lacking:
        return
    names = ", ".join(one_line(item.file) for item in files)
    if not lite.numbers or not lite.kernels:
        what = msg("its version") if not lite.numbers else msg("its operators")
        if not lite.numbers and not lite.kernels:
            what = msg("its version and its operators")
        said = msg("{path}: {facts}; could not tell {what}: ask who built it", path, facts, what)
        yield Finding(Kind.LIBRARY_SILENT, library.path, said)
        return
    said = msg("{path}: {facts}; it has what {files} needs", path, facts, names)
    yield Finding(Kind.LIBRARY_FITS, library.path, said)


def _facts(lite: Library) -> str:
    """Return in a few words what a library is."""
    if lite.version:
        return msg("Paddle-Lite {version} for {machine}", lite.version, lite.machine.value)
    return msg("Paddle-Lite for {machine}", lite.machine.value)


def _lacking(path: str, lite: Library, lack: Lack, short: Sequence[Wanted]) -> Finding:
    """Return what is wrong with a library that has not what files need."""
    shown, files = one_line(path), ", ".join(one_line(item.file) for item in short)
    if lack is Lack.VERSION:
        newest = max((item.needs.at_least for item in short), key=version_numbers)
        said = msg(
            "{path}: Paddle-Lite {version}, and {files} needs {newest} or newer",
            shown,
            lite.version,
            files,
            newest,
        )
        return Finding(Kind.LIBRARY_OLDER, path, said)
    if lack is Lack.EXTRA:
        operators = sorted({kind for item in short for kind in item.needs.extra})
        lacked = ", ".join(lite.lacks(frozenset(operators)))
        said = msg(
            "{path}: it lacks {operators}, which {files} needs: it was built without with_extra=ON",
            shown,
            lacked,
            files,
        )
        return Finding(Kind.LIBRARY_WITHOUT_EXTRA, path, said)
    if lack is Lack.HALF:
        said = msg(
            "{path}: it has no kernels of half precision, which {files} needs (with_arm82_fp16=ON)",
            shown,
            files,
        )
        return Finding(Kind.LIBRARY_WITHOUT_HALF, path, said)
    said = msg("{path}: it has no OpenCL, which {files} needs (with_opencl=ON)", shown, files)
    return Finding(Kind.LIBRARY_WITHOUT_OPENCL, path, said)


def _pages(library: AppLibrary) -> Finding:
    said = msg(
        "{path}: aligned to {page} KB: devices with pages of 16 KB cannot load it, and Google Play "
        "refuses the app",
        one_line(library.path),
        library.page >> 10,
    )
    return Finding(Kind.PAGES_TOO_SMALL, library.path, said)


def _abis(libraries: Iterable[AppLibrary]) -> Iterator[Finding]:
    """Name the ABIs that have libraries, and no Paddle-Lite among them, where others have it."""
    every = {library.abi for library in libraries} - {""}
    able = {library.abi for library in libraries if library.lite} - {""}
    if able and (without := sorted(every - able)):
        said = msg(
            "Paddle-Lite is there for {able} and not for {without}: there the app cannot read",
            ", ".join(sorted(able)),
            ", ".join(without),
        )
        yield Finding(Kind.ABI_WITHOUT_LIBRARY, "", said)
