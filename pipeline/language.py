"""The catalogue, for what says a message in a language that need not be the process's own.

A screen speaks one language (:mod:`tui.language`); the report's page has all of them beside each other.
"""

from __future__ import annotations

import gettext
from functools import lru_cache
from pathlib import Path

from stages.message import Message, names_in, text_of

#: Code -> the language's own name. English needs no catalogue: it is what the program is written in.
LANGUAGES = {"en": "English", "zh_CN": "简体中文"}
SOURCE = "en"
DOMAIN = "paddock"
#: Beside the screens, whose most sentences are.
LOCALE = Path(__file__).resolve().parent.parent / "tui" / "locale"
#: The context of the sentences that files hold; the same words on a button may be something else.
_SAID = "said"


@lru_cache
def catalogue(code: str) -> gettext.NullTranslations:
    """Return the catalogue of ``code``, one of :data:`LANGUAGES`."""
    if code == SOURCE:
        return gettext.NullTranslations()
    with (LOCALE / code / "LC_MESSAGES" / f"{DOMAIN}.mo").open("rb") as stream:
        return gettext.GNUTranslations(stream)


def said_in(code: str, said: str | BaseException) -> str:
    """Return English text from the pipeline or a stage, or what an error says, in the language ``code``.

    A message is said anew from its template and its values, which may be messages themselves; other
    texts are looked up as they are. What the catalogue does not have stays English.
    """
    text = text_of(said)
    if not text or code == SOURCE:
        return str(text)
    words = catalogue(code)
    if not isinstance(text, Message) or not text.values:
        return words.pgettext(_SAID, text)
    answer = words.pgettext(_SAID, text.template)
    values = [said_in(code, value) for value in text.values]
    names = names_in(text.template)
    return answer.format(**dict(zip(names, values, strict=True))) if names else answer.join(values)
