"""What a new project is asked, and the values that this gives its file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pipeline.complaint import Complaint
from pipeline.models.catalogue import MODELS
from pipeline.project.architectures import ARCHITECTURES
from pipeline.project.check import complaints
from stages.message import msg

#: ``finetune``: train from the official weights; ``official``: convert the official model as it is;
#: ``scratch``: train from random weights.
Start = Literal["finetune", "official", "scratch"]
Mode = Literal["frozen", "full"]

#: What ``finetune`` starts from, and what ``official`` converts.
FINE_TUNED = OFFICIAL = "PP-OCRv5_mobile_rec"
#: The images that it is usually given, and how many characters a text usually may have.
USUAL_SHAPE = ARCHITECTURES[FINE_TUNED].image_shape
USUAL_LENGTH = 25


@dataclass(frozen=True)
class Answers:
    """A new project. Label files are relative to ``root``, ``root`` and ``dictionary`` to the folder.

    ``labels`` are shared out to all splits, which then have no files of their own. ``longest`` is how many
    characters a text may have, ``width`` that of the model's images.
    An official model that is taken as it is reads with its own dictionary, whatever else is answered.
    """

    name: str
    root: str = "data"
    train: tuple[str, ...] = ("train.txt",)
    val: tuple[str, ...] = ("val.txt",)
    test: tuple[str, ...] = ("test.txt",)
    dictionary: str = "dict.txt"
    use_space_char: bool = False
    start: Start = "finetune"
    mode: Mode = "frozen"
    labels: tuple[str, ...] = ()
    longest: int = USUAL_LENGTH
    width: int = USUAL_SHAPE[2]

    @property
    def own_dictionary(self) -> bool:
        """Whether the characters are those of the official model."""
        return self.start == "official"

    @property
    def has_space(self) -> bool:
        """Whether the space is a character too."""
        return MODELS[OFFICIAL].space if self.own_dictionary else self.use_space_char

    def raw(self) -> dict[str, Any]:
        """Return the tables that the project file will hold."""
        data = {
            "root": self.root,
            "train": list(self.train),
            "val": list(self.val),
            "test": list(self.test),
            "dictionary": "" if self.own_dictionary else self.dictionary,
            "use_space_char": self.has_space,
            "labels": list(self.labels),
            "max_text_length": self.longest,
        }
        return {
            "project": {"name": self.name},
            "data": data,
            "model": {
                "pretrained": "" if self.start == "scratch" else FINE_TUNED,
                "image_shape": [*USUAL_SHAPE[:2], self.width],
            },
            "train": {"mode": self.mode},
            "export": {"model": OFFICIAL if self.start == "official" else ""},
        }

    def complaints(self, folder: Path) -> list[Complaint]:
        """Return all that would be wrong with such a project in ``folder``."""
        return [*complaints(folder, self.raw()), *self._own_complaints(folder)]

    def _own_complaints(self, folder: Path) -> Iterator[Complaint]:
        if not _is_folder(folder / self.root):
            yield Complaint(
                ("data", "root"), msg("no folder {root} in {folder}", repr(self.root), folder)
            )
        if not self.dictionary.isprintable():
            yield Complaint(("data", "dictionary"), msg("must be printable text"))


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # no folder can have such a name
        return False


def project_name(folder_name: str) -> str:
    """Return a name for a project in a folder of this name, such as the schema accepts."""
    return re.sub(r"[^a-z0-9_.-]+", "-", folder_name.lower()).strip("-._")[:40] or "project"
