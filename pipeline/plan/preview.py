"""What the label files of a new project hold, before it is written, and what a run would refuse.

The run looks at everything; this is for somebody who waits. All texts are read (a million lines in about a
second), images are looked for as far as the first lines name them.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from PIL import Image

from pipeline.models.given import is_file, is_safe_path
from pipeline.plan.labels import LabelFiles, faults
from pipeline.project.answers import USUAL_LENGTH, Answers
from pipeline.project.architectures import ARCHITECTURES
from pipeline.project.schema import FROM_LABELS
from stages.contract import DictionaryRules, fitting_width
from stages.dataset.problems import Problems
from stages.errors import IntegrityError
from stages.message import msg
from stages.text.dictionary import Dictionary
from stages.text.printable import printable, quoted

#: Bytes of texts that are read at once, and those of a label file whose lines and images are looked at.
_BATCH, _HEAD = 1 << 20, 1 << 19
#: As many images are opened, and the widest model that is made for them.
_OPENED, _WIDEST = 2_000, 1_280
#: EXIF's orientation, and from which of its values on height and width change places.
_ORIENTATION, _SIDEWAYS = 274, 5
#: How many characters of the labels are shown.
_SHOWN = 40
_SPLITS = ("labels", "train", "val", "test")
_SPACE = " "


@dataclass(frozen=True)
class Note:
    """What was found of the key at ``keys``, in the ``file`` that it names; a run refuses a problem."""

    keys: tuple[str, ...]
    message: str
    remedy: str = ""
    is_problem: bool = False
    file: str = ""


@dataclass(frozen=True)
class Preview:
    """All notes, and what the labels ask of the model.

    Args:
        notes: in the order of the file's keys.
        longest: the length of the longest text.
        lacks_space: whether a text has a space, and the space is not read.
        width: of an image_shape that squeezes hardly any image; 0 where that is not known.
        sample: the first image that is there, below the root.
    """

    notes: tuple[Note, ...] = ()
    longest: int = 0
    lacks_space: bool = False
    width: int = 0
    sample: str = ""

    def fitted(self, answers: Answers) -> Answers:
        """Return the answers for a model that is long and wide enough."""
        return replace(answers, longest=max(USUAL_LENGTH, self.longest), width=self.width)


def settled(answers: Answers, folder: Path) -> tuple[Answers, Preview]:
    """Return the answers as the labels ask for where nobody was asked: also whether the space is read."""
    found = preview(answers, folder)
    if found.lacks_space and answers.trains:
        answers = replace(answers, use_space_char=True)
        found = preview(answers, folder)
    return found.fitted(answers), found


class _Texts:
    """The texts of label files: how many, how long, of which characters, and which of these have no class."""

    def __init__(self, dictionary: Dictionary | None) -> None:
        self._dictionary = dictionary
        self._known = set(dictionary.index) if dictionary else set()
        self.problems = Problems(trained=bool(dictionary and dictionary.trained))
        self.characters: set[str] = set()
        self.longest = 0

    def read(self, path: Path, name: str, stop: Callable[[], bool]) -> int:
        """Read a label file to its end, or until the order to stop; return how many lines it has."""
        count = 0
        with path.open("rb") as stream:
            while not stop() and (lines := stream.readlines(_BATCH)):
                text = b"".join(lines).decode("utf-8", "replace").removesuffix("\n")
                self._add(
                    [line.partition("\t")[2].rstrip("\r") for line in text.split("\n")], name, count
                )
                count += len(lines)
        return count

    def _add(self, texts: Sequence[str], name: str, before: int) -> None:
        characters = set("".join(texts))
        self.characters |= characters
        self.longest = max(self.longest, *map(len, texts))
        unknown = characters - self._known
        if not self._dictionary or not unknown:
            return
        for number, text in enumerate(texts, start=before + 1):
            if not unknown.isdisjoint(text):
                for character in self._dictionary.unknown(text):
                    self.problems.add_outsider(f"{printable(name)}:{number}", character)


def preview(answers: Answers, folder: Path, stop: Callable[[], bool] = lambda: False) -> Preview:
    """Read what the answers name below ``folder``; what is not there, the complaints say."""
    root = folder / answers.root
    named = {split: _there(root, getattr(answers, split)) for split in _splits(answers)}
    notes: list[Note] = []
    dictionary = None
    try:
        dictionary = _dictionary(answers, folder)
    except IntegrityError as error:
        notes.append(Note(("data", "dictionary"), error.message, error.remedy, is_problem=True))
    texts, labels = _Texts(dictionary), LabelFiles(root, most=_HEAD)
    for split, names in named.items():
        for name in names:
            if stop():
                return Preview()
            labels.read([name])
            count = texts.read(root / name, name, stop) if answers.reads else 0
            notes.append(Note(("data", split), _of_file(labels, name, count), file=name))
    of = {name: split for split, names in named.items() for name in names}
    for found in faults(labels, answers.task, folder):
        keys = ("data", of[found.keys[0]])
        notes.append(Note(keys, found.message, found.remedy, is_problem=True))
    notes += _of_characters(answers, dictionary, texts)
    images = [image for there in labels.images.values() for image in there]
    return Preview(
        tuple(notes),
        texts.longest,
        _lacks_space(answers, texts),
        _width(answers, root, images),
        next(iter(images), ""),
    )


def _splits(answers: Answers) -> tuple[str, ...]:
    if not answers.trains:
        return ("test",)
    return ("labels",) if answers.labels else _SPLITS[1:]


def _there(root: Path, names: Sequence[str]) -> list[str]:
    return [name for name in names if is_safe_path(name) and is_file(root / name)]


def _dictionary(answers: Answers, folder: Path) -> Dictionary | None:
    """Return the dictionary that is a file; of a trained model as it was trained.

    Raises:
        IntegrityError: it is malformed.
    """
    path = folder / answers.dictionary
    if not answers.reads or answers.start == "official" or not is_file(path):
        return None
    rules = DictionaryRules(trained=not answers.trains, space_added=answers.has_space)
    return Dictionary.load_by_rules(path, rules)


def _of_file(labels: LabelFiles, name: str, count: int) -> str:
    """Say how many lines a label file has, what the first is, and whether the images are there."""
    found = labels.files[name]
    lines = msg("1 line") if count == 1 else msg("{count} lines", count or len(found.items))
    if not found.labels:
        return lines
    first = found.labels[0]
    said = msg(
        "{lines}; the first is {image}, {text}",
        lines,
        printable(first.image),
        quoted(first.text, _SHOWN),
    )
    there = len(labels.images[name])
    if there < len(found.items):
        return said
    if there < count:
        return msg("{said}; the images of the first {there} lines are there", said, there)
    return msg("{said}; all images are there", said)


def _of_characters(
    answers: Answers, dictionary: Dictionary | None, texts: _Texts
) -> Iterator[Note]:
    """Hold the texts against the dictionary."""
    keys, used = ("data", "dictionary"), sorted(texts.characters - {_SPACE})
    if texts.characters and answers.dictionary == FROM_LABELS and answers.trains:
        shown = quoted("".join(used), _SHOWN)
        yield Note(keys, msg("the labels have {count} characters: {shown}", len(used), shown))
        if _lacks_space(answers, texts):
            yield Note(
                ("data", "use_space_char"),
                msg("the labels have spaces"),
                msg("let the space be read, too"),
                is_problem=True,
            )
    if dictionary is None:
        return
    count = len(dictionary.entries)
    if not texts.problems.outsiders:
        said = msg("{count} characters, all {used} of the labels among them", count, len(used))
        yield Note(keys, said if used else msg("{count} characters", count))
        return
    try:
        texts.problems.raise_if_any()
    except IntegrityError as error:
        yield Note(keys, error.message, error.remedy, is_problem=True)


def _lacks_space(answers: Answers, texts: _Texts) -> bool:
    if answers.dictionary == FROM_LABELS and answers.trains:
        return _SPACE in texts.characters and not answers.has_space
    return _SPACE in texts.problems.outsiders


def _width(answers: Answers, root: Path, images: Sequence[str]) -> int:
    """Return the width of an image_shape that squeezes hardly any of the images; 0 if that is not known."""
    known = ARCHITECTURES.get(answers.architecture)
    if not answers.trains or not known:
        return 0
    _channels, height, usual = known.image_shape
    looked_at = images[:: max(len(images) // _OPENED, 1)]
    widths = list(_widths([root / image for image in looked_at], height))
    return min(max(usual, fitting_width(widths) if widths else 0), _WIDEST)


def _widths(paths: Sequence[Path], height: int) -> Iterator[float]:
    """Give how wide each image is at a height; what cannot be opened is for the data stage to say."""
    for path in paths:
        try:
            with warnings.catch_warnings():
                # of a great many pixels, which are not decoded here
                warnings.simplefilter("ignore")
                with Image.open(path) as image:
                    across, down = image.size
                    if image.getexif().get(_ORIENTATION, 1) >= _SIDEWAYS:
                        across, down = down, across
        except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
            continue
        yield height * across / down
