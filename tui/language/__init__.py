"""The one catalogue: every sentence that a person reads goes through here, at the moment it is shown.

English is the source, and what files hold (events, reports) stays English whatever the language. Two ways in:

- ``_("built in {time}").format(time=…)`` and :func:`ngettext`, for sentences of ``tui/`` itself;
- :func:`translated`, for English text that comes from elsewhere: events, reports, errors, findings.

``N_`` marks a sentence of a table for the catalogue; the one who shows it calls ``_`` on it.
"""

from __future__ import annotations

import gettext as _standard
from pathlib import Path

from tui.language.choice import LANGUAGES, SOURCE, can_show, find, from_environment
from tui.language.marks import N_, NC_
from tui.language.sentences import Sentences

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


class _Catalogue(_standard.GNUTranslations):
    """A compiled catalogue that can be read as a whole, which the standard library's cannot."""

    _catalog: dict[str | tuple[str, int], str]

    def said(self) -> dict[str, str]:
        """Return what files may hold, each sentence with its translation."""
        context = f"{_SAID}\x04"  # how a compiled catalogue writes it
        return {
            key.removeprefix(context): said
            for key, said in self._catalog.items()
            if isinstance(key, str) and key.startswith(context)
        }


_code = SOURCE
_current: _standard.NullTranslations = _standard.NullTranslations()
_sentences: Sentences | None = None


def speak(code: str) -> None:
    """Say everything from now on in the language ``code``, one of :data:`LANGUAGES`."""
    global _code, _current, _sentences  # noqa: PLW0603 - a process speaks one language
    _code = code
    if code == SOURCE:
        _current, _sentences = _standard.NullTranslations(), None
        return
    with (LOCALE / code / "LC_MESSAGES" / f"{DOMAIN}.mo").open("rb") as stream:
        catalogue = _Catalogue(stream)
    _current, _sentences = catalogue, Sentences(catalogue.said())


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


def translated(text: str) -> str:
    """Return English text from the pipeline or a stage in the chosen language.

    A finished sentence is recognised by the template that it was made from; its values may be sentences
    themselves. What no template fits stays English.
    """
    return _sentences.translated(text) if _sentences else text
