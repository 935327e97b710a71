"""A split's images with the classes that a CTC head shall give for them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from stages.errors import StageError
from stages.message import msg
from stages.text.dictionary import Dictionary
from stages.text.labels import Label, read_labels
from stages.text.printable import printable, quoted

_WIDER = msg("make model.image_shape wider, or leave the line out")


@dataclass(frozen=True)
class Sample:
    """One image: its file, its text, the text's classes."""

    image: Path
    text: str
    classes: tuple[int, ...]
    where: str


def read_samples(label_file: Path, root: Path, dictionary: Dictionary) -> list[Sample]:
    """Read a label file and encode its texts.

    Raises:
        StageError: the file has no line, or a malformed one.
        IntegrityError: a text has a character that the dictionary lacks.
    """
    labels = read_labels(label_file)
    if not labels:
        raise StageError(
            msg("{label_file} has no lines", label_file.name),
            str(label_file),
            msg("add labels to it"),
        )
    return [_sample(label, label_file, root, dictionary) for label in labels]


def check_lengths(samples: list[Sample], steps: int, remedy: str = _WIDER) -> None:
    """Refuse a text that cannot be written in ``steps`` time steps.

    CTC needs one step a character and a blank between equal neighbours; of a longer text Paddle's
    loss is infinite, and training goes on without a word.

    Raises:
        StageError: names the label file's line.
    """
    for sample in samples:
        pairs = zip(sample.classes, sample.classes[1:], strict=False)
        needed = len(sample.classes) + sum(first == second for first, second in pairs)
        if needed > steps:
            raise StageError(
                msg(
                    "{where}: {text} needs {needed} time steps, the network has {steps}",
                    sample.where,
                    quoted(sample.text),
                    needed,
                    steps,
                ),
                sample.where,
                remedy,
            )


def _sample(label: Label, label_file: Path, root: Path, dictionary: Dictionary) -> Sample:
    where = f"{printable(label_file.name)}:{label.line}"
    return Sample(root / label.image, label.text, tuple(dictionary.encode(label.text)), where)
