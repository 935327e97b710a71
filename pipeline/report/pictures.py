"""Image files of the project, read to be shown: whatever they hold, there is a picture or a sentence."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PIL import ExifTags, Image, ImageOps

from pipeline.models.given import is_safe_path
from stages.message import msg

#: Larger files are not opened, in bytes.
LARGEST_FILE = 64 << 20
#: Pictures are kept this small, in pixels; no terminal shows more.
KEPT_SIZE = (1600, 800)
#: Orientations in which a camera's picture lies on its side.
_SIDEWAYS = range(5, 9)


class PictureError(Exception):
    """Why there is no picture, as a message."""


@dataclass(frozen=True)
class Loaded:
    """An image in RGB, made small, and the size that it has in its file, the right way up."""

    image: Image.Image
    size: tuple[int, int]


def load_picture(root: Path, name: str) -> Loaded:
    """Read the image ``name``, a path below ``root``. May take time.

    Raises:
        PictureError: there is no such file below ``root``, or it cannot be shown.
    """
    path = _find(root, name)
    try:
        with Image.open(path) as image:
            _check_pixels(image)
            size = image.size
            is_turned = image.getexif().get(ExifTags.Base.Orientation, 1) in _SIDEWAYS
            image.draft("RGB", KEPT_SIZE)
            upright = ImageOps.exif_transpose(image).convert("RGB")
    except PictureError:
        raise
    except MemoryError as error:
        raise PictureError(msg("There is not enough memory to show the image.")) from error
    except Exception as error:  # PIL's decoders raise whatever a broken file makes them trip over
        raise PictureError(msg("The file is not an image that can be shown.")) from error
    upright.thumbnail(KEPT_SIZE)
    return Loaded(upright, (size[1], size[0]) if is_turned else size)


def _find(root: Path, name: str) -> Path:
    """Return the file, which is below ``root`` with all links followed.

    Raises:
        PictureError: it is not.
    """
    if not is_safe_path(name):
        raise PictureError(msg("The image's path leads out of the data folder."))
    try:
        path, top = (root / name).resolve(strict=True), root.resolve(strict=True)
        size = path.stat().st_size
    except (OSError, RuntimeError) as error:  # RuntimeError: a loop of links
        raise PictureError(msg("The image file is not there.")) from error
    if not path.is_relative_to(top):
        raise PictureError(msg("The image's path leads out of the data folder."))
    if not path.is_file():
        raise PictureError(msg("The image file is not there."))
    if size > LARGEST_FILE:
        raise PictureError(msg("The image file is too large to be shown: {size} MB.", size >> 20))
    return path


def _check_pixels(image: Image.Image) -> None:
    """Refuse before anything is decoded what PIL itself warns of."""
    width, height = image.size
    if width * height > (Image.MAX_IMAGE_PIXELS or 0) or not width * height:
        raise PictureError(
            msg("The image is too large to be shown: {width} × {height} pixels.", width, height)
        )
