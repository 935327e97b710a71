"""Which language: what ``--lang`` says, else what the environment says, as gettext reads it."""

from __future__ import annotations

import codecs
from collections.abc import Mapping

from pipeline.language import LANGUAGES, SOURCE

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
