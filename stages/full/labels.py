"""Labels that PaddleOCR's trainer would cut in silence."""

from __future__ import annotations

from stages.errors import IntegrityError
from stages.message import msg
from stages.pitfalls import Pitfall
from stages.runtime import Context
from stages.text.dictionary import Dictionary
from stages.text.labels import read_labels
from stages.text.printable import code_point


def check_trainable(context: Context, dictionary: Dictionary) -> None:
    """Refuse labels that only a class of several characters can write.

    ``BaseRecLabelEncode.encode`` looks up code point by code point, and leaves out what it does not find.

    Raises:
        IntegrityError: names the first such line.
    """
    for split in ("train", "val"):
        for label in read_labels(context.input(f"{split}_labels")):
            if lost := dictionary.untrainable(label.text):
                where = f"{split}:{label.line}"
                raise IntegrityError(
                    msg(
                        "{where}: {characters} is part of a class of several characters only; PaddleOCR's "
                        "trainer would leave it out of the label in silence",
                        where,
                        code_point(lost[0]),
                    ),
                    where,
                    msg('leave such lines out, or train with [train] mode = "frozen"'),
                    Pitfall.LABEL_OUTSIDE_DICTIONARY,
                )
