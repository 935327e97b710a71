"""The parity table as text, and the verdict in a sentence."""

from __future__ import annotations

from pipeline.report.metrics import Metric, Model, Report, is_measured, metrics_of, task_of

#: What is listed one by one where models do not find the same, by task.
_DIFFERENCES = {
    "recognition": "Lines read differently",
    "detection": "Images with other boxes",
    "orientation": "Images turned differently",
}


def titles(report: Report) -> tuple[str, ...]:
    """Return the heads of the columns."""
    return ("model", *(metric.title for metric in _brief(report)))


def rows(report: Report) -> list[list[str]]:
    """Return one row a model, each with a cell for every one of the :func:`titles`."""
    return [_row(model, report) for model in report["models"]]


def _brief(report: Report) -> tuple[Metric, ...]:
    return tuple(metric for metric in metrics_of(report) if metric.brief)


def _row(model: Model, report: Report) -> list[str]:
    """Return a row; the status of a model without numbers is in the place of the first one."""
    cells = [
        metric.cell(model, report) if is_measured(model) or not metric.measured else ""
        for metric in _brief(report)
    ]
    if not is_measured(model):
        cells[0] = str(model["status"])
    return [str(model["name"]), *cells]


def verdict_line(report: Report) -> str:
    """Return the verdict as a sentence."""
    images = f"{report['images']} images"
    if report["verdict"] == "pass":
        return f"PASS  parity holds on {images}"
    return f"FAIL  {len(report['reasons'])} reason(s), on {images}"


def chain_line(report: Report) -> str:
    """Return in a sentence how detection and recognition read one after the other; "" if they did not."""
    chain = report.get("chain")
    if not chain:
        return ""
    return (
        f"chained with {chain['recognition']}: {chain['same']} of {chain['lines']} lines on "
        f"{chain['pages']} pages are read the same by the original pair and the converted one"
    )


def differences(report: Report) -> tuple[tuple[str, ...], list[list[str]]]:
    """Return the report's ``mismatches`` as a table: heads (image, label, the models), and rows."""
    models = [str(model["name"]) for model in report["models"]]
    found = {name for item in report["mismatches"] for name in item}
    heads = tuple(name for name in ("image", "label", *models) if name in found)
    return heads, [[str(item.get(head, "")) for head in heads] for item in report["mismatches"]]


def differences_title(report: Report) -> str:
    """Return the heading of the report's ``mismatches``."""
    return _DIFFERENCES.get(task_of(report), _DIFFERENCES["recognition"])
