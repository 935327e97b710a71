"""What a dictionary is, and where it was compared with what result, as text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.text import Text

from pipeline.report.dictionary import DictionaryFile, Place
from pipeline.report.metrics import RECOGNITION
from pipeline.text import human_size, one_line
from tui.appearance import symbol
from tui.language import _, translated
from tui.views.record import Record
from tui.widgets.columns import joined, padded, widest
from tui.widgets.facts import Fact
from tui.words import outcome_words

#: Characters of a hash that are shown where it is compared.
_SHORT = 12


@dataclass(frozen=True)
class DictionaryRecord(Record):
    """What was read for this screen: the file and the comparisons, or why there is none.

    ``official`` tells that the dictionary is the official model's own, of which ``out/`` has a copy.
    """

    path: Path | None = None
    file: DictionaryFile | None = None
    use_space_char: bool = False
    places: tuple[Place, ...] = ()
    problem: str = ""
    task: str = RECOGNITION
    official: bool = False


def facts_of(record: DictionaryRecord) -> Iterator[Fact]:
    """Give names and values of what is known of the dictionary."""
    file = record.file
    if record.task != RECOGNITION:
        yield _("dictionary"), _("not for {task}").format(task=translated(record.task))
        return
    if record.official and file is None:
        yield _("dictionary"), _("the official model's own; out/ has it after the first run")
        return
    if file is None:
        yield (
            _("dictionary"),
            _("cannot be read: {reason}").format(reason=translated(record.problem)),
        )
        return
    entries = len(file.entries) + record.use_space_char
    parts = [file.path.name, human_size(file.size)]
    if record.official:
        parts.append(_("the official model's own"))
    yield _("file"), f" {symbol('dot')} ".join(parts)
    yield _("entries"), str(entries)
    yield (
        _("classes"),
        _("{classes}: the blank is 0, the first character 1").format(classes=entries + 1),
    )
    yield _("space"), _space_rule(file.entries, record.use_space_char)
    yield _("encoding"), ", ".join(translated(fact) for fact in file.facts)
    yield "MD5", file.md5
    yield "SHA-256", file.sha256


def _space_rule(entries: Sequence[str], use_space_char: bool) -> str:
    if use_space_char:
        return _("class {number}, added after the last line").format(number=len(entries) + 1)
    if " " in entries:
        return _("class {number}, a line of the file").format(number=entries.index(" ") + 1)
    return _("no class: spaces are not read")


def comparisons(places: Iterable[Place]) -> Iterator[Text]:
    """Give a line for each comparison."""
    rows = list(places)
    names = widest(translated(place.name) for place in rows)
    words = {place.verdict: outcome_words(place.verdict) for place in rows}
    column = widest(text for text, _style in words.values())
    yield Text(_("Compared"), "bold")
    for place in rows:
        text, style = words[place.verdict]
        yield joined(
            [
                padded(Text(text, style), column),
                padded(one_line(translated(place.name)), names),
                Text(one_line(_found(place)), "dim"),
            ]
        )


def _found(place: Place) -> str:
    """Return what was found; a hash that is the same stands above already."""
    is_hash = " " not in place.found
    if is_hash:
        return "" if place.verdict == "same" else place.found[:_SHORT]
    return translated(place.found)
