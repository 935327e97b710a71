"""A new project for somebody who has one label file and its images: what the files themselves can answer."""

from __future__ import annotations

import os
from pathlib import Path

from pipeline.errors import UsageError
from pipeline.plan.labels import LabelFiles, refuse_faults
from pipeline.project.answers import Answers, project_name
from pipeline.project.schema import FROM_LABELS
from stages.message import msg

#: Folders that image paths may be relative to, from that of the label file up.
_ABOVE = 3


def answers_for(label_file: Path, folder: Path) -> Answers:
    """Return a project in ``folder`` that trains on the images of one label file.

    The folder that the image paths are relative to is that of the label file or one above.

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
    return Answers(
        project_name(folder.name),
        os.path.relpath(labels.root, folder),
        train=(),
        val=(),
        test=(),
        labels=(label_file.relative_to(labels.root).as_posix(),),
        dictionary=FROM_LABELS,
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
