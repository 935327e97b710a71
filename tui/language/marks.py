"""gettext's marks for a sentence that is translated where it is shown, not where it stands."""

from __future__ import annotations


def N_(sentence: str) -> str:  # noqa: N802 - gettext's own name for it
    """Mark ``sentence`` for the catalogue; it is translated where it is shown."""
    return sentence


def E_(sentence: str) -> str:  # noqa: N802 - as above
    """Mark a text that events, reports or errors hold as it is; ``translated`` looks it up."""
    return sentence


def NC_(_context: str, sentence: str) -> str:  # noqa: N802 - as above
    """Mark a word that means different things in different places; ``pgettext`` translates it."""
    return sentence
