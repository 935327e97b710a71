#!/usr/bin/env python3
"""The catalogue from the source, and back: extract the sentences, update each language, compile it.

    .venv/bin/python scripts/catalogue.py    (or: make catalogue)

Writes ``paddock.po`` and ``paddock.mo`` of every language; says what is not translated yet, and returns 1 if
anything is not.
"""

from __future__ import annotations

import io
import re
import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
LOCALE = ROOT / "tui" / "locale"
LANGUAGES = ("zh_CN",)
ROOMS = ("tui", "pipeline", "stages")
#: The context of messages: the same words may mean something else on a key or a button.
SAID = "said"
#: What marks a sentence of the screens, and a message (stages/message.py); as babel's -k takes them.
_MARKS = {
    "_": None,
    "N_": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "NC_": ((1, "c"), 2),
}
_MESSAGES = {"msg": None, "E_": None}


def extracted() -> Catalog:
    """Return what the source holds now, in the order of the files, without line numbers."""
    catalogue = _empty()
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            _extract_from(path, catalogue)
    return catalogue


def _extract_from(path: Path, catalogue: Catalog) -> None:
    name = path.relative_to(ROOT).as_posix()
    source = path.read_bytes()
    words = set(re.findall(rb"\w+", source))
    for keywords, said in ((_MARKS, None), (_MESSAGES, SAID)):
        if words.isdisjoint(map(str.encode, keywords)):
            continue  # babel reads every token, which takes a while
        for _line, text, _comments, context in extract("python", io.BytesIO(source), keywords):
            catalogue.add(text, locations=[(name, 0)], context=context or said)


def _empty(language: str | None = None) -> Catalog:
    return Catalog(
        locale=language,
        header_comment="# The sentences of Paddock, under the project's own license (Apache-2.0).",
        project="paddock",
        version="catalogue",
        last_translator="the project's contributors",
        language_team="the project's contributors",
        msgid_bugs_address="the project's issues",
        charset="utf-8",
        fuzzy=False,
    )


def read(path: Path) -> Catalog:
    """Read a catalogue."""
    with path.open("rb") as stream:
        return read_po(stream)


def language_file(language: str) -> Path:
    """Return the path of a language's translations."""
    return LOCALE / language / "LC_MESSAGES" / "paddock.po"


def compiled(catalogue: Catalog) -> bytes:
    """Return the binary form that gettext reads."""
    buffer = io.BytesIO()
    write_mo(buffer, catalogue)
    return buffer.getvalue()


def missing(catalogue: Catalog) -> list[str]:
    """Return the sentences that have no translation, or an uncertain one."""
    return [
        str(message.id)
        for message in catalogue
        if message.id and (message.fuzzy or not all(_texts(message.string)))
    ]


def _texts(string: str | tuple[str, ...] | list[str] | None) -> tuple[str, ...]:
    return (string or "",) if isinstance(string, str | None) else tuple(string)


def main() -> int:
    """Write everything anew; return 1 if a sentence is not translated."""
    template, left = extracted(), []
    for language in LANGUAGES:
        path = language_file(language)
        catalogue = read(path) if path.exists() else _empty(language)
        catalogue.locale = language
        catalogue.update(template, no_fuzzy_matching=True, update_creation_date=False)
        catalogue.obsolete.clear()
        _write(path, catalogue)
        path.with_suffix(".mo").write_bytes(compiled(catalogue))
        left += [f"{language}: {sentence}" for sentence in missing(catalogue)]
    for line in left:
        sys.stdout.write(f"not translated: {line!r}\n")
    sys.stdout.write(f"{len(template)} sentences, {len(left)} not translated\n")
    return 1 if left else 0


def _write(path: Path, catalogue: Catalog) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as stream:
        write_po(stream, catalogue, width=100, include_lineno=False)


if __name__ == "__main__":
    sys.exit(main())
