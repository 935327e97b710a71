"""The report as Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pipeline.report.proofs import sections
from pipeline.report.table import TITLES, rows, verdict_line
from pipeline.text import one_line

#: Longer lists are cut, saying so; report.json has them all.
MAX_MISMATCHES = 50


def render_markdown(report: Mapping[str, Any]) -> str:
    """Draw ``report`` (the parsed report.json) as Markdown."""
    lines = [
        f"# {_cell(report['project'])}: {verdict_line(report)}",
        "",
        f"Run {_cell(report['run'])}",
        "",
    ]
    lines += [f"- {_cell(reason)}" for reason in (*report["reasons"], *report["remarks"])]
    lines += ["", *_table(TITLES, rows(report)), ""]
    dictionary = report["dictionary"]
    lines += [
        f"Dictionary: {dictionary['entries']} entries, {dictionary['classes']} classes, "
        f"MD5 `{dictionary['md5']}`, SHA-256 `{dictionary['sha256']}`",
        "",
    ]
    lines += _mismatches(report["mismatches"])
    for section in sections(report):
        lines += [f"## {section.heading}", "", *_table(section.titles, section.rows), ""]
    lines += ["## Stages", "", *_table(("stage", "seconds", "key"), _stages(report)), ""]
    lines += ["## Artifacts", "", *_table(_ARTIFACT_TITLES, _artifacts(report)), ""]
    return "\n".join(lines)


_ARTIFACT_TITLES = ("stage", "file", "bytes", "MD5", "SHA-256")


def _stages(report: Mapping[str, Any]) -> Iterable[list[str]]:
    for name, stage in report["stages"].items():
        yield [name, f"{stage['seconds']:.1f}", stage["key"][:12]]


def _artifacts(report: Mapping[str, Any]) -> Iterable[list[str]]:
    for item in report["artifacts"]:
        yield [item["stage"], item["path"], str(item["size"]), item["md5"], item["sha256"]]


def _mismatches(mismatches: list[Mapping[str, Any]]) -> list[str]:
    if not mismatches:
        return []
    titles = tuple(mismatches[0])
    shown = [[str(item.get(title, "")) for title in titles] for item in mismatches[:MAX_MISMATCHES]]
    rest = len(mismatches) - len(shown)
    more = [f"… and {rest} more in report.json", ""] if rest else []
    return ["## Lines read differently", "", *_table(titles, shown), "", *more]


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
