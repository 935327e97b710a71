"""An app's files, read as data and within bounds: an apk, aab, aar or ipa, a folder, or a single file.

Archives are read by the guard that fetched models pass (:mod:`pipeline.models.archive`); what lies in one
that lies in the app is read too, and not what is packed deeper.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from pipeline.errors import UsageError
from pipeline.models.archive import files_of, is_archive, unpack
from stages.message import msg, text_of

WHAT_TO_GIVE = msg("give an .apk, .aab, .aar or .ipa, a folder, or a library (.so)")
#: Of an app, and the largest file of it that is read.
MOST_FILES, MOST_READ = 100_000, 256 << 20
#: How many archives in an app are opened, and how deep they may lie.
_MOST_NESTED, _DEEPEST = 32, 1
#: What tools make beside a project's sources, and what may be of an earlier day.
_MADE = frozenset({".git", ".gradle", ".idea", ".cxx", "build", "DerivedData", "node_modules"})
#: Several packages of one app in a zip: what bundletool makes of an aab, and what app stores hand out.
_SETS = (".apks", ".xapk")


class Form(str, Enum):
    """What kind of thing an app is given as."""

    APK = "apk"
    AAB = "aab"
    AAR = "aar"
    IPA = "ipa"
    ARCHIVE = "archive"
    FOLDER = "folder"
    FILE = "file"

    @property
    def is_app(self) -> bool:
        """Whether a device installs it: what is not in it, the app does not have."""
        return self in (Form.APK, Form.AAB, Form.IPA)


_BY_SUFFIX = {
    **{f".{kind.value}": kind for kind in (Form.APK, Form.AAB, Form.AAR, Form.IPA)},
    **dict.fromkeys(_SETS, Form.APK),
}


@dataclass(frozen=True)
class Member:
    """A file of an app.

    Args:
        path: below the app's root; those of an archive in it are below the archive's name.
        pieces: its content, to be read before the next member is asked for.
        closed: why it is not looked into, "" if it is; one that is not has no pieces.
    """

    path: str
    pieces: Iterator[bytes]
    closed: str = ""

    @property
    def suffix(self) -> str:
        """Of the name, in small letters."""
        return PurePosixPath(self.path).suffix.lower()

    def read(self, head: bytes = b"") -> bytes:
        """Return ``head``, which was read before, and what follows, up to :data:`MOST_READ` bytes."""
        found, size = [head], len(head)
        for piece in self.pieces:
            size += len(piece)
            found.append(piece)
            if size > MOST_READ:
                break
        return b"".join(found)[: MOST_READ + 1]


def form_of(app: Path) -> Form:
    """Return what an app is given as.

    Raises:
        UsageError: there is no such file or folder.
    """
    if app.is_dir():
        return Form.FOLDER
    if not app.is_file():
        raise UsageError(
            msg("there is no such app: {name}", app.name),
            str(app),
            WHAT_TO_GIVE,
        )
    kind = _BY_SUFFIX.get(app.suffix.lower())
    return kind or (Form.ARCHIVE if is_archive(app.name) else Form.FILE)


def members_of(app: Path) -> Iterator[Member]:
    """Give all files of an app, in an order of names where it is a folder.

    Raises:
        UsageError: there is none, an archive is damaged or holds what no app does, or there is too much.
    """
    opened = _Opened()
    form = form_of(app)
    if form is Form.FOLDER:
        yield from opened.folder(app)
    elif form is Form.FILE:
        yield Member(app.name, _pieces(app))
    else:
        yield from opened.archive(app)


class _Opened:
    """Counts what was opened of one app."""

    def __init__(self) -> None:
        self._nested = 0

    def folder(self, folder: Path, below: str = "", depth: int = 0) -> Iterator[Member]:
        """Give the files of a folder.

        A link within it is passed over, as what it leads to is found under its own name. Of the app's own
        folder what tools made there is passed over too.

        Args:
            folder: where they are.
            below: goes before their names.
            depth: in how many archives they lie.
        """
        count = 0
        for where, names, files in os.walk(folder):
            links = [name for name in names if Path(where, name).is_symlink()]
            names[:] = sorted(set(names) - (_MADE if depth == 0 else set()))
            for path in (Path(where, name) for name in sorted([*files, *links])):
                leads_out = path.is_symlink() and not path.resolve().is_relative_to(
                    folder.resolve()
                )
                if not (leads_out or (path.is_file() and not path.is_symlink())):
                    continue
                count += 1
                if count > MOST_FILES:
                    said = msg("it holds more than {most_files} files", MOST_FILES)
                    raise UsageError(said, str(folder), msg("name the app's own folder"))
                name = f"{below}{path.relative_to(folder).as_posix()}"
                if leads_out:
                    yield Member(name, iter(()), msg("it is a link that leads out of the folder"))
                else:
                    yield from self._member(name, _pieces(path), depth)

    def archive(self, archive: Path) -> Iterator[Member]:
        """Give the files of an archive."""
        for name, pieces in files_of(archive, MOST_FILES):
            yield from self._member(name, pieces, 0)

    def _member(self, path: str, pieces: Iterator[bytes], depth: int) -> Iterator[Member]:
        name = PurePosixPath(path).name
        if not (is_archive(name) or PurePosixPath(name).suffix.lower() in _BY_SUFFIX):
            yield Member(path, pieces)
            return
        self._nested += 1
        if depth >= _DEEPEST or self._nested > _MOST_NESTED:
            said = msg("it is packed too deep, or one archive too many")
            yield Member(path, iter(()), said)
            return
        with TemporaryDirectory(prefix="paddock-app-") as scratch:
            packed, inner = Path(scratch, f"packed{_ending(name)}"), Path(scratch, "inner")
            with packed.open("wb") as sink:
                sink.writelines(pieces)
            inner.mkdir()
            try:
                unpack(packed, inner, MOST_FILES)
            except UsageError as error:
                yield Member(path, iter(()), text_of(error))
                return
            yield from self.folder(inner, f"{path}/", depth + 1)


def _ending(name: str) -> str:
    """Return what tells how an archive is packed: ``.tar.gz``, ``.aar``."""
    small = name.lower()
    return ".tar.gz" if small.endswith(".tar.gz") else PurePosixPath(small).suffix


def _pieces(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as stream:
            while piece := stream.read(1 << 20):
                yield piece
    except OSError as error:
        raise UsageError(msg("cannot read it: {strerror}", error.strerror), str(path)) from error
