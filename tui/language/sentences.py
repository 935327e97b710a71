"""English sentences with values in them, recognised by their templates and said in another language.

Events and reports hold finished sentences: ``took over from a run that died (pid 7 on host)``. The
catalogue knows the template that such a sentence was made from, ``took over from a run that died ({dead})``.
Matching one is a search for its literal pieces from left to right, so its time grows with the length of
the text and with nothing that the text says; a label or a file name can at worst look like a sentence.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from string import Formatter

from tui.language.phrases import JOINTS, LIST

#: A longer text is no sentence of ours; it stays as it is.
LONGEST = 4000
#: A value may be a sentence with values of its own, this many times.
_DEEPEST = 4
#: Templates that fit one text and are tried, and parts of one text that are looked at.
_MOST_FITTING, _MOST_PARTS = 3, 400
_REMEMBERED = 2048
_LIST_SIGN = "; "


@dataclass(frozen=True)
class Template:
    """Literal ``pieces`` with a value between each two, and the translation with the same ``names``."""

    pieces: tuple[str, ...]
    names: tuple[str, ...]
    answer: str

    def match(self, text: str) -> dict[str, str] | None:
        """Return the values if ``text`` was made from this template, each as short as it can be."""
        first, *inner, last = self.pieces
        start, end = len(first), len(text) - len(last)
        if start > end or not text.startswith(first) or not text.endswith(last):
            return None
        values = []
        for piece in inner:
            found = text.find(piece, start, end)
            if found < 0:
                return None
            values.append(text[start:found])
            start = found + len(piece)
        return dict(zip(self.names, [*values, text[start:end]], strict=True))

    @property
    def letters(self) -> int:
        """Count the letters that must be there."""
        return sum(character.isalpha() for piece in self.pieces for character in piece)

    @property
    def length(self) -> int:
        """Count all the characters that must be there."""
        return sum(map(len, self.pieces))


def parse_template(sentence: str, answer: str) -> Template | None:
    """Read a sentence of the catalogue; None if it has no plain ``{name}`` to be filled."""
    pieces, names = [""], []
    try:
        for literal, name, form, conversion in Formatter().parse(sentence):
            pieces[-1] += literal
            if name is None:
                continue
            if not name.isidentifier() or form or conversion or name in names:
                return None
            names.append(name)
            pieces.append("")
    except ValueError:  # a brace that is only a brace
        return None
    return Template(tuple(pieces), tuple(names), answer) if names else None


class Sentences:
    """What the catalogue says in another language."""

    def __init__(self, catalogue: Mapping[str, str]) -> None:
        self._exact = dict(catalogue)
        made = (parse_template(*pair) for pair in catalogue.items() if pair[0] not in JOINTS)
        templates = [item for item in made if item]
        #: The most particular first.
        self._templates = sorted(templates, key=lambda item: (-item.letters, -item.length))
        self._joints = dict(_joints(catalogue))
        self._remembered = lru_cache(_REMEMBERED)(self._translate)

    def translated(self, text: str) -> str:
        """Return ``text`` in the language, or as it is if no template fits."""
        return self._remembered(text) if text and len(text) <= LONGEST else text

    def _translate(self, text: str) -> str:
        reading = _Reading(self._exact, self._templates, self._joints)
        if text in self._exact or "\n" not in text:
            return reading.of(text)
        return "\n".join(reading.of(line) for line in text.split("\n"))


@dataclass
class _Reading:
    """One text being read; ``budget`` bounds how many of its parts are looked at."""

    exact: Mapping[str, str]
    templates: Sequence[Template]
    joints: Mapping[str, Template]
    budget: int = _MOST_PARTS

    def of(self, text: str, depth: int = 0) -> str:
        """Return the reading of ``text`` that leaves the least English, the most particular first."""
        if text in self.exact:
            return self.exact[text]
        if depth > _DEEPEST or self.budget <= 0:
            return text
        self.budget -= 1
        # A template that ends in a value takes a long list's rest as one, and the budget with it: list first.
        listed = [*self._as_list(text, depth)]
        readings = [*self._as_sentence(text, depth), *listed, *self._as_parts(text, depth)]
        return min(readings, key=_letters_left, default=text)

    def _as_sentence(self, text: str, depth: int) -> Iterator[str]:
        """Read the text by the templates that fit it; more than a few only fit what is no sentence."""
        fitting = ((item, item.match(text)) for item in self.templates)
        for template, values in islice(
            ((item, got) for item, got in fitting if got), _MOST_FITTING
        ):
            yield template.answer.format(**self._values(values, depth))

    def _as_list(self, text: str, depth: int) -> Iterator[str]:
        """Read all that stands between semicolons at once: a list may be longer than nesting is deep."""
        parts = text.split(_LIST_SIGN)
        if len(parts) > 2:
            said = [self.of(part, depth + 1) for part in parts]
            yield self.joints[LIST].answer.replace("{first}", "").replace("{rest}", "").join(said)

    def _as_parts(self, text: str, depth: int) -> Iterator[str]:
        """Read what stands between semicolons, colons, brackets or commas, if any of it is ours."""
        for joint in self.joints.values():
            values = joint.match(text)
            said = self._values(values, depth) if values else None
            if said and said != values:
                yield joint.answer.format(**said)

    def _values(self, values: Mapping[str, str], depth: int) -> dict[str, str]:
        """Read the values that may be sentences; a single word is a name and stays."""
        return {
            name: self.of(value, depth + 1) if " " in value.strip() else value
            for name, value in values.items()
        }


def _letters_left(text: str) -> int:
    """Count what still looks English: the less, the better the split was chosen."""
    return sum(character.isascii() and character.isalpha() for character in text)


def _joints(catalogue: Mapping[str, str]) -> Iterable[tuple[str, Template]]:
    for sentence in JOINTS:
        template = parse_template(sentence, catalogue.get(sentence, sentence))
        if template:
            yield sentence, template
