"""The parity table as text, and the verdict in a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.report.metrics import metrics_of
from pipeline.tasks import TASKS
from stages.message import msg

if TYPE_CHECKING:
    from pipeline.report.metrics import ReportMetric
    from pipeline.report.model import Model, Report


def titles(report: Report) -> tuple[str, ...]:
    """Return the heads of the columns."""
    return ("model", *(metric.title for metric in _brief(report)))


def rows(report: Report) -> list[list[str]]:
    """Return one row a model and a phone, each with a cell for every one of the :func:`titles`."""
    return [_row(model, report) for model in report.rows]


def _brief(report: Report) -> tuple[ReportMetric, ...]:
    return tuple(metric for metric in metrics_of(report) if metric.brief)


def _row(model: Model, report: Report) -> list[str]:
    """Return a row; the status of a model without numbers is in the place of the first one."""
    cells = [
        metric.cell(model, report) if model.is_measured or not metric.measured else ""
        for metric in _brief(report)
    ]
    if not model.is_measured:
        cells[0] = model.sentence
    return [model.title, *cells]


def verdict_line(report: Report) -> str:
    """Return the verdict as a sentence."""
    images = msg("{images} images", report.images)
    verdict = report.verdict.words
    if report.passed:
        return msg("{verdict}  parity holds on {images}", verdict, images)
    if report.verdict.delivers:
        refused = ", ".join(report.refused)
        return msg("{verdict}  on {images}, delivered without {models}", verdict, images, refused)
    return msg("{verdict}  on {images}", verdict, images)


def chain_line(report: Report) -> str:
    """Return in a sentence how detection and recognition read one after the other; "" if they did not."""
    chain = report.chain
    if chain is None:
        return ""
    return msg(
        "chained with {recognition}: {same} of {lines} lines on {pages} pages are read the "
        "same by the original pair and the converted one",
        chain.recognition,
        chain.same,
        chain.lines,
        chain.pages,
    )


def rounded_line(report: Report) -> str:
    """Return in a sentence what integers are good for; "" if no file has them."""
    if not report.quantisation:
        return ""
    return msg(
        "integers make a file and its download smaller; the app turns them back into float32 when it loads "
        "the file, so time and memory are those of float32"
    )


def needs_lines(report: Report) -> list[str]:
    """Return what an app needs to load the NB files, a sentence for those that need the same."""
    by_needs: dict[str, list[str]] = {}
    for file in report.runtime.files:
        if file.needs and file.model not in report.refused:
            by_needs.setdefault(file.needs.sentence, []).append(file.model)
    return [
        msg("to load {files}: {needs}", ", ".join(models), needs)
        for needs, models in by_needs.items()
    ]


def notes(report: Report) -> list[str]:
    """Return what stands below the table in sentences."""
    lines = (chain_line(report), rounded_line(report), *needs_lines(report))
    return [line for line in lines if line]


def differences(report: Report) -> tuple[tuple[str, ...], list[list[str]]]:
    """Return the report's ``mismatches`` as a table: heads (image, label, the models), and rows."""
    if not report.mismatches:
        return (), []
    found = {name for item in report.mismatches for name in item.found}
    models = [model.name for model in report.models if model.name in found]
    return ("image", "label", *models), [
        [item.image, item.label, *(item.found.get(name, "") for name in models)]
        for item in report.mismatches
    ]


def differences_title(report: Report) -> str:
    """Return the heading of the report's ``mismatches``."""
    return TASKS[report.task].differences
