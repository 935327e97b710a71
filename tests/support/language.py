"""Speaking another language for the length of a test, and telling what of a text is still English."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from unittest import mock

from tui.language import SOURCE, speak

#: The environment of a Chinese user.
CHINESE = {"LC_ALL": "", "LC_MESSAGES": "", "LANG": "zh_CN.UTF-8", "LANGUAGE": ""}
#: Two English words in a row: names and commands are single words among Chinese ones.
_ENGLISH = re.compile(r"\b[a-z]{2,} (?:[a-z]{2,} )*[a-z]{2,}\b")


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Speak the language inside the block."""
    with mock.patch.dict(os.environ):
        speak(code)
        try:
            yield
        finally:
            speak(SOURCE)


def english_in(text: str) -> list[str]:
    """Return the runs of English words in a text that should be Chinese."""
    return _ENGLISH.findall(text)


def has_chinese(text: str) -> bool:
    """Return whether a text has a Chinese character."""
    return any("\u4e00" <= character <= "\u9fff" for character in text)
