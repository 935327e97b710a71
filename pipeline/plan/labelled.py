"""A new project for somebody who has one label file and its images: what the files themselves can answer."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path

from PIL import Image

from pipeline.errors import UsageError
from pipeline.plan.labels import LabelFiles, refuse_faults
from pipeline.project.answers import USUAL_LENGTH, USUAL_SHAPE, Answers, project_name
from pipeline.project.schema import FROM_LABELS
from stages.contract import fitting_width
from stages.message import msg

#: Folders that image paths may be relative to, from that of the label file up.
_ABOVE = 3
#: As many images are looked at; the share of them that may be squeezed; a step of a width, and the widest.
_LOOKED_AT, _WIDEST = 2_000, 1_280
#: EXIF's orientation, and from which of its values on height and width change places.
_ORIENTATION, _SIDEWAYS = 274, 5


def answers_for(label_file: Path, folder: Path) -> Answers:
    """Return a project in ``folder`` that trains on the images of one label file.

    The folder that the image paths are relative to is that of the label file or one above. Space, longest
    text and the width of the images are taken from the labels and the images.

    Raises:
        UsageError: there is no such file, or something is wrong with its lines or images; all is said.
    """
    if not label_file.is_file():
        raise UsageError(
            msg("no such label file"), str(label_file), msg("name the file that lists the images")
        )
    label_file, folder = label_file.resolve(), folder.resolve()
    labels = _best_root(label_file)
    refuse_faults(labels, "recognition", folder)
    texts = [label.text for file in labels.files.values() for label in file.labels]
    return Answers(
        project_name(folder.name),
        os.path.relpath(labels.root, folder),
        train=(),
        val=(),
        test=(),
        labels=(label_file.relative_to(labels.root).as_posix(),),
        dictionary=FROM_LABELS,
        use_space_char=any(" " in text for text in texts),
        longest=max(USUAL_LENGTH, *map(len, texts)),
        width=_width(labels),
    )


def _best_root(label_file: Path) -> LabelFiles:
    """Return the label file as read from the folder that most of its images are in; the nearest of equals."""
    read: list[LabelFiles] = []
    for root in list(label_file.parents)[:_ABOVE]:
        read.append(LabelFiles(root))
        read[-1].read([label_file.relative_to(root).as_posix()])
        if not read[-1].absent:
            break
    return min(read, key=lambda labels: len(labels.absent))


def _width(labels: LabelFiles) -> int:
    """Return the width of an image_shape that squeezes hardly any of the images."""
    names = [name for images in labels.images.values() for name in images]
    widths = list(_widths(labels.root, names[:: max(len(names) // _LOOKED_AT, 1)]))
    fitting = fitting_width(widths) if widths else 0
    return min(max(USUAL_SHAPE[2], fitting), _WIDEST)


def _widths(root: Path, names: Sequence[str]) -> Iterator[float]:
    """Give how wide each image is at the usual height; what cannot be opened is for the data stage to say."""
    for name in names:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter(
                    "ignore"
                )  # of a great many pixels, which are not decoded here
                with Image.open(root / name) as image:
                    width, height = image.size
                    if image.getexif().get(_ORIENTATION, 1) >= _SIDEWAYS:
                        width, height = height, width
        except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
            continue
        yield USUAL_SHAPE[1] * width / height
