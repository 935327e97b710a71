"""What the tests of the command line and the text UI share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tui.language import SOURCE, speak

_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG", "LANGUAGE")


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let every test begin and end in English, whatever its developer speaks."""
    for name in _VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    speak(SOURCE)
    yield
    speak(SOURCE)
