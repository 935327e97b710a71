"""The dictionary that the labels need, where the project asks for it: ``dictionary = "labels"``."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from pipeline.plan.labels import LabelFiles
from stages.files import write_text
from stages.message import msg
from stages.text.printable import code_point

#: The space is for ``use_space_char`` to say.
_SPACE = " "
#: How many rare characters are named.
_NAMED = 10
#: If more than this part of all characters is rare, the labels are few, and rare means nothing.
_ODD = 4


def write_dictionary(labels: LabelFiles, path: Path) -> str:
    """Write all characters of the labels in the order of their code points, one a line; say what it has.

    The same characters give the same bytes, whatever the order of files and lines. A character that one line
    alone has is named: most often it is a slip.
    """
    lines = Counter(
        character
        for file in labels.files.values()
        for label in file.labels
        for character in {*label.text} - {_SPACE}
    )
    text = "".join(f"{character}\n" for character in sorted(lines))
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.is_file() or path.read_bytes() != text.encode("utf-8", "surrogatepass"):
        write_text(path, text)
    rare = [character for character in sorted(lines) if lines[character] == 1]
    said = msg("dictionary: {count} characters of the labels, in {path}", len(lines), path)
    if not rare or len(rare) * _ODD > len(lines):
        return said
    shown = ", ".join(map(code_point, rare[:_NAMED])) + ", …" * (len(rare) > _NAMED)
    return msg("{said}; {rare} of them are on one line only: {shown}", said, len(rare), shown)
