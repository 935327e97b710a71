"""The report as Markdown: what a reviewer needs is in sight, the rest folded, and all fits a comment."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape

from pipeline.report.model import Dictionary, Report
from pipeline.report.proofs import Section, after_training, sections
from pipeline.report.table import (
    differences,
    differences_title,
    notes,
    rows,
    titles,
    verdict_line,
)
from pipeline.report.training import summary
from pipeline.text import cut, one_line

#: Longer lists are cut, saying so; report.json has them all.
MAX_MISMATCHES = 50
#: So many evaluations of training are shown, evenly spread.
MAX_EVALUATIONS = 12
#: A cell is cut after so many characters.
LONGEST_CELL = 400
#: A comment on GitHub has at most 65,536 characters: what would not fit is left out, and named.
LONGEST = 60_000
_ARTIFACT_TITLES = ("stage", "file", "bytes", "MD5", "SHA-256")


def render_markdown(report: Report) -> str:
    """Draw ``report`` as Markdown."""
    lines = [
        f"# {escaped(report.project)}: {escaped(verdict_line(report))}",
        "",
        f"Run {escaped(report.run)}",
        "",
        *(f"- {escaped(reason)}" for reason in (*report.reasons, *report.remarks)),
        "",
        *table(titles(report), rows(report)),
        "",
    ]
    for note in notes(report):
        lines += [escaped(note), ""]
    length, left_out = sum(len(line) + 1 for line in lines), []
    for heading, block in _folded(report):
        size = sum(len(line) + 1 for line in block) + 2 * len(heading) + 60
        if length + size > LONGEST:
            left_out.append(heading)
            continue
        length += size
        lines += [
            f"<details><summary>{escape(one_line(heading))}</summary>",
            "",
            *block,
            "",
            "</details>",
            "",
        ]
    if left_out:
        lines += [f"Too long for a comment, and in report.json: {escaped(', '.join(left_out))}", ""]
    return "\n".join(lines)


def _folded(report: Report) -> Iterator[tuple[str, Sequence[str]]]:
    """Give what is folded: a heading, and the lines below it."""
    heads, different = differences(report)
    if different:
        rest = len(different) - MAX_MISMATCHES
        more = ["", f"… and {rest} more in report.json"] if rest > 0 else []
        yield differences_title(report), [*table(heads, different[:MAX_MISMATCHES]), *more]
    if report.training is not None:
        course = [escaped(summary(report.training))]
        for section in after_training(report.training, MAX_EVALUATIONS):
            course += ["", *_table_of(section)]
        yield "Training", course
    for section in sections(report):
        yield section.heading, _table_of(section)
    if report.dictionary is not None:
        yield "The dictionary's hashes", [_dictionary(report.dictionary)]
    stages = ([name, f"{it.seconds:.1f}", it.key[:12]] for name, it in report.stages.items())
    yield "Stages", table(("stage", "seconds", "key"), stages)
    artifacts = ([it.stage, it.path, str(it.size), it.md5, it.sha256] for it in report.artifacts)
    yield "Artifacts", table(_ARTIFACT_TITLES, artifacts)


def _dictionary(dictionary: Dictionary) -> str:
    return (
        f"Dictionary: {dictionary.entries} entries, {dictionary.classes} classes, "
        f"MD5 `{escaped(dictionary.md5)}`, SHA-256 `{escaped(dictionary.sha256)}`"
    )


def _table_of(section: Section) -> list[str]:
    return table(section.titles, section.rows)


def table(titles: Iterable[str], rows: Iterable[Iterable[str]]) -> list[str]:
    """Return a table's lines; no cell breaks it."""
    head = [escaped(title) for title in titles]
    body = ["| " + " | ".join(escaped(cell) for cell in row) + " |" for row in rows]
    return ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head), *body]


def escaped(text: str) -> str:
    """Escape what Markdown or HTML would read as markup: labels come from anywhere."""
    safe = one_line(cut(text, LONGEST_CELL))
    for character in "\\`|*_[]<>&":
        safe = safe.replace(character, "\\" + character)
    return safe
