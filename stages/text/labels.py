"""PaddleOCR's label files: ``path<TAB>text``, one image a line, UTF-8; as PPOCRLabel writes them too.

PaddleOCR's ``SimpleDataSet`` (ppocr/data/simple_dataset.py) logs a line that it cannot parse and
takes another sample in its place; here such a line is an error with its place. Of a list of images,
``["a.jpg", "b.jpg"]<TAB>text``, it draws one each time; here each is a label of its own.

Standard library only: the host uses it too.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from stages.contract import MANIFEST_FILE
from stages.errors import StageError
from stages.message import msg
from stages.text.encoding import Text, read_text
from stages.text.printable import code_point, printable, quoted

SEPARATOR = "\t"
#: Kinds of characters that no image's name may have: some end a line of a manifest or a label file.
_UNNAMEABLE = frozenset({"Cc", "Cs", "Zl", "Zp"})


@dataclass(frozen=True)
class Label:
    """One image of a label file; ``image`` is relative to the data's root."""

    image: str
    text: str
    line: int


class Kind(Enum):
    """What is wrong with a line that is not a label."""

    ENCODING = "encoding"
    EMPTY = "empty"
    TABS = "tabs"
    PATH = "path"


@dataclass(frozen=True)
class Fault:
    """A line that is not a label, and why; ``image`` is the path of one whose path is the reason."""

    line: int
    message: str
    kind: Kind
    image: str = ""


@dataclass(frozen=True)
class LabelFile:
    """A label file as it is read: its labels and faults in their order, and what is unusual about it."""

    items: tuple[Label | Fault, ...]
    text: Text
    lists: int = 0
    """how many lines list several images"""

    @property
    def labels(self) -> list[Label]:
        """The lines that are labels."""
        return [item for item in self.items if isinstance(item, Label)]

    @property
    def faults(self) -> list[Fault]:
        """The lines that are not."""
        return [item for item in self.items if isinstance(item, Fault)]


def read_label_file(data: bytes) -> LabelFile:
    """Read a label file: every line as a label, several, or as what is wrong with it."""
    text = read_text(data)
    if text.foreign:
        return LabelFile((Fault(1, text.foreign.message(), Kind.ENCODING),), text)
    items: list[Label | Fault] = []
    lists = 0
    for number, line in enumerate(text.lines, start=1):
        found = _parse_line(number, line)
        lists += len(found) > 1
        items += found
    return LabelFile(tuple(items), text, lists)


def parse_labels(data: bytes) -> Iterator[Label | Fault]:
    """Give every line of a label file as a label, or as what is wrong with it."""
    yield from read_label_file(data).items


def read_labels(path: Path) -> list[Label]:
    """Return the labels of a file that is expected to be in order.

    Raises:
        StageError: a line is malformed; names file and line.
    """
    labels = []
    for item in parse_labels(path.read_bytes()):
        if isinstance(item, Fault):
            where = f"{printable(path.name)}:{item.line}"
            raise StageError(
                msg("{first}: {rest}", where, item.message),
                where,
                msg("a label is PATH<TAB>TEXT in UTF-8"),
            )
        labels.append(item)
    return labels


def is_page(text: str) -> bool:
    """Return whether a label's text is the regions of a page (PPOCRLabel's Label.txt), not a line's text."""
    return text.startswith("[{") and '"transcription"' in text and '"points"' in text


def _parse_line(number: int, line: str | bytes) -> list[Label | Fault]:
    if isinstance(line, bytes):
        return [Fault(number, _not_utf_8(line), Kind.ENCODING)]
    if not line:
        return [Fault(number, msg("an empty line; remove it"), Kind.EMPTY)]
    image, tab, text = line.partition(SEPARATOR)
    if not tab or SEPARATOR in text:
        found = msg("{fields} tabs in {decoded}", line.count(SEPARATOR), quoted(line))
        message = msg("{found}; allowed is one, between path and text", found)
        return [Fault(number, message, Kind.TABS)]
    names = _listed(image) if image[:1] == "[" else (image,)
    return [_check_path(number, name, text) for name in names]


def _not_utf_8(line: bytes) -> str:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError as error:
        byte = f"0x{line[error.start]:02X}"
        return msg("not UTF-8: byte {byte} at column {start}", byte, error.start + 1)
    raise AssertionError("a line that is UTF-8 is a string")


def _listed(image: str) -> tuple[str, ...]:
    """Return the images of a list; what is no list is the name of one image, as for PaddleOCR."""
    try:
        listed = json.loads(image)
    except (ValueError, RecursionError):
        return (image,)
    fits = isinstance(listed, list) and listed and all(isinstance(name, str) for name in listed)
    return tuple(listed) if fits else (image,)


def _check_path(number: int, image: str, text: str) -> Label | Fault:
    message = path_fault(image)
    return Fault(number, message, Kind.PATH, image) if message else Label(image, text, number)


def path_fault(image: str) -> str:
    """Return why a path cannot be that of an image below the data's root; "" if it can."""
    if not image or image != image.strip():
        return msg("the path {image} is empty or has white space around it", quoted(image))
    if image[0] == "/" or "\\" in image or "\0" in image or ".." in image.split("/"):
        return msg(
            "the path {image} leaves the data's root; allowed is a relative path with / and without ..",
            quoted(image),
        )
    if not image.isprintable():
        found = next((each for each in image if unicodedata.category(each) in _UNNAMEABLE), "")
        if found:
            return msg(
                "the path {image} has the character {character}, which no image's name may have",
                quoted(image),
                code_point(found),
            )
    if image == MANIFEST_FILE:
        return msg("the path {image} is a name that Paddock has a use for", quoted(image))
    return ""
