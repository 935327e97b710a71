"""The report as Markdown."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.report.model import Dictionary, Report, Training
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
from pipeline.text import one_line

#: Longer lists are cut, saying so; report.json has them all.
MAX_MISMATCHES = 50
#: So many evaluations of training are shown, evenly spread.
MAX_EVALUATIONS = 12


def render_markdown(report: Report) -> str:
    """Draw ``report`` as Markdown."""
    lines = [
        f"# {_cell(report.project)}: {_cell(verdict_line(report))}",
        "",
        f"Run {_cell(report.run)}",
        "",
    ]
    lines += [f"- {_cell(reason)}" for reason in (*report.reasons, *report.remarks)]
    lines += ["", *_table(titles(report), rows(report)), ""]
    lines += _dictionary(report.dictionary)
    for note in notes(report):
        lines += [_cell(note), ""]
    lines += [*_mismatches(report), *_training(report.training)]
    for section in sections(report):
        lines += _section(section)
    lines += ["## Stages", "", *_table(("stage", "seconds", "key"), _stages(report)), ""]
    lines += ["## Artifacts", "", *_table(_ARTIFACT_TITLES, _artifacts(report)), ""]
    return "\n".join(lines)


def _dictionary(dictionary: Dictionary | None) -> list[str]:
    if dictionary is None:
        return []
    return [
        f"Dictionary: {dictionary.entries} entries, {dictionary.classes} classes, "
        f"MD5 `{_cell(dictionary.md5)}`, SHA-256 `{_cell(dictionary.sha256)}`",
        "",
    ]


def _training(training: Training | None) -> list[str]:
    if training is None:
        return []
    lines = ["## Training", "", _cell(summary(training)), ""]
    for section in after_training(training, MAX_EVALUATIONS):
        lines += [*_table(section.titles, section.rows), ""]
    return lines


def _section(section: Section) -> list[str]:
    return [f"## {_cell(section.heading)}", "", *_table(section.titles, section.rows), ""]


_ARTIFACT_TITLES = ("stage", "file", "bytes", "MD5", "SHA-256")


def _stages(report: Report) -> Iterable[list[str]]:
    for name, stage in report.stages.items():
        yield [name, f"{stage.seconds:.1f}", stage.key[:12]]


def _artifacts(report: Report) -> Iterable[list[str]]:
    for item in report.artifacts:
        yield [item.stage, item.path, str(item.size), item.md5, item.sha256]


def _mismatches(report: Report) -> list[str]:
    heads, different = differences(report)
    if not different:
        return []
    rest = len(different) - MAX_MISMATCHES
    more = [f"… and {rest} more in report.json", ""] if rest > 0 else []
    shown = _table(heads, different[:MAX_MISMATCHES])
    return [f"## {_cell(differences_title(report))}", "", *shown, "", *more]


def _table(titles: Iterable[str], table: Iterable[Iterable[str]]) -> list[str]:
    head = [_cell(title) for title in titles]
    body = ["| " + " | ".join(_cell(cell) for cell in row) + " |" for row in table]
    return ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head), *body]


def _cell(text: str) -> str:
    """Escape what Markdown or HTML would read as markup: labels come from anywhere."""
    safe = one_line(text)
    for character in "\\`|*_[]<>&":
        safe = safe.replace(character, "\\" + character)
    return safe
