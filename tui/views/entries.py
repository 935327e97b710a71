"""The form for a new project as plain data: its fields, what they offer, and the answers they give."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from pipeline.complaint import Complaint
from pipeline.models.catalogue import MODELS
from pipeline.project.answers import GOOD_ENOUGH, NOT_WEAK, USUAL_TASK, Answers, Mode, Start
from pipeline.project.architectures import ARCHITECTURES
from pipeline.project.found import Found
from pipeline.project.schema import FROM_LABELS
from stages.message import msg
from tui.language import N_, _

#: A file of one's own, which another field asks for; of characters: those that the model has.
OWN = "own"
_TASKS = {
    "recognition": N_("reads a line"),
    "detection": N_("finds the lines of a page"),
    "orientation": N_("tells whether a line is upside down"),
}
#: Field -> what it offers, whatever else is chosen.
_OPTIONS: Mapping[str, Mapping[str, str]] = {
    "start": {
        "finetune": N_("fine-tune an official model"),
        "official": N_("convert an official model as it is"),
        "checkpoint": N_("convert a checkpoint of my own"),
        "model": N_("convert an inference model of my own"),
        "scratch": N_("train from random weights"),
    },
    "task": _TASKS,
    "mode": {
        "frozen": N_("frozen: neck and classifier only"),
        "full": N_("full: all weights, by tools/train.py"),
    },
    "shares": {
        "files": N_("one each for train, val and test"),
        "labels": N_("one for all, shared out 80 : 10 : 10"),
    },
    "spaces": {"no": N_("no"), "yes": N_("yes, after the dictionary's characters")},
}
#: Fields with several names, with commas between.
LISTS = ("labels", "train", "val", "test")
#: All fields in the order of the form, and those of them into which one types.
FIELDS = (
    "name", "start", "official", "architecture", "yaml", "weights", "checkpoint", "model", "task", "mode",
    "root", "shares", "labels", "train", "val", "test", "characters", "dictionary", "spaces", "accuracy",
)  # fmt: skip
TEXTS = (
    "name", "yaml", "checkpoint", "model", "root", "labels", "train", "val", "test", "dictionary", "accuracy",
)  # fmt: skip
#: Key of the project file -> the fields that ask for it; the first that is shown is meant.
_ASKED: Mapping[tuple[str, ...], tuple[str, ...]] = {
    ("project", "name"): ("name",),
    ("data", "train"): ("train", "labels"),
    ("data", "val"): ("val", "labels"),
    ("data", "dictionary"): ("dictionary", "characters"),
    ("data", "use_space_char"): ("spaces",),
    ("model", "task"): ("task",),
    ("model", "architecture"): ("yaml", "architecture"),
    ("model", "pretrained"): ("checkpoint", "weights"),
    ("train", "mode"): ("mode",),
    ("train", "checkpoint"): ("checkpoint",),
    ("export", "model"): ("model", "official"),
    ("verify", "min_accuracy"): ("accuracy",),
    **{("data", name): (name,) for name in ("root", "labels", "test")},
}


@dataclass(frozen=True)
class Entries:
    """What stands in the fields, by name: typed, chosen, or suggested by the folder."""

    values: Mapping[str, str]

    @classmethod
    def of(cls, answers: Answers, found: Found) -> Entries:
        """Return the entries for what a folder suggests, and what was ``found``."""
        lists = {name: ", ".join(getattr(answers, name)) for name in LISTS}
        takes_labels = answers.dictionary == FROM_LABELS
        dictionaries = [answers.dictionary, *(item.path for item in found.dictionaries)]
        values = {
            **lists,
            "name": answers.name,
            "root": answers.root,
            "start": answers.start,
            "yaml": next(iter(found.configurations), ""),
            "checkpoint": next(iter(found.checkpoints), ""),
            "model": next(iter(found.models), ""),
            "official": answers.model if answers.start == "official" else "",
            "mode": answers.mode,
            "shares": "labels" if answers.labels else "files",
            "dictionary": next((each for each in dictionaries[takes_labels:] if each), "dict.txt"),
            "characters": "labels" if takes_labels else "",
            "spaces": "yes" if answers.use_space_char else "no",
        }
        return cls(values)

    # What the form has.

    def shown(self) -> tuple[str, ...]:
        """Return the fields that make sense with what is chosen, in their order."""
        start, trains = self.start, self.trains
        wanted = {
            "official": start == "official",
            "architecture": trains,
            "yaml": start == "checkpoint" or (trains and self.chosen("architecture") == OWN),
            "weights": start == "finetune",
            "checkpoint": start == "checkpoint" or self._own_weights,
            "model": start == "model",
            "task": start == "model",
            "mode": start == "finetune" and not self._own_weights,
            "shares": trains,
            "labels": trains and self.chosen("shares") == "labels",
            "train": trains and self.chosen("shares") == "files",
            "val": trains and self.chosen("shares") == "files",
            "test": not trains or self.chosen("shares") == "files",
            "characters": self._reads and start != "official",
            "dictionary": self._reads
            and start != "official"
            and self.chosen("characters") == "file",
            "spaces": self._reads and not self._known_characters,
        }
        return tuple(name for name in FIELDS if wanted.get(name, True))

    def options(self, name: str) -> dict[str, str]:
        """Return what a field offers, value -> words; nothing for a text."""
        if name in ("architecture", "weights", "official"):
            return self._models(name)
        if name == "characters":
            return self._characters()
        return {value: _(words) for value, words in _OPTIONS[name].items()}

    def chosen(self, name: str) -> str:
        """Return what is chosen in a field: the first of what it offers, if nothing of that is."""
        options = self.options(name)
        value = self.values.get(name, "")
        return value if value in options else next(iter(options))

    def text(self, name: str) -> str:
        """Return what stands in a text field; of the accuracy a suggestion, if nobody has touched it."""
        if name == "accuracy" and name not in self.values:
            return f"{GOOD_ENOUGH if self.trains else NOT_WEAK:.0%}"
        return self.values.get(name, "").strip()

    def entered(self, name: str) -> str:
        """Return what a field shows."""
        return self.text(name) if name in TEXTS else self.chosen(name)

    # What it means.

    @property
    def start(self) -> Start:
        """What the project starts from."""
        return cast("Start", self.chosen("start"))

    @property
    def trains(self) -> bool:
        """Whether the project trains."""
        return self.start in ("finetune", "scratch")

    @property
    def task(self) -> str:
        """What the model does."""
        if self.start == "official":
            return MODELS[self.chosen("official")].task
        return self.chosen("task") if self.start == "model" else USUAL_TASK

    @property
    def _reads(self) -> bool:
        return self.task == USUAL_TASK

    @property
    def _own_weights(self) -> bool:
        return self.start == "finetune" and self.chosen("weights") == OWN

    @property
    def _known_characters(self) -> bool:
        """Whether the characters are an official model's, so that it is known whether it reads the space."""
        own = self.start == "finetune" and self.chosen("characters") == OWN
        return self.start == "official" or own

    def answers(self) -> Answers:
        """Return the answers that the fields give."""
        asked = self.shown()
        architecture = self.chosen("architecture")
        full = "mode" not in asked and self.trains  # nothing else can be trained from these weights
        files = {name: _names(self.text(name)) for name in LISTS if name in asked}
        return Answers(
            self.text("name"),
            root=self.text("root"),
            train=files.get("train", ()),
            val=files.get("val", ()),
            test=files.get("test", ()),
            labels=files.get("labels", ()),
            dictionary=self._dictionary() if "characters" in asked else "",
            use_space_char="spaces" in asked and self.chosen("spaces") == "yes",
            start=self.start,
            mode=cast("Mode", "full" if full else self.chosen("mode")),
            architecture=self.text("yaml") if "yaml" in asked else architecture,
            model=self._model(),
            task=self.task,
            min_accuracy=self._accuracy(),
        )

    def _dictionary(self) -> str:
        words = {"labels": FROM_LABELS, OWN: ""}
        return words.get(self.chosen("characters"), self.text("dictionary"))

    def _model(self) -> str:
        if self.start == "finetune":
            return self.text("checkpoint") if self._own_weights else self.chosen("weights")
        named = {"official": self.chosen("official"), "checkpoint": self.text("checkpoint")}
        return named.get(self.start, self.text("model"))

    def _accuracy(self) -> float | None:
        """Return the share that is good enough; None for any, and for what is no number."""
        text = self.text("accuracy").replace(",", ".")
        try:
            number = float(text.rstrip("% "))
        except ValueError:
            return None
        return number / 100 if number > 1 or "%" in text else number

    def faults(self) -> list[Complaint]:
        """Return what is wrong with a field before it is an answer."""
        text = self.text("accuracy")
        if not text or self._accuracy() is not None:
            return []
        keys = ("verify", "min_accuracy")
        return [Complaint(keys, msg("a percentage such as 90, or nothing"))]

    def field_of(self, keys: Sequence[str]) -> str:
        """Return the field at which something about a key of the project file is said."""
        shown = self.shown()
        asked = _ASKED.get(tuple(keys[:2]), ())
        return next((name for name in asked if name in shown), "start")

    # What is offered.

    def _models(self, name: str) -> dict[str, str]:
        if name == "official":
            return {
                model.name: model.name + ": " + _(_TASKS[model.task]) for model in MODELS.values()
            }
        if name == "architecture":
            tuned = self.start == "finetune"
            known = [each.name for each in ARCHITECTURES.values() if each.weights or not tuned]
            return {**_same(known), OWN: _("a PaddleOCR YAML of my own")}
        readers = [model.name for model in MODELS.values() if model.task == USUAL_TASK]
        built_in = ARCHITECTURES.get(self.chosen("architecture"))
        return {
            **_same(built_in.weights if built_in else readers),
            OWN: _("a .pdparams file of my own"),
        }

    def _characters(self) -> dict[str, str]:
        of_file = {"file": _("those of a dictionary file")}
        if not self.trains:
            return {OWN: _("the model's own"), **of_file}
        of_labels = {**of_file, "labels": _("those that the labels have")}
        tunes = self.start == "finetune" and not self._own_weights
        return {**of_labels, OWN: _("all that the official model has")} if tunes else of_labels


def _same(names: Sequence[str]) -> dict[str, str]:
    return {name: name for name in names}


def _names(text: str) -> tuple[str, ...]:
    return tuple(name for part in text.split(",") if (name := part.strip()))
