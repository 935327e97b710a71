"""Finding what somebody asks about: a pitfall by its ID, or a guard with the pitfalls it watches for."""

from __future__ import annotations

import difflib
from dataclasses import dataclass

from pipeline.pitfalls.catalogue import CATALOGUE, entry
from pipeline.pitfalls.entry import Entry
from pipeline.report.guards import GUARDS, Guard

#: How alike two words have to be for one to be taken for a slip of the other (difflib's measure).
_ALIKE = 0.5


@dataclass(frozen=True)
class Subject:
    """What a name stands for: a guard (or None) and entries of the catalogue."""

    guard: Guard | None
    entries: tuple[Entry, ...]


def find(name: str) -> Subject | None:
    """Return what ``name`` stands for, in whatever case and with ``_`` for ``-``, or None."""
    key = _key(name)
    if found := entry(key):
        return Subject(None, (found,))
    guard = next((item for item in GUARDS if item.id == key), None)
    if guard is None:
        return None
    watched = (entry(str(pitfall)) for pitfall in guard.pitfalls)
    return Subject(guard, tuple(item for item in watched if item))


def guards_of(pitfall: str) -> tuple[Guard, ...]:
    """Return the guards that watch for a pitfall."""
    return tuple(item for item in GUARDS if pitfall in map(str, item.pitfalls))


def nearest(name: str) -> tuple[str, ...]:
    """Return the known IDs that look most like ``name``, the best first; () if none does."""
    key = _key(name)
    known = [*(str(item.id) for item in CATALOGUE), *(item.id for item in GUARDS)]
    words = set(key.split("-")) - {""}
    shared = sorted(known, key=lambda item: -len(words & set(item.split("-"))))
    by_word = [item for item in shared if words & set(item.split("-"))]
    alike = difflib.get_close_matches(key, known, n=3, cutoff=_ALIKE)
    return tuple(dict.fromkeys((*alike, *by_word)))[:3]


def _key(name: str) -> str:
    return name.strip().lower().replace("_", "-")
