"""Some test images for a check on a phone: what each model found in them, and what they were given."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from stages.contract.golden import PIXELS, TENSOR, GoldenImage
from stages.imagefile import look_into
from stages.parity.series import Series
from stages.parity.task import Prediction
from stages.preprocess import Prepare, read_image
from stages.testset import spread

#: Images that ``golden.json`` holds, spread evenly over the test set.
GOLDEN = 10
#: An image whose files are larger, in bytes, stays out of the archive: a kit is handed around.
LARGEST = 4 << 20
_SUFFIXES = {"JPEG": ".jpg", "PNG": ".png", "BMP": ".bmp", "TIFF": ".tif", "WebP": ".webp"}
#: The first that a zip can name: a time decides no byte.
_TIME = (1980, 1, 1, 0, 0, 0)


def golden_images(
    columns: Sequence[Series[Prediction]],
    images: Sequence[str],
    input_hashes: Sequence[str],
    labels: Sequence[str] = (),
) -> tuple[GoldenImage, ...]:
    """Return some images with the hash of their prepared input, and what each model found.

    Args:
        columns: of all models.
        images: the names of all test images.
        input_hashes: of each, prepared.
        labels: of each, where a label is a text.
    """
    measured = [column for column in columns if column.alive]
    return tuple(
        GoldenImage(
            images[number],
            input_hashes[number],
            {column.model.name: column.predictions[number] for column in measured},
            {
                column.model.name: round(column.confidences[number], 6)
                for column in measured
                if column.confidences
            },
            labels[number] if labels else "",
        )
        for number in spread(GOLDEN, len(images))
    )


def pack_golden(
    target: Path, folder: Path, images: Sequence[GoldenImage], prepare: Prepare
) -> tuple[GoldenImage, ...]:
    """Write the archive of the images' files; return the images, each with what its files are called.

    Args:
        target: the archive. Equal images give equal bytes.
        folder: where the test images are.
        images: which.
        prepare: makes the models' input.
    """
    packed = []
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for number, image in enumerate(images):
            name, files = f"{number:03d}", dict(_files_of(folder / image.image, prepare))
            if sum(map(len, files.values())) > LARGEST:
                packed.append(image)
                continue
            for suffix, data in files.items():
                archive.writestr(zipfile.ZipInfo(f"{name}{suffix}", _TIME), data)
            packed.append(replace(image, file=name))
    return tuple(packed)


def _files_of(path: Path, prepare: Prepare) -> Iterator[tuple[str, bytes]]:
    """Give the files of an image by their suffixes."""
    data, pixels = path.read_bytes(), read_image(path)
    height, width = pixels.shape[:2]
    yield _SUFFIXES.get(look_into(data).kind, ".image"), data
    yield PIXELS, b"P6\n%d %d\n255\n" % (width, height) + pixels[:, :, ::-1].tobytes()
    yield TENSOR, np.ascontiguousarray(prepare(pixels), "<f4").tobytes()
