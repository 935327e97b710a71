"""The one catalogue: every sentence that a person reads goes through here, at the moment it is shown.

English is the source, and what files hold (events, reports) stays English whatever the language. Two ways in:

- ``_("built in {time}").format(time=…)`` and :func:`ngettext`, for sentences of ``tui/`` itself;
- :func:`translated`, for English text that comes from elsewhere: events, reports, errors, findings.

``N_`` marks a sentence of a table for the catalogue; the one who shows it calls ``_`` on it.
"""

from __future__ import annotations

import codecs
from collections.abc import Mapping

from pipeline.language import DOMAIN, LANGUAGES, LOCALE, SOURCE, catalogue, said_in
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


#: Locales that mean "no language at all"; gettext then heeds ``LANGUAGE`` no more.
_NONE = ("C", "POSIX")


def find(name: str) -> str:
    """Return the code in :data:`LANGUAGES` that serves ``name`` best, or "".

    ``zh_CN.UTF-8``, ``zh-cn``, ``zh`` and also ``zh_TW`` are served by ``zh_CN``: another script of the
    same language is read more easily than English.
    """
    bare = name.partition(".")[0].partition("@")[0].replace("-", "_")
    for code in LANGUAGES:
        if bare.lower() == code.lower():
            return code
    family = bare.lower().partition("_")[0]
    return next((code for code in LANGUAGES if code.partition("_")[0] == family), "")


def from_environment(environ: Mapping[str, str]) -> str:
    """Return the code that ``LC_ALL``, ``LC_MESSAGES``, ``LANG`` and ``LANGUAGE`` ask for.

    A language without a catalogue is English, without a word.
    """
    names = (environ.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    locale = next((name for name in names if name), "")
    if locale in _NONE:
        return SOURCE
    wished = [name for name in environ.get("LANGUAGE", "").split(":") if name] or [locale]
    return next((code for name in wished if (code := find(name))), SOURCE)


def can_show(encoding: str, code: str) -> bool:
    """Return whether text of the language can be written in ``encoding`` at all."""
    try:
        codecs.encode(LANGUAGES[code], encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True
