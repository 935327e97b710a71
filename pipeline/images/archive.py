"""Images and fetched models in a file, for a machine that can neither pull, build nor fetch.

Never loaded unless its hash holds. To ``docker load`` it is an archive of images like any other.
"""

from __future__ import annotations

import hashlib
import io
import shutil
import tarfile
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING

from pipeline.compose.file import Compose
from pipeline.engine.images import Images
from pipeline.engine.volumes import Chunks
from pipeline.errors import IntegrityFailed, UsageError
from stages.contract import hash_file
from stages.files import write_text
from stages.message import msg

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

#: Where the archive has models; engines pass over what their own list of images does not name.
MODELS = "paddock-models"


def sums_path(path: Path) -> Path:
    """Return where the hash of an archive stands, in ``sha256sum``'s format."""
    return path.with_name(path.name + ".sha256")


def save_images(
    images: Images, compose: Compose, path: Path, models: Path | None = None
) -> list[str]:
    """Write all images to the tar ``path``, and its SHA-256 beside it; return their names.

    Args:
        images: the engine's.
        compose: names them; those that must be asked for are saved if they are there.
        path: of the archive.
        models: a folder of fetched models, which go along.

    Raises:
        EngineError: an image is missing, or the engine went away.
        UsageError: ``path`` cannot be written.
    """
    builds = compose.images.values()
    names = [each.image for each in builds if not each.asked_for or images.find(each.image)]
    for name in names:
        images.image_id(name)
    beside = path.with_name(path.name + ".writing")
    try:
        with beside.open("wb") as stream:
            sink = _Sink(stream)
            with tarfile.open(fileobj=sink, mode="w|", bufsize=1 << 20) as archive:
                _copy(images.save(names), archive)
                for model in _models_in(models):
                    archive.add(model, f"{MODELS}/{model.name}", filter=_anonymous)
        beside.replace(path)
        write_text(sums_path(path), f"{sink.digest.hexdigest()}  {path.name}\n")
    except OSError as error:
        remedy = msg("name a file in a folder that can be written and has the space")
        raise UsageError(
            msg("cannot save the images: {error}", error), str(path), remedy
        ) from error
    finally:
        beside.unlink(missing_ok=True)
    return names


class _Sink(io.RawIOBase):
    """Hashes what it writes."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream, self.digest = stream, hashlib.sha256()

    def write(self, data: ReadableBuffer) -> int:
        """Write a block."""
        self.digest.update(data)
        return self._stream.write(data)


def _copy(blocks: Iterable[bytes], archive: tarfile.TarFile) -> None:
    """Copy an archive's members, for more can follow them: its own end says that none does."""
    source = io.BufferedReader(Chunks(iter(blocks)), 1 << 20)
    with tarfile.open(fileobj=source, mode="r|", bufsize=1 << 20) as told:
        for member in told:
            archive.addfile(member, told.extractfile(member) if member.isreg() else None)


def _models_in(folder: Path | None) -> list[Path]:
    """Return fetched models; what begins with a dot is being fetched, or none."""
    found = sorted(folder.iterdir()) if folder and folder.is_dir() else []
    return [path for path in found if not path.name.startswith(".")]


def _anonymous(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    return member


def load_images(images: Images, path: Path, models: Path | None = None) -> list[str]:
    """Check the tar ``path`` against the hash beside it and load it; return the images' names.

    Args:
        images: the engine's.
        path: of the archive.
        models: where the models of the archive go; those that are there are left as they are.

    Raises:
        UsageError: the tar or its hash is not there, or models cannot be written.
        IntegrityFailed: the tar is not what was saved.
        EngineError: the engine refused it.
    """
    sums = sums_path(path)
    for needed in (path, sums):
        if not needed.is_file():
            remedy = msg(
                "copy both files that `paddock images save` wrote: {path}, {sums}",
                path.name,
                sums.name,
            )
            raise UsageError(msg("there is no such file"), str(needed), remedy)
    expected = sums.read_text(encoding="utf-8", errors="replace").split(maxsplit=1)[:1]
    found = hash_file(path).sha256
    if expected != [found]:
        raise IntegrityFailed(
            msg(
                "the archive is not what was saved: SHA-256 {found}, expected {expected}",
                found,
                expected[0][:64] if expected else msg("one, and there is none"),
            ),
            str(path),
            msg("copy it again"),
        )
    with path.open("rb") as stream:
        loaded = images.load(stream)
    if models is not None:
        _unpack(path, models)
    return loaded


def _unpack(path: Path, models: Path) -> None:
    """Write the files of models that are not there yet; whoever uses one hashes it again."""
    try:
        with tarfile.open(path, mode="r:") as archive:
            for member in archive:
                parts = PurePosixPath(member.name).parts
                if parts[:1] != (MODELS,) or not member.isreg() or ".." in parts:
                    continue
                target = models.joinpath(*parts[1:])
                source = archive.extractfile(member)
                if target.exists() or source is None:
                    continue
                target.parent.mkdir(parents=True, exist_ok=True)
                beside = target.with_name(f".{target.name}.writing")
                with beside.open("wb") as stream:
                    shutil.copyfileobj(source, stream, 1 << 20)
                beside.replace(target)
    except OSError as error:
        remedy = msg("name another folder in XDG_CACHE_HOME, or make this one writable")
        raise UsageError(
            msg("cannot write the models: {error}", error), str(models), remedy
        ) from error
