"""Images in a file, for a machine that can neither pull nor build; never loaded unless its hash holds."""

from __future__ import annotations

import hashlib
from pathlib import Path

from pipeline.compose.file import Compose
from pipeline.engine.images import Images
from pipeline.errors import IntegrityFailed, UsageError
from stages.contract import hash_file
from stages.files import write_text
from stages.message import msg


def sums_path(path: Path) -> Path:
    """Return where the hash of an archive stands, in ``sha256sum``'s format."""
    return path.with_name(path.name + ".sha256")


def save_images(images: Images, compose: Compose, path: Path) -> list[str]:
    """Write all images to the tar ``path``, and its SHA-256 beside it; return their names.

    Raises:
        EngineError: an image is missing, or the engine went away.
        UsageError: ``path`` cannot be written.
    """
    builds = compose.images.values()
    names = [each.image for each in builds if not each.asked_for or images.find(each.image)]
    for name in names:
        images.image_id(name)
    beside = path.with_name(path.name + ".writing")
    digest = hashlib.sha256()
    try:
        with beside.open("wb") as stream:
            for block in images.save(names):
                digest.update(block)
                stream.write(block)
        beside.replace(path)
        write_text(sums_path(path), f"{digest.hexdigest()}  {path.name}\n")
    except OSError as error:
        remedy = msg("name a file in a folder that can be written and has the space")
        raise UsageError(
            msg("cannot save the images: {error}", error), str(path), remedy
        ) from error
    finally:
        beside.unlink(missing_ok=True)
    return names


def load_images(images: Images, path: Path) -> list[str]:
    """Check the tar ``path`` against the hash beside it and load it; return the images' names.

    Raises:
        UsageError: the tar or its hash is not there.
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
        return images.load(stream)
