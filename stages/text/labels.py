"""PaddleOCR's label files: ``path<TAB>text``, one image a line, UTF-8.

PaddleOCR's ``SimpleDataSet`` (ppocr/data/simple_dataset.py) logs a line that it cannot parse and
takes another sample in its place; here such a line is an error with its place.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from stages.errors import StageError
from stages.message import msg
from stages.text.printable import printable, quoted

SEPARATOR = "\t"


@dataclass(frozen=True)
class Label:
    """One line of a label file; ``image`` is relative to the data's root."""

    image: str
    text: str
    line: int


@dataclass(frozen=True)
class Fault:
    """A line that is not a label, and why."""

    line: int
    message: str


def parse_labels(data: bytes) -> Iterator[Label | Fault]:
    """Give every line of a label file as a label, or as what is wrong with it."""
    if data.startswith(b"\xef\xbb\xbf"):
        yield Fault(1, msg('a byte order mark; save the file as "UTF-8", not "UTF-8 with BOM"'))
        data = data[3:]
    lines = data.removesuffix(b"\n").split(b"\n") if data else []
    for number, line in enumerate(lines, start=1):
        yield _parse_line(number, line)


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


def _parse_line(number: int, line: bytes) -> Label | Fault:
    if line.endswith(b"\r"):
        return Fault(number, msg("a Windows line end (CRLF); convert the file: dos2unix FILE"))
    try:
        decoded = line.decode("utf-8")
    except UnicodeDecodeError as error:
        byte = f"0x{line[error.start]:02X}"
        return Fault(number, msg("not UTF-8: byte {byte} at column {start}", byte, error.start + 1))
    fields = decoded.split(SEPARATOR)
    if not decoded:
        return Fault(number, msg("an empty line; remove it"))
    if len(fields) != 2:
        found = msg("{fields} tabs in {decoded}", len(fields) - 1, quoted(decoded))
        return Fault(number, msg("{found}; allowed is one, between path and text", found))
    return _check_path(number, *fields)


def _check_path(number: int, image: str, text: str) -> Label | Fault:
    """Refuse a path that could name a file outside the data's root."""
    path = PurePosixPath(image)
    if not image or image != image.strip():
        return Fault(
            number, msg("the path {image} is empty or has white space around it", quoted(image))
        )
    if path.is_absolute() or ".." in path.parts or "\\" in image or "\0" in image:
        return Fault(
            number,
            msg(
                "the path {image} leaves the data's root; allowed is a relative path with / and "
                "without ..",
                quoted(image),
            ),
        )
    return Label(image, text, number)
