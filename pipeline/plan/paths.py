"""Images that labels name otherwise than the disk does: what differs, found by looking for them.

A path is compared with the files below a folder part by part from its end, without regard to what tools
and systems differ in: the kind of slash, what stands in front, the extension, upper and lower case, the
Unicode form of accents, odd spaces, escapes and quotation marks.
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass, replace
from itertools import islice
from pathlib import Path
from urllib.parse import unquote

from stages.message import joined, msg
from stages.text.printable import quoted

#: No more files than these are looked through, and no more paths than these are looked for.
_MOST_FILES, _MOST_PATHS = 200_000, 1_000
#: Of files that share a name, as many are compared.
_MOST_LIKE = 50
_PART = re.compile(r"[^/\\]+")
_QUOTES = "\"'“”"


@dataclass(frozen=True)
class Difference:
    """What to change in a path as it is written to have the file's."""

    less: str = ""
    """what is written in front and has to go"""
    more: str = ""
    """what has to be put in front"""
    backslashes: bool = False
    extension: tuple[str, str] = ("", "")
    """as it is written, as the file has it"""
    case: bool = False
    form: str = ""
    """the Unicode form of the file's name: NFC (an accented letter is one character) or NFD (two)"""
    spaces: str = ""
    """code points of the spaces that differ"""
    escapes: bool = False
    quotes: bool = False

    @property
    def changes(self) -> int:
        """How much there is to change."""
        return sum(value not in ("", False, ("", "")) for value in astuple(self))

    def said(self) -> str:
        """Say how the files are named: "without "rec/" in front, with .png for .jpg"."""
        found = [self._front()]
        if self.backslashes:
            found.append(msg("with / for \\"))
        if any(self.extension):
            found.append(msg("with {there} for {written} at the end", *reversed(self.extension)))
        if self.case:
            found.append(msg("in other upper and lower case"))
        if self.form:
            found.append(msg("in the Unicode form {form}", self.form))
        if self.spaces:
            found.append(msg("with other spaces ({spaces})", self.spaces))
        if self.escapes:
            found.append(msg("with characters for %-escapes"))
        if self.quotes:
            found.append(msg("without quotation marks"))
        return joined(", ", filter(None, found))

    def _front(self) -> str:
        if self.less and self.more:
            return msg("with {more} for {less} in front", quoted(self.more), quoted(self.less))
        if self.less:
            return msg("without {less} in front", quoted(self.less))
        return msg("with {more} in front", quoted(self.more)) if self.more else ""


@dataclass(frozen=True)
class Found:
    """What most of the paths have in common: the difference, how many have it, and one of them."""

    difference: Difference
    count: int
    written: str
    there: str


class Files:
    """The files below a folder, by the names that may have been meant."""

    def __init__(self, root: Path) -> None:
        self._like: defaultdict[str, list[str]] = defaultdict(list)
        for name in islice(_walk(root), _MOST_FILES):
            self._like[_stem(name.rpartition("/")[2])].append(name)

    def find(self, paths: Sequence[str]) -> Found | None:
        """Return what is different where most of the paths are found; None if none is found."""
        votes: Counter[Difference] = Counter()
        example: dict[Difference, tuple[str, str]] = {}
        looked_for = paths[:_MOST_PATHS]
        for written in looked_for:
            found = dict(self._near(written))
            votes.update(found.keys())
            for difference, there in found.items():
                example.setdefault(difference, (written, there))
        if not votes:
            return None
        best = max(votes, key=lambda each: (votes[each], -each.changes, repr(each)))
        count = votes[best]
        if count == len(looked_for):  # those that were not looked for are taken to be the same
            count = len(paths)
        return Found(best, count, *example[best])

    def _near(self, written: str) -> Iterator[tuple[Difference, str]]:
        """Give each file that a path may mean, of those that share as many parts as possible with it."""
        cleaned = written.strip().strip(_QUOTES).strip()
        decoded = unquote(cleaned)
        parts = list(_PART.finditer(decoded))
        if not parts:
            return
        like = self._like.get(_stem(parts[-1].group()), [])[:_MOST_LIKE]
        shared = {
            there: _shared([part.group() for part in parts], there.split("/")) for there in like
        }
        most = max(shared.values(), default=0)
        for there in (name for name, count in shared.items() if count == most):
            start = parts[-most].start()
            difference = _difference(decoded[start:], there.split("/")[-most:])
            yield (
                replace(
                    difference,
                    less=decoded[:start],
                    more="".join(f"{part}/" for part in there.split("/")[:-most]),
                    escapes=decoded != cleaned,
                    quotes=cleaned != written.strip(),
                    spaces=difference.spaces
                    or _points(written if written != written.strip() else ""),
                ),
                there,
            )


def _walk(root: Path) -> Iterator[str]:
    """Give the paths of files below ``root``, without hidden folders; links are followed."""
    top = len(f"{root}/")
    for folder, folders, names in os.walk(root, followlinks=True):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            yield f"{folder}/{name}"[top:]


def _stem(name: str) -> str:
    return _loose(name.rpartition(".")[0] or name)


def _loose(part: str) -> str:
    """Return a part of a path without what systems and tools write differently."""
    plain = unicodedata.normalize("NFC", _plain_spaces(part))
    return plain.casefold()


def _plain_spaces(text: str) -> str:
    """Return the text with one ASCII space for each run of spaces, without characters of no width."""
    if text.isascii():
        return " ".join(text.split()) if " " in text else text
    seen = "".join(each for each in text if unicodedata.category(each) != "Cf")
    return " ".join(seen.split())


def _shared(written: Sequence[str], there: Sequence[str]) -> int:
    """Return how many parts from the end are the same; the last one, whose stem is, always."""
    count = 1
    for one, other in zip(reversed(written[:-1]), reversed(there[:-1]), strict=False):
        if _loose(one) != _loose(other):
            break
        count += 1
    return count


def _difference(written: str, there: Sequence[str]) -> Difference:
    """Compare the parts that are the same but for what :func:`_loose` passes over."""
    one, other = written.replace("\\", "/"), "/".join(there)
    stem, other_stem = (text.rpartition(".")[0] or text for text in (one, other))
    ends = one.removeprefix(stem), other.removeprefix(other_stem)
    other_end = ends[0].casefold() != ends[1].casefold()
    spaces, other_spaces = (_odd_spaces(text) for text in (stem, other_stem))
    plain, other_plain = (
        unicodedata.normalize("NFC", _plain_spaces(text)) for text in (stem, other_stem)
    )
    composed, other_composed = (
        unicodedata.is_normalized("NFC", text) for text in (stem, other_stem)
    )
    return Difference(
        backslashes="\\" in written,
        extension=ends if other_end else ("", ""),
        case=plain != other_plain or (not other_end and ends[0] != ends[1]),
        form=("NFC" if other_composed else "NFD") if composed != other_composed else "",
        spaces=_points(spaces + other_spaces) if spaces != other_spaces else "",
    )


def _odd_spaces(text: str) -> str:
    return "".join(each for each in text if each.isspace() or unicodedata.category(each) == "Cf")


def _points(text: str) -> str:
    """Return the code points of the spaces in a text that are not the usual one, or of that."""
    odd = sorted({each for each in text if each.isspace() or unicodedata.category(each) == "Cf"})
    return ", ".join(f"U+{ord(each):04X}" for each in odd if each != " " or len(odd) == 1)
