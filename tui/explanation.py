"""An entry of the catalogue in words, for ``paddock explain`` and for the screen."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.pitfalls import Entry, Section, entry, guards_of
from tui.language import _, chosen, translated


def entries(pitfalls: Iterable[str]) -> list[Entry]:
    """Return the entries of these IDs in the language that is spoken; unknown ones are passed over."""
    return [found for pitfall in pitfalls if (found := entry(str(pitfall), chosen()))]


def sections(item: Entry) -> tuple[Section, ...]:
    """Return the parts of an entry in the order in which they are read, its guards before its sources."""
    *told, sources = item.sections
    named = (f"{guard.id}: {translated(guard.title)}" for guard in guards_of(str(item.id)))
    return (*told, Section(_("guards"), tuple(named)), sources)
