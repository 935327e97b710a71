"""The parity table as text: the terminal, the text UI, Markdown and HTML all draw from these metrics."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

Model = Mapping[str, Any]
Report = Mapping[str, Any]

#: What a cell shows that has no value.
NONE = "–"


@dataclass(frozen=True)
class Metric:
    """A number of the parity table.

    Args:
        title: a column's head.
        name: the same in words.
        fill: from the model, and the report that it is in, to the cell's text.
        better: which way is better, if one is.
        measured: whether only a model that was measured has it.
        brief: whether it is in the tables of ``--batch``, Markdown and HTML.
        rank: of the columns that do not fit, those with the highest go first.
    """

    title: str
    name: str
    fill: Callable[[Model, Report], str]
    better: Literal["higher", "lower", ""] = ""
    measured: bool = True
    brief: bool = True
    rank: int = 2

    def cell(self, model: Model, report: Report) -> str:
        """Return the cell's text; a number that is not there is :data:`NONE`."""
        try:
            return self.fill(model, report)
        except (LookupError, TypeError, ValueError, ArithmeticError):
            # null, a report of another version, or one that was edited
            return NONE


def is_measured(model: Model) -> bool:
    """Tell whether the model has numbers; its ``status`` says why not."""
    return bool(model["status"] == "measured")


def _latency(model: Model, percentile: str) -> str:
    return f"{model['latency_ms'][percentile]:.1f}"


def _ratio(model: Model, report: Report) -> str:
    """Return the latency as a multiple of PD's."""
    measured = {item["name"]: item for item in report["models"] if is_measured(item)}
    return f"{model['latency_ms']['p50'] / measured['pd']['latency_ms']['p50']:.2f}"


def _classes(model: Model, report: Report) -> str:
    """Return the model's classes against the dictionary's."""
    return f"{model['classes']}/{report['dictionary']['classes']}"


#: In the order of the table; a new metric is a new row. Columns that do not fit go from the end.
METRICS = (
    Metric(
        "accuracy", "exact matches", lambda model, _: f"{model['accuracy']:.2%}", "higher", rank=1
    ),
    Metric("NED", "1 - edit distance", lambda model, _: f"{model['ned']:.4f}", "higher", rank=1),
    Metric(
        "= PD", "same string as PD", lambda model, _: f"{model['agreement']:.2%}", "higher", rank=1
    ),
    Metric(
        "max diff",
        "largest difference to PD",
        lambda model, _: f"{model['max_abs_diff']:.1e}",
        "lower",
        rank=1,
    ),
    Metric("p50 ms", "p50 in ms", lambda model, _: _latency(model, "p50"), "lower", rank=1),
    Metric("p90 ms", "p90 in ms", lambda model, _: _latency(model, "p90"), "lower", rank=3),
    Metric(
        "p99 ms", "p99 in ms", lambda model, _: _latency(model, "p99"), "lower", brief=False, rank=3
    ),
    Metric("x PD", "p50 as a multiple of PD's", _ratio, "lower", brief=False, rank=3),
    Metric("img/s", "images a second", lambda model, _: f"{model['images_per_s']:.1f}", "higher"),
    Metric("RSS MB", "peak memory in MB", lambda model, _: f"{model['peak_rss_mb']:.0f}", "lower"),
    Metric("classes", "classes of the dictionary", _classes, brief=False, rank=3),
    Metric(
        "MB",
        "size in MB",
        lambda model, _: f"{model['size'] / 1e6:.2f}",
        "lower",
        measured=False,
        rank=1,
    ),
    Metric(
        "SHA-256", "SHA-256", lambda model, _: str(model["sha256"])[:12], measured=False, rank=4
    ),
    Metric(
        "MD5", "MD5", lambda model, _: str(model["md5"])[:12], measured=False, brief=False, rank=4
    ),
)
_BRIEF = tuple(metric for metric in METRICS if metric.brief)
TITLES = ("model", *(metric.title for metric in _BRIEF))


def rows(report: Report) -> list[list[str]]:
    """Return one row a model, each with a cell for every title of :data:`TITLES`."""
    return [_row(model, report) for model in report["models"]]


def _row(model: Model, report: Report) -> list[str]:
    """Return a row; the status of a model without numbers is in the place of the first one."""
    cells = [
        metric.cell(model, report) if is_measured(model) or not metric.measured else ""
        for metric in _BRIEF
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
