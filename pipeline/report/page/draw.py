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
from pipeline.report.proofs import after_training, details
from pipeline.report.reports_compared import ReportComparison
from pipeline.report.table import differences_title, notes
from pipeline.text import one_line
from stages.message import msg

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


WORDS: dict[str, str] = {
    "run": msg("run"),
    "sweep": msg("sweep"),
    "members": msg("The members"),
    "failures": msg("What went wrong"),
    "reasons": msg("why"),
    "remarks": msg("what to know"),
    "limits": msg("The limits"),
    "limit": msg("limit"),
    "model": msg("model"),
    "models": msg("The models"),
    "plots": msg("At a glance"),
    "lines": msg("Line by line"),
    "no_lines": msg("Every model finds on every image what its label says."),
    "parted": msg("the models differ"),
    "label": msg("label"),
    "image": msg("image"),
    "no_picture": msg("no picture here"),
    "changes": msg("What differs from the run before"),
    "no_changes": msg("Nothing differs."),
    "went_in": msg("What went in"),
    "not_recorded": msg("What one of the runs was given is not on record here."),
    "came_out": msg("What came out"),
    "stage": msg("stage"),
    "change": msg("change"),
    "number": msg("number"),
    "before": msg("before"),
    "now": msg("now"),
    "better": msg("better"),
    "worse": msg("worse"),
    "other": msg("other"),
    "paired": msg("Image by image"),
    "none_moved": msg("Every model is right on the same images as before."),
    "only_before": msg("right before, wrong now"),
    "only_now": msg("wrong before, right now"),
    "chance": msg("by chance alone"),
    "is_chance": msg("chance does as much"),
    "no_chance": msg("hardly chance"),
    "other_images": msg(
        "The runs have other test images or labels, so no line can be held against another."
    ),
    "changed_lines": msg("Lines that are read otherwise"),
    "files": msg("Files that differ"),
    "file": msg("file"),
    "versions": msg("Versions that differ"),
    "name": msg("name"),
    "guards": msg("What was guarded"),
    "warning": msg("warning"),
    "details": msg("In detail"),
    "evaluations": msg("All evaluations of training"),
    "models_before": msg("only in the run before:"),
    "models_now": msg("only in this run:"),
    "all_files": msg("All files of all stages"),
    "hashes": msg("Files and hashes"),
    "dictionary": msg("Dictionary"),
    "entries": msg("entries"),
    "classes": msg("classes"),
    "stages": msg("Stages"),
    "environment": msg("Environment"),
    "of_this_file": msg("One file: it runs no script and fetches nothing."),
}
