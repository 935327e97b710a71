"""The report as one self-contained HTML page: no script, no network."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from pipeline.record.verdict import Verdict
from pipeline.report import training
from pipeline.report.model import Dictionary, Report, Training
from pipeline.report.plot import STYLE, Curve, Plot
from pipeline.report.proofs import Section, after_training, sections
from pipeline.report.table import (
    differences,
    differences_title,
    notes,
    rows,
    titles,
    verdict_line,
)
from pipeline.text import one_line

_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 75rem; padding: 0 1rem }
table { border-collapse: collapse; margin: 1rem 0 } th, td { padding: .25rem .7rem; text-align: left }
th { border-bottom: 2px solid } td { border-bottom: 1px solid #8885; font-variant-numeric: tabular-nums }
code, td { font-family: ui-monospace, monospace; font-size: .9em } .pass { color: #18794e }
.warn { color: #b25e09 } .fail { color: #b42318 } :root { color-scheme: light dark }
"""


#: Should text from outside become markup in spite of all: nothing runs, nothing is fetched.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
#: How a verdict looks; all others are failures.
_CLASSES = {Verdict.PASS: "pass", Verdict.WARNINGS: "warn"}


def render_html(report: Report) -> str:
    """Draw ``report`` as a page."""
    title = f"{report.project}: {verdict_line(report)}"
    remarks = [*report.reasons, *report.remarks]
    parts = [
        "<!doctype html><html lang=en><meta charset=utf-8>",
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
        f"<title>{_safe(title)}</title><style>{_STYLE}{STYLE}</style>",
        f"<h1>{_safe(report.project)}</h1>",
        f"<p class={_CLASSES.get(report.verdict, 'fail')}><strong>{_safe(verdict_line(report))}</strong></p>",
        "<ul>" + "".join(f"<li>{_safe(item)}</li>" for item in remarks) + "</ul>",
        _table(titles(report), rows(report)),
        *_dictionary(report.dictionary),
        *(f"<p>{_safe(line)}</p>" for line in notes(report)),
        *_mismatches(report),
        *_training(report.training),
        *map(_section, sections(report)),
        "<h2>Stages</h2>",
        _table(("stage", "seconds", "key"), _stages(report)),
        "<h2>Artifacts</h2>",
        _table(("stage", "path", "size", "md5", "sha256"), _artifacts(report)),
        f"<p>Run {_safe(report.run)}</p></html>\n",
    ]
    return "\n".join(parts)


def _dictionary(dictionary: Dictionary | None) -> Iterable[str]:
    if dictionary is not None:
        yield f"<p>Dictionary: {dictionary.entries} entries, {dictionary.classes} classes, "
        yield f"MD5 <code>{_safe(dictionary.md5)}</code>, SHA-256 <code>{_safe(dictionary.sha256)}</code></p>"


def _training(trained: Training | None) -> Iterable[str]:
    """Give the course of training: in a sentence, as two charts, and in a table behind them."""
    if trained is None:
        return
    yield f"<h2>Training</h2><p>{_safe(training.summary(trained))}</p>"
    best = training.best_step(trained)
    for title, percent, names in _PLOTS:
        curves = [Curve(said, training.series(trained, name)) for name, said in names.items()]
        yield Plot(title, "steps", curves, percent, best).svg()
    for section in after_training(trained):
        yield "<details><summary>All evaluations</summary>"
        yield f"{_table(section.titles, section.rows)}</details>"


#: The charts of training: title, whether of shares, and the curves' names.
_PLOTS = (
    ("Validation", True, {"val_accuracy": "accuracy", "val_ned": "NED"}),
    ("Loss", False, {"train_loss": "training", "val_loss": "validation"}),
)


def _section(section: Section) -> str:
    return f"<h2>{_safe(section.heading)}</h2>\n{_table(section.titles, section.rows)}"


def _stages(report: Report) -> Iterable[list[str]]:
    for name, stage in report.stages.items():
        yield [name, f"{stage.seconds:.1f}", stage.key]


def _artifacts(report: Report) -> Iterable[list[str]]:
    for item in report.artifacts:
        yield [item.stage, item.path, str(item.size), item.md5, item.sha256]


def _mismatches(report: Report) -> Iterable[str]:
    heads, different = differences(report)
    if different:
        yield f"<h2>{_safe(differences_title(report))}</h2>"
        yield _table(heads, different)


def _table(titles: Iterable[str], table: Iterable[Iterable[str]]) -> str:
    head = "".join(f"<th>{_safe(title)}</th>" for title in titles)
    body = "".join(
        "<tr>" + "".join(f"<td>{_safe(cell)}</td>" for cell in row) + "</tr>" for row in table
    )
    return f"<table><tr>{head}</tr>{body}</table>"


def _safe(text: object) -> str:
    return escape(one_line(str(text)))
