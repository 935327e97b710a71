"""The one catalogue: every sentence that a person reads goes through here, at the moment it is shown.

English is the source, and what files hold (events, reports) stays English whatever the language. Two ways in:

- ``_("built in {time}").format(time=…)`` and :func:`ngettext`, for sentences of ``tui/`` itself;
- :func:`translated`, for English text that comes from elsewhere: events, reports, errors, findings.

``N_`` marks a sentence of a table for the catalogue; the one who shows it calls ``_`` on it.
"""

from __future__ import annotations

import gettext as _standard
from pathlib import Path

from stages.message import Message, names_in, text_of
from tui.language.choice import LANGUAGES, SOURCE, can_show, find, from_environment
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

DOMAIN = "paddock"
#: The context of the sentences that files hold; the same words on a button may be something else.
_SAID = "said"
LOCALE = Path(__file__).resolve().parent.parent / "locale"


_code = SOURCE
_current: _standard.NullTranslations = _standard.NullTranslations()


def speak(code: str) -> None:
    """Say everything from now on in the language ``code``, one of :data:`LANGUAGES`."""
    global _code, _current  # noqa: PLW0603 - a process speaks one language
    _code = code
    if code == SOURCE:
        _current = _standard.NullTranslations()
        return
    with (LOCALE / code / "LC_MESSAGES" / f"{DOMAIN}.mo").open("rb") as stream:
        _current = _standard.GNUTranslations(stream)


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
    """Return English text from the pipeline or a stage, or what an error says, in the chosen language.

    A message is said anew from its template and its values, which may be messages themselves; other
    texts are looked up as they are. What the catalogue does not have stays English.
    """
    text = text_of(said)
    if not text or _code == SOURCE:
        return str(text)
    if not isinstance(text, Message) or not text.values:
        return _current.pgettext(_SAID, text)
    answer = _current.pgettext(_SAID, text.template)
    values = [translated(value) for value in text.values]
    names = names_in(text.template)
    return answer.format(**dict(zip(names, values, strict=True))) if names else answer.join(values)
