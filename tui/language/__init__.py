"""The one catalogue: every sentence that a person reads goes through here, at the moment it is shown.

English is the source, and what files hold (events, reports) stays English whatever the language. Two ways in:

- ``_("built in {time}").format(time=…)`` and :func:`ngettext`, for sentences of ``tui/`` itself;
- :func:`translated`, for English text that comes from elsewhere: events, reports, errors, findings.

``N_`` marks a sentence of a table for the catalogue; the one who shows it calls ``_`` on it.
"""

from __future__ import annotations

import gettext as _standard

_current: _standard.NullTranslations = _standard.NullTranslations()


def _(sentence: str) -> str:
    """Return ``sentence`` in the chosen language."""
    return _current.gettext(sentence)


def ngettext(one: str, many: str, count: int) -> str:
    """Return the form of the sentence that goes with ``count``, in the chosen language."""
    return _current.ngettext(one, many, count)


def N_(sentence: str) -> str:  # noqa: N802 - gettext's own name for it
    """Mark ``sentence`` for the catalogue; it is translated where it is shown."""
    return sentence


def translated(text: str) -> str:
    """Return English text from the pipeline or a stage in the chosen language."""
    return _current.gettext(text) if text else text
