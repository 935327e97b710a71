"""Texts by which labelling tools and data sets mark what nobody has read, or nobody can.

Standard library only: the host uses it too.
"""

from __future__ import annotations

import re

#: PPOCRLabel's (``tempLabel`` and ``nullLabel``, English and Chinese), and what people write.
_WORDS = frozenset(
    {
        "TEMPORARY",
        "NULL",
        "待识别",
        "无识别结果",
        "无法识别",
        "看不清",
        "illegible",
        "unreadable",
        "[UNK]",
        "<UNK>",
        "<unk>",
    }
)
#: The do-not-care marks of ICDAR, MTWI and LSVT ("###", "*"), and boxes for characters.
_MARKS = re.compile(r"#{2,}|\*+|\?{2,}|□+|口口+")


def is_placeholder(text: str) -> bool:
    """Return whether a label's text stands for one that is not known."""
    text = text.strip()
    return text in _WORDS or bool(_MARKS.fullmatch(text))
