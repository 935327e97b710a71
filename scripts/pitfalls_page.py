"""docs/pitfalls.md from the catalogue; ``python scripts/pitfalls_page.py`` writes it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from pipeline.pitfalls import CATALOGUE, Entry, guards_of

PAGE = Path(__file__).parents[1] / "docs" / "pitfalls.md"
_HEAD = """\
# Pitfalls

<!-- made by scripts/pitfalls_page.py from pipeline/pitfalls; a test says when it is due -->

The known ways in which a deployment silently goes wrong: the model on the phone is not the one that was
trained, or is fed with something else. Each has an ID, which an error, a warning and the report name;
`paddock explain ID` prints the entry, and a test in `tests/pitfalls/` makes the mistake with the real tools,
first by hand and then through Paddock.
The guards are those of the report ([file-formats.md](file-formats.md)).
"""


def page() -> str:
    """Return the page as it has to be."""
    parts = [_HEAD, *_table(), "", *(line for item in CATALOGUE for line in _entry(item))]
    return "\n".join(parts).rstrip("\n") + "\n"


def _table() -> Iterator[str]:
    yield "| ID | what it is |"
    yield "|---|---|"
    for item in CATALOGUE:
        yield f"| [`{item.id}`](#{item.id}) | {item.title} |"


def _entry(item: Entry) -> Iterator[str]:
    yield f"## {item.id}"
    yield f"**{item.title[0].upper()}{item.title[1:]}.**"
    yield ""
    yield from (f"- {symptom}" for symptom in item.symptoms)
    if item.errors:
        yield from ("", "What other programs print:", "```", *item.errors, "```")
    yield from _paragraph("Why", item.cause)
    yield from _paragraph("Without Paddock", item.unnoticed)
    yield from ("", "What Paddock prints:", "```", item.prints, "```")
    yield from _paragraph("What to do", item.remedy)
    yield from _guards(item)
    yield ""
    yield "Sources:"
    for source in item.sources:
        yield f"- [{_escaped(source.thread)}]({source.url}): {source.says}"
    yield ""


def _guards(item: Entry) -> Iterator[str]:
    named = [f"`{guard.id}` ({guard.title})" for guard in guards_of(str(item.id))]
    if named:
        yield from _paragraph("Guards", _listed(named))


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)


def _paragraph(head: str, text: str) -> Iterator[str]:
    yield ""
    yield f"*{head}.* {text}"


def _escaped(title: str) -> str:
    """Return a thread's title with what Markdown would read as a link's end escaped."""
    for character in "\\[]":
        title = title.replace(character, "\\" + character)
    return title


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
