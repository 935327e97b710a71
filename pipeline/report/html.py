"""The report as one self-contained HTML page: no script, no network."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

from pipeline.report.proofs import sections
from pipeline.report.table import TITLES, rows, verdict_line
from pipeline.text import one_line

_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 75rem; padding: 0 1rem }
table { border-collapse: collapse; margin: 1rem 0 } th, td { padding: .25rem .7rem; text-align: left }
th { border-bottom: 2px solid } td { border-bottom: 1px solid #8885; font-variant-numeric: tabular-nums }
code, td { font-family: ui-monospace, monospace; font-size: .9em } .pass { color: #18794e }
.fail { color: #b42318 } :root { color-scheme: light dark }
"""


def render_html(report: Mapping[str, Any]) -> str:
    """Draw ``report`` (the parsed report.json) as a page."""
    title = f"{report['project']}: {verdict_line(report)}"
    remarks = [*report["reasons"], *report["remarks"]]
    parts = [
        "<!doctype html><html lang=en><meta charset=utf-8>",
        f"<title>{_safe(title)}</title><style>{_STYLE}</style>",
        f"<h1>{_safe(report['project'])}</h1>",
        f"<p class={report['verdict']}><strong>{_safe(verdict_line(report))}</strong></p>",
        "<ul>" + "".join(f"<li>{_safe(item)}</li>" for item in remarks) + "</ul>",
        _table(TITLES, rows(report)),
        *_dictionary(report["dictionary"]),
        *_mismatches(report["mismatches"]),
        *_proofs(report),
        "<h2>Stages</h2>",
        _table(("stage", "seconds", "key"), _stages(report)),
        "<h2>Artifacts</h2>",
        _table(("stage", "path", "size", "md5", "sha256"), _artifacts(report)),
        f"<p>Run {_safe(report['run'])}</p></html>\n",
    ]
    return "\n".join(parts)


def _dictionary(dictionary: Mapping[str, Any]) -> Iterable[str]:
    yield f"<p>Dictionary: {dictionary['entries']} entries, {dictionary['classes']} classes, "
    yield f"MD5 <code>{dictionary['md5']}</code>, SHA-256 <code>{dictionary['sha256']}</code></p>"


def _proofs(report: Mapping[str, Any]) -> Iterable[str]:
    for section in sections(report):
        yield f"<h2>{_safe(section.heading)}</h2>"
        yield _table(section.titles, section.rows)


def _stages(report: Mapping[str, Any]) -> Iterable[list[str]]:
    for name, stage in report["stages"].items():
        yield [name, f"{stage['seconds']:.1f}", stage["key"]]


def _artifacts(report: Mapping[str, Any]) -> Iterable[list[str]]:
    for item in report["artifacts"]:
        yield [str(item[name]) for name in ("stage", "path", "size", "md5", "sha256")]


def _mismatches(mismatches: list[Mapping[str, Any]]) -> Iterable[str]:
    if mismatches:
        titles = tuple(mismatches[0])
        yield "<h2>Lines read differently</h2>"
        yield _table(
            titles, ([str(item.get(title, "")) for title in titles] for item in mismatches)
        )


def _table(titles: Iterable[str], table: Iterable[Iterable[str]]) -> str:
    head = "".join(f"<th>{_safe(title)}</th>" for title in titles)
    body = "".join(
        "<tr>" + "".join(f"<td>{_safe(cell)}</td>" for cell in row) + "</tr>" for row in table
    )
    return f"<table><tr>{head}</tr>{body}</table>"


def _safe(text: object) -> str:
    return escape(one_line(str(text)))
