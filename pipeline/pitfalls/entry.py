"""What the catalogue knows of a pitfall."""

from __future__ import annotations

from dataclasses import dataclass

from stages.pitfalls import Pitfall


@dataclass(frozen=True)
class Source:
    """Where a pitfall was met, or where its cause can be read.

    Args:
        url: of the thread or page.
        thread: its title, as it stands there.
        says: what is to be learnt from it.
    """

    url: str
    thread: str
    says: str


@dataclass(frozen=True)
class Entry:
    """A known way in which a deployment silently goes wrong.

    Args:
        id: never changes.
        title: what was done wrong, in a line.
        symptoms: how it looks to somebody who does not know the cause yet.
        cause: what happens, and where.
        unnoticed: how far the bare tools let it go.
        prints: what Paddock says of it, with values of an example.
        remedy: what to do.
        sources: never empty.
        errors: what other programs print, word for word.
    """

    id: Pitfall
    title: str
    symptoms: tuple[str, ...]
    cause: str
    unnoticed: str
    prints: str
    remedy: str
    sources: tuple[Source, ...]
    errors: tuple[str, ...] = ()
