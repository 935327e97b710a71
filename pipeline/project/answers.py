"""What a new project is asked, and the values that this gives its file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pipeline.complaint import Complaint
from pipeline.models.catalogue import MODELS
from pipeline.models.given import is_folder
from pipeline.project.architectures import ARCHITECTURES
from pipeline.project.check import complaints
from stages.message import msg

#: ``finetune``: train from weights; ``scratch``: train from random ones; ``official``: convert an official
#: model as it is; ``checkpoint`` and ``model``: convert one's own.
Start = Literal["finetune", "scratch", "official", "checkpoint", "model"]
Mode = Literal["frozen", "full"]

#: What ``finetune`` starts from, and what ``official`` converts, if nothing else is named.
FINE_TUNED = OFFICIAL = "PP-OCRv5_mobile_rec"
#: The task of a project that names none, and how many characters a text usually may have.
USUAL_TASK, USUAL_LENGTH = "recognition", 25
#: What is good enough, if nobody says otherwise: of a model that was trained for these lines, and of one that
#: was not (under this a model is called weak, and its parity proves little).
GOOD_ENOUGH, NOT_WEAK = 0.9, 0.5


@dataclass(frozen=True)
class Answers:
    """A new project. Label files are relative to ``root``, all other paths to the folder.

    Args:
        labels: files that are shared out to all splits, which then have none of their own.
        dictionary: a file, the word for the labels' characters, or "" for the model's own.
        longest: how many characters a text may have.
        width: of the model's images; 0 for what the architecture usually takes.
        architecture: a built-in one, or the path of a PaddleOCR YAML.
        model: what ``start`` starts from: an official name or a path; nothing where it is ``scratch``.
        min_accuracy: what is good enough; None if nobody says.
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
    width: int = 0
    architecture: str = FINE_TUNED
    model: str = OFFICIAL
    task: str = USUAL_TASK
    min_accuracy: float | None = None

    @property
    def trains(self) -> bool:
        """Whether the project trains, rather than taking a model as it is."""
        return self.start in ("finetune", "scratch")

    @property
    def reads(self) -> bool:
        """Whether the model reads text, and so has a dictionary."""
        return self.task == USUAL_TASK

    @property
    def has_space(self) -> bool:
        """Whether the space is a character too; of an official model's own dictionary that is known."""
        own = self.start == "official" or (self.start == "finetune" and not self.dictionary)
        return MODELS[self.model].space if own and self.model in MODELS else self.use_space_char

    @property
    def image_shape(self) -> list[int] | None:
        """The model's images; None for what is usual."""
        known = ARCHITECTURES.get(self.architecture)
        if not self.width or not known or self.width == known.image_shape[2]:
            return None
        return [*known.image_shape[:2], self.width]

    def raw(self) -> dict[str, dict[str, Any]]:
        """Return the tables that the project file will hold: what was answered, and is not the default."""
        tables = {
            "project": {"name": self.name},
            "data": self._data(),
            "model": self._model(),
            "train": {
                "mode": "full" if self.trains and self.mode == "full" else None,
                "checkpoint": self.model if self.start == "checkpoint" else None,
            },
            "export": {"model": self.model if self.start in ("official", "model") else None},
            "verify": {"min_accuracy": self.min_accuracy},
        }
        said = {
            name: {key: value for key, value in table.items() if value is not None}
            for name, table in tables.items()
        }
        return {name: table for name, table in said.items() if table}

    def _data(self) -> dict[str, Any]:
        splits = {
            split: list(files) if files and (self.trains or split == "test") else None
            for split, files in (("train", self.train), ("val", self.val), ("test", self.test))
        }
        shared = list(self.labels) if self.labels and self.trains else None
        data: dict[str, Any] = {"root": self.root, "labels": shared}
        data |= dict.fromkeys(splits) if shared else splits
        if self.reads:
            own = self.start == "official" or not self.dictionary
            data["dictionary"] = None if own else self.dictionary
            data["use_space_char"] = self.has_space
            data["max_text_length"] = self.longest
        return data

    def _model(self) -> dict[str, Any]:
        usual = self.architecture == self.model == FINE_TUNED
        pretrained = {"scratch": "", "finetune": None if usual else self.model}.get(self.start)
        own = (self.trains or self.start == "checkpoint") and self.architecture != FINE_TUNED
        return {
            "task": None if self.reads else self.task,
            "architecture": self.architecture if own else None,
            "pretrained": pretrained,
            "image_shape": self.image_shape if self.trains else None,
        }

    def complaints(self, folder: Path) -> list[Complaint]:
        """Return all that would be wrong with such a project in ``folder``."""
        if not self.model and self.start != "scratch":  # else it would be taken to train
            return [*self._own_complaints(folder), *self._needed()]
        return [*complaints(folder, self.raw()), *self._own_complaints(folder)]

    def _needed(self) -> Iterator[Complaint]:
        if self.start == "model":
            yield Complaint(
                ("export", "model"),
                msg("name the folder of an inference model"),
                msg("it holds inference.json, or inference.pdmodel, beside inference.pdiparams"),
            )
        else:
            key = ("train", "checkpoint") if self.start == "checkpoint" else ("model", "pretrained")
            yield Complaint(key, msg("name the .pdparams file"))

    def _own_complaints(self, folder: Path) -> Iterator[Complaint]:
        if not is_folder(folder / self.root):
            yield Complaint(
                ("data", "root"), msg("no folder {root} in {folder}", repr(self.root), folder)
            )
        if not self.dictionary.isprintable():
            yield Complaint(("data", "dictionary"), msg("must be printable text"))


def project_name(folder_name: str) -> str:
    """Return a name for a project in a folder of this name, such as the schema accepts."""
    return re.sub(r"[^a-z0-9_.-]+", "-", folder_name.lower()).strip("-._")[:40] or "project"
