"""How a dictionary's file is read: what ``data`` settled once, for every stage after it."""

from __future__ import annotations

from dataclasses import dataclass

from stages.contract.artifacts import DICTIONARY_RULES
from stages.contract.documents import Document


@dataclass(frozen=True)
class DictionaryRules(Document):
    """``dictionary.json``, beside ``dict.txt``."""

    FILE = DICTIONARY_RULES

    trained: bool
    """it came with a trained model: every line is the class that it was in the training, however odd"""
    space_added: bool
    """a space follows after the last line"""
    lower_cased: bool = False
    """labels are lower-cased, as PaddleOCR does with its own default"""
