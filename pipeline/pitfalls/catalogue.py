"""``ID.md`` and ``ID.LANGUAGE.md`` beside this module, read when asked for; what a name stands for."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources

from pipeline.report.guards import GUARDS, Guard
from stages.pitfalls import Pitfall

#: How alike two words have to be for one to be taken for a slip of the other (difflib's measure).
_ALIKE = 0.5
#: The heading over what other programs print, in the source's language.
_FOREIGN = "what other programs print"
#: Letters and digits of a part of a message that are no coincidence.
_LETTERS = 8
#: ``- [thread](address): what is to be learnt there``
_SOURCE = re.compile(r"- \[(?P<thread>.*)\]\((?P<url>\S+)\)(?P<says>[:：].+)")


@dataclass(frozen=True)
class Section:
    """A heading of an entry, and the lines under it as a terminal shows them."""

    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Entry:
    """A known way in which a deployment silently goes wrong: its title is what was done wrong, in a line.

    The sections are the same in every language, the sources last: first a source's address, then its
    thread and what is to be learnt there.
    """

    id: Pitfall
    title: str
    sections: tuple[Section, ...]


@dataclass(frozen=True)
class Subject:
    """What a name stands for: a guard (or None) and pitfalls."""

    guard: Guard | None
    pitfalls: tuple[Pitfall, ...]


@cache
def entry(pitfall: str, language: str = "en") -> Entry | None:
    """Return the entry of an ID; None for one that there is not (of another version's report)."""
    if pitfall not in set(map(str, Pitfall)):
        return None
    folder = resources.files(__package__)
    file = folder / f"{pitfall}.{language}.md"
    if not file.is_file():
        file = folder / f"{pitfall}.md"
    head, *parts = file.read_text(encoding="utf-8").split("\n## ")
    title = head.strip().removeprefix(f"# {pitfall}: ")
    return Entry(Pitfall(pitfall), title, tuple(map(_section, parts)))


def _section(text: str) -> Section:
    heading, *lines = text.strip().splitlines()
    shown = (line for given in lines if given != "```" for line in _lines(given))
    return Section(heading, tuple(shown))


def _lines(line: str) -> Iterator[str]:
    """Give a source's address on a line of its own, so that it can be copied; else the line as it is."""
    if not (source := _SOURCE.fullmatch(line)):
        yield line
        return
    yield source["url"]
    yield "“{}”{}".format(re.sub(r"\\(.)", r"\1", source["thread"]), source["says"])


def find(name: str) -> Subject | None:
    """Return what ``name`` stands for, in whatever case and with ``_`` for ``-``, or None."""
    key = _key(name)
    if key in set(map(str, Pitfall)):
        return Subject(None, (Pitfall(key),))
    guard = next((item for item in GUARDS if item.id == key), None)
    return Subject(guard, tuple(map(Pitfall, guard.pitfalls))) if guard else None


def by_message(message: str) -> tuple[Pitfall, ...]:
    """Return the pitfalls that another program's message is known from, in the order of their IDs.

    Args:
        message: what the program printed: a whole line of its log, or a part of it.
    """
    typed = _comparable(message)
    return tuple(
        pitfall
        for pitfall in Pitfall
        if any(_is_of(typed, _comparable(line)) for line in _printed_elsewhere(pitfall))
    )


def _printed_elsewhere(pitfall: Pitfall) -> tuple[str, ...]:
    """Return what other programs print; it is the same in every language."""
    found = entry(str(pitfall))
    sections = found.sections if found else ()
    return next((item.lines for item in sections if item.title == _FOREIGN), ())


def _comparable(text: str) -> str:
    """Return a message without what whoever copies it changes: case and spaces."""
    return " ".join(text.lower().split())


def _is_of(typed: str, known: str) -> bool:
    """Return whether a known message is in the one that was typed, or that is enough of a part of it."""
    pieces = [re.escape(piece.strip()) for piece in known.split("...") if piece.strip()]
    if re.search(".*".join(pieces), typed):
        return True
    words = sum(map(str.isalnum, typed))
    return words >= _LETTERS and not typed.isalpha() and typed in known


def guards_of(pitfall: str) -> tuple[Guard, ...]:
    """Return the guards that watch for a pitfall."""
    return tuple(item for item in GUARDS if pitfall in map(str, item.pitfalls))


def nearest(name: str) -> tuple[str, ...]:
    """Return the known IDs that look most like ``name``, the best first; () if none does."""
    key = _key(name)
    known = [*map(str, Pitfall), *(item.id for item in GUARDS)]
    words = set(key.split("-")) - {""}
    shared = sorted(known, key=lambda item: -len(words & set(item.split("-"))))
    by_word = [item for item in shared if words & set(item.split("-"))]
    alike = difflib.get_close_matches(key, known, n=3, cutoff=_ALIKE)
    return tuple(dict.fromkeys((*alike, *by_word)))[:3]


def _key(name: str) -> str:
    return name.strip().lower().replace("_", "-")
