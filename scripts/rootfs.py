"""A root file system as a tar that is the same for the same packages, whenever it is made."""

from __future__ import annotations

import io
import os
import tarfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

_MOMENT = 1735689600
#: The same moment in days, as etc/shadow counts.
_DAY = b"20089"
#: Emptied: caches and logs of the making, and what the container's engine fills.
_EMPTIED = (
    "dev",
    "proc",
    "sys",
    "run",
    "tmp",
    "var/cache/apt",
    "var/cache/debconf",
    "var/cache/ldconfig",
    "var/lib/apt/lists",
    "var/log",
    "usr/share/man",
    "usr/share/locale",
    "usr/share/info",
)
#: Left out: they say when and on which machine the root was made.
_DROPPED = {
    "etc/hostname",
    "etc/machine-id",
    "etc/resolv.conf",
    "etc/passwd-",
    "etc/shadow-",
    "etc/group-",
    "etc/gshadow-",
    "var/lib/dbus/machine-id",
}


def pack_root(root: Path, tar: Path) -> None:
    """Write the tree ``root`` to ``tar``: sorted, one time for all, owners as numbers, no devices."""
    with tarfile.open(tar, "w", format=tarfile.PAX_FORMAT) as archive:
        for path in _wanted(root):
            _add(archive, path, path.relative_to(root).as_posix())


def _wanted(root: Path) -> Iterator[Path]:
    """Give what goes in, folders before what is in them."""
    for parent, folders, names in os.walk(root):
        here = PurePosixPath(Path(parent).relative_to(root).as_posix())
        links = [name for name in folders if Path(parent, name).is_symlink()]
        # Bytecode tells when it was made; the base image makes its own.
        kept = set(folders) - {*links, "__pycache__"}
        folders[:] = [] if str(here) in _EMPTIED else sorted(kept)
        if here != PurePosixPath("."):
            yield Path(parent)
        if str(here) in _EMPTIED:
            continue
        for name in sorted([*names, *links]):
            if str(here / name) not in _DROPPED:
                yield Path(parent, name)


def _add(archive: tarfile.TarFile, path: Path, name: str) -> None:
    member = archive.gettarinfo(path, name)
    member.mtime, member.uname, member.gname = _MOMENT, "", ""
    if member.islnk():  # a second name of one file: stored again, whatever order they come in
        member.type, member.linkname = tarfile.REGTYPE, ""
    if member.isreg():
        data = _settled(name, path.read_bytes())
        member.size = len(data)
        archive.addfile(member, io.BytesIO(data))
    elif member.isdir() or member.issym():
        archive.addfile(member)


def _settled(name: str, data: bytes) -> bytes:
    """Take the day on which the accounts were made out of etc/shadow."""
    if name != "etc/shadow":
        return data
    lines = [line.split(b":") for line in data.splitlines()]
    return b"".join(b":".join([*line[:2], _DAY, *line[3:]]) + b"\n" for line in lines)
