"""The Paddle-Lite library for ARM Linux that a project gives: found, looked into, refused early."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pipeline.errors import IntegrityFailed, UsageError
from pipeline.models.archive import is_archive
from pipeline.models.fetch_context import FetchContext
from pipeline.models.given import RemoteModel
from pipeline.models.remote import fetch_remote, unpacked
from pipeline.plan.hashes import HashCache
from pipeline.plan.inputs import FromProject
from pipeline.plan.start import tree_of
from pipeline.project import Project
from pipeline.project.schema import ArmRuntime
from stages.contract.artifacts import ARM_RUNTIME
from stages.lite.elf import NotALibraryError
from stages.lite.library import (
    EXTRA,
    Library,
    Machine,
    System,
    read_library,
    version_numbers,
)
from stages.message import msg

KEY = "verify.arm_runtime"
#: The Paddle-Lite whose ``opt`` the images have (images/lite/requirements.txt), and the glibc that image
#: verify-arm has for ARM (images/arm/packages.sha256).
OPT, GLIBC = "2.13", (2, 36)
#: In Paddle-Lite's archives, the smaller library first.
_LIBRARIES = ("libpaddle_light_api_shared.so", "libpaddle_full_api_shared.so")
_HEADER, _INCLUDE = "paddle_api.h", "include"
#: Where headers are as seen from the library's folder.
_BESIDE = (_INCLUDE, f"../{_INCLUDE}")
_MOST_HEADERS = 100


def arm_runtime_of(
    given: ArmRuntime, project: Project, cache: HashCache, caller: FetchContext
) -> dict[str, FromProject]:
    """Return the library that a project gives, and its headers, as an input of the verify stage.

    Raises:
        UsageError: it is no library that can run what ``opt`` writes, and why; or has no headers; or is a
            folder of which a hash is given.
        IntegrityFailed: it is not the file that was named.
    """
    library, headers = _found(_fetched(given, project, caller))
    refuse_unfit(library)
    files = {f"lib/{library.name}": library}
    files |= {f"{_INCLUDE}/{path.name}": path for path in headers}
    return {ARM_RUNTIME: tree_of(files, cache, msg("project (verify.arm_runtime)"))}


def _fetched(given: ArmRuntime, project: Project, caller: FetchContext) -> Path:
    """Return a folder, or a library, on this machine."""
    if given.url:
        return fetch_remote(RemoteModel(url=given.url, sha256=given.sha256), caller)
    path = project.folder / given.path
    if not path.is_file():
        if given.sha256:
            said = msg("{key}: sha256 is that of a file, and {path} is a folder", KEY, given.path)
            raise UsageError(said, str(path), msg("give the archive itself, or remove sha256"))
        return path
    if given.sha256 and (found := caller.sha256(path)) != given.sha256:
        raise IntegrityFailed(
            msg(
                "{path}: expected SHA-256 {expected}, found {found}", path.name, given.sha256, found
            ),
            str(path),
            msg("correct sha256 of {key}, or give the file that it is of", KEY),
        )
    return unpacked(path, caller) if is_archive(path.name) else path


def _found(path: Path) -> tuple[Path, list[Path]]:
    """Return the library below ``path``, or ``path`` itself, and the headers that lie with it."""
    candidates = [path] if path.is_file() else sorted(_libraries(path), key=_rank)
    if not candidates:
        said = msg("{key}: no {names} in it", KEY, msg(" or ").join(_LIBRARIES))
        raise UsageError(said, str(path), _OFFICIAL)
    for library in candidates:
        for folder in _BESIDE:
            include = library.parent / folder
            if (include / _HEADER).is_file():
                return library, sorted(include.glob("*.h"))[:_MOST_HEADERS]
    refuse_unfit(candidates[0])  # headers would not help it
    said = msg("{key}: there is no {header} with {library}", KEY, _HEADER, candidates[0].name)
    remedy = msg(
        "give the whole archive, or its folder: {header} must be in {include} beside the library or one "
        "folder up, for classes are not laid out alike in all versions",
        _HEADER,
        _INCLUDE,
    )
    raise UsageError(said, str(candidates[0]), remedy)


def _libraries(folder: Path) -> Iterator[Path]:
    for name in _LIBRARIES:
        yield from (path for path in folder.rglob(name) if path.is_file())


def _rank(path: Path) -> tuple[int, int, str]:
    return _LIBRARIES.index(path.name), len(path.parts), str(path)


_OFFICIAL = msg(
    "give Paddle-Lite's inference_lite_lib.armlinux.armv8….tar.gz of version {version} with extra operators "
    "(with_extra=ON)",
    OPT,
)


def refuse_unfit(path: Path) -> None:
    """Look into a library, and refuse one that cannot run the files.

    Raises:
        UsageError: says which library it is instead, and what to give.
    """
    try:
        library = read_library(path.read_bytes())
    except NotALibraryError as error:
        why: str | None = error.args[0]
    else:
        why = _unfit(library)
    if why is not None:
        raise UsageError(msg("{key}: {file}: {why}", KEY, path.name, why), str(path), _OFFICIAL)


def _unfit(library: Library) -> str | None:
    """Return why a library cannot run what ``opt`` writes; None if it can, as far as it can be told."""
    if library.machine is not Machine.AARCH64:
        return msg("it is for {machine}, not for aarch64", library.machine.value)
    if library.system is not System.GLIBC:
        return msg("it is for Android or another system, not for Linux with glibc")
    if library.glibc > GLIBC:
        needed, there = (".".join(map(str, each)) for each in (library.glibc, GLIBC))
        return msg("it needs glibc {needed}, and the image has {there}", needed, there)
    if library.numbers and library.numbers < version_numbers(OPT):
        return msg("it is Paddle-Lite {version}, older than opt {opt}", library.version, OPT)
    if library.kernels and len(library.lacks(frozenset(EXTRA))) == len(EXTRA):
        return msg("it has no extra operators, which every OCR model needs")
    return None
