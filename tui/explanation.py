"""An entry of the catalogue in words, for ``paddock explain`` and for the screen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.pitfalls import Entry, guards_of
from tui.language import _, translated


@dataclass(frozen=True)
class Section:
    """A heading and what stands under it, in the language that is spoken."""

    title: str
    texts: tuple[str, ...]


def sections(entry: Entry) -> Iterator[Section]:
    """Give the parts of an entry in the order in which they are read; its title is not one of them."""
    yield Section(_("how it shows"), tuple(map(_point, map(translated, entry.symptoms))))
    if entry.errors:
        yield Section(_("what other programs print"), entry.errors)
    yield Section(_("why"), (translated(entry.cause),))
    yield Section(_("without Paddock"), (translated(entry.unnoticed),))
    yield Section(_("what Paddock prints"), tuple(translated(entry.prints).splitlines()))
    yield Section(_("what to do"), (translated(entry.remedy),))
    if guards := guards_of(str(entry.id)):
        named = (f"{guard.id}: {translated(guard.title)}" for guard in guards)
        yield Section(_("guards"), tuple(named))
    yield Section(_("sources"), tuple(_sources(entry)))


def _point(text: str) -> str:
    return f"- {text}"


def _sources(entry: Entry) -> Iterator[str]:
    for source in entry.sources:
        yield source.url
        yield _("“{thread}”: {says}").format(thread=source.thread, says=translated(source.says))
