"""Filling the templates: the one place that imports the template engine."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from pipeline.language import LANGUAGES
from pipeline.report.model import Report
from pipeline.report.page.charts import figures
from pipeline.report.page.contents import (
    banner,
    environment,
    guard_counts,
    guards,
    limit_table,
    model_table,
    tiles,
)
from pipeline.report.page.lines import lines_of, reading
from pipeline.report.page.say import OTHERS, cell, say, written
from pipeline.report.page.words import WORDS
from pipeline.report.proofs import after_training, details
from pipeline.report.reports_compared import ReportComparison
from pipeline.report.table import differences_title, notes
from pipeline.text import one_line

TEMPLATES = Path(__file__).parent / "templates"
#: So many lines that changed are listed.
MOST_CHANGED = 100
#: Should text from outside become markup in spite of all: nothing runs, nothing is fetched.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"


@lru_cache
def templates() -> Environment:
    """Return the templates, with all that they ask for."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_safe,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters |= {
        "say": say,
        "cell": cell,
        "written": written,
        "reading": reading,
    }
    made.globals |= {
        "words": WORDS,
        "policy": Markup(POLICY),  # noqa: S704 - as the style
        "languages": [
            ("en", LANGUAGES["en"]),
            *((name, LANGUAGES[code]) for code, name in OTHERS.items()),
        ],
        "style": Markup((TEMPLATES / "page.css").read_text("utf-8")),  # noqa: S704 - our own
        "most_changed": MOST_CHANGED,
    }
    return made


def _safe(value: object) -> object:
    """Return what a template puts out: text has no control characters, and is escaped after this."""
    return value if isinstance(value, Markup) else one_line(str(value))


def draw_report(report: Report, images: Path | None, before: ReportComparison | None) -> str:
    """Return the page of a report.

    Args:
        report: that is drawn.
        images: the folder of the test images; None if they are not at hand.
        before: the run held against an earlier one.
    """
    return (
        templates()
        .get_template("report.html.j2")
        .render(
            report=report,
            banner=banner(report),
            tiles=list(tiles(report)),
            models=model_table(report),
            notes=notes(report),
            limits=limit_table(report),
            figures=list(figures(report)),
            compared=before,
            lines=lines_of(report, images),
            lines_title=differences_title(report),
            guards=guards(report),
            guard_counts=guard_counts(report),
            sections=list(details(report)),
            evaluations=list(after_training(report.training)) if report.training else [],
            environment=environment(report),
        )
    )


def draw_comparison(found: ReportComparison) -> str:
    """Return the page of two runs beside each other."""
    return templates().get_template("compare.html.j2").render(compared=found)
