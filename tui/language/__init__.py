"""The one catalogue: every sentence that a person reads goes through here, at the moment it is shown.

English is the source, and what files hold (events, reports) stays English whatever the language. Two ways in:

- ``_("built in {time}").format(time=…)`` and :func:`ngettext`, for sentences of ``tui/`` itself;
- :func:`translated`, for English text that comes from elsewhere: events, reports, errors, findings.

``N_`` marks a sentence of a table for the catalogue; the one who shows it calls ``_`` on it.
"""

from __future__ import annotations

from pipeline.language import DOMAIN, LANGUAGES, LOCALE, SOURCE, catalogue, said_in
from tui.language.choice import can_show, find, from_environment
from tui.language.marks import N_, NC_

__all__ = [
    "DOMAIN",
    "LANGUAGES",
    "LOCALE",
    "NC_",
    "N_",
    "SOURCE",
    "_",
    "can_show",
    "chosen",
    "find",
    "from_environment",
    "ngettext",
    "pgettext",
    "speak",
    "translated",
]  # fmt: skip

_code = SOURCE
_current = catalogue(SOURCE)


def speak(code: str) -> None:
    """Say everything from now on in the language ``code``, one of :data:`LANGUAGES`."""
    global _code, _current
    _code, _current = code, catalogue(code)


def chosen() -> str:
    """Return the code of the language that is spoken."""
    return _code


def _(sentence: str) -> str:
    """Return ``sentence`` in the chosen language."""
    return _current.gettext(sentence) if sentence else sentence


def ngettext(one: str, many: str, count: int) -> str:
    """Return the form of the sentence that goes with ``count``, in the chosen language."""
    return _current.ngettext(one, many, count)


def pgettext(context: str, sentence: str) -> str:
    """Return a word that means different things in different places, as it is meant in ``context``."""
    return _current.pgettext(context, sentence)


def translated(said: str | BaseException) -> str:
    """Return English text from the pipeline or a stage, or what an error says, in the chosen language."""
    return said_in(_code, said)
