"""What ``preprocess.json`` says about decoding: all that a reader on a phone must do as this project does."""

from __future__ import annotations

from typing import Any

from stages.text.dictionary import BLANK, SPACE, Dictionary
from stages.text.oddities import PITFALLS


def describe_decoding(dictionary: Dictionary) -> dict[str, Any]:
    """Return the object ``decode``.

    Where a trained model has odd classes it lists them, and the text of every class by its index, so that
    an app need not read ``dict.txt`` line by line.
    """
    described: dict[str, Any] = {
        "method": "CTC greedy",
        "blank_index": BLANK,
        "first_character_index": BLANK + 1,
        "classes": dictionary.classes,
        "use_space_char": dictionary.space_added,
        "space": _space_rule(dictionary),
        "dictionary_sha256": dictionary.sha256,
        "trained_dictionary": dictionary.trained,
    }
    if dictionary.lower_cased:
        described["labels"] = "lower-cased: PaddleOCR's default dictionary"
    if dictionary.oddities:
        described["characters_by_class"] = ["", *dictionary.characters]
        described["odd_classes"] = [
            {
                "class": oddity.number,
                "text": oddity.text,
                "kind": oddity.kind.value,
                "pitfall": str(PITFALLS[oddity.kind]),
                **({"same_as": oddity.first} if oddity.first else {}),
            }
            for oddity in dictionary.oddities
        ]
    return described


def _space_rule(dictionary: Dictionary) -> str:
    spaces = [number for number, text in enumerate(dictionary.characters, 1) if text == SPACE]
    if len(spaces) > 1:
        return f"classes {', '.join(map(str, spaces))}: each is a space"
    if dictionary.space_added:
        return f"class {dictionary.classes - 1}, after the dictionary's last line"
    return f"class {spaces[0]}" if spaces else "no class"
