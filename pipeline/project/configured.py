"""What a user's PaddleOCR YAML says of the dictionary that a model was trained with."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from stages.text.yaml import at, load_yaml

#: Where Paddock's own trainings keep the dictionary (stages/ppocr/dictionary_record.py).
_RECORD = "dictionary_lines"


@dataclass(frozen=True)
class Configured:
    """``lists`` says that the characters are in the YAML itself; ``path`` is the file that it names.

    With neither PaddleOCR takes its own default.
    """

    lists: bool = False
    path: str = ""

    @property
    def is_known(self) -> bool:
        """Whether the characters are known without the file."""
        return self.lists or not self.path


def configured(path: Path) -> Configured | None:
    """Return what the YAML says; None if it is no PaddleOCR configuration, which a stage will say."""
    try:
        said = at(load_yaml(path), "Global")
    except (OSError, ValueError):
        return None
    if not isinstance(said, dict):
        return None
    return Configured(
        isinstance(said.get(_RECORD), str), str(said.get("character_dict_path") or "")
    )
