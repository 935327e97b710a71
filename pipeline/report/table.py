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
    """

    title: str
    name: str
    fill: Callable[[Model, Report], str]
    better: Literal["higher", "lower", ""] = ""
    measured: bool = True
    brief: bool = True

    def cell(self, model: Model, report: Report) -> str:
        """Return the cell's text; a number that is not there is :data:`NONE`."""
        try:
            return self.fill(model, report)
        except (KeyError, TypeError):  # null, or a report of another version
            return NONE


def is_measured(model: Model) -> bool:
    """Tell whether the model has numbers; its ``status`` says why not."""
    return bool(model["status"] == "measured")


def _ratio(model: Model, report: Report) -> str:
    """Return the latency as a multiple of PD's."""
    measured = {item["name"]: item for item in report["models"] if is_measured(item)}
    return f"{model['latency_ms']['p50'] / measured['pd']['latency_ms']['p50']:.2f}"


def _classes(model: Model, report: Report) -> str:
    """Return the model's classes, and the dictionary's where they differ."""
    found, wanted = model["classes"], report["dictionary"]["classes"]
    return f"{found}" if found == wanted else f"{found} (dictionary {wanted})"


#: In the order of the table; a new metric is a new row. Columns that do not fit go from the end.
METRICS = (
    Metric("accuracy", "exact matches", lambda model, _: f"{model['accuracy']:.2%}", "higher"),
    Metric("NED", "1 - normalised edit distance", lambda model, _: f"{model['ned']:.4f}", "higher"),
    Metric("= PD", "same string as PD", lambda model, _: f"{model['agreement']:.2%}", "higher"),
    Metric(
        "max diff",
        "largest difference to PD",
        lambda model, _: f"{model['max_abs_diff']:.1e}",
        "lower",
    ),
    Metric(
        "p50 ms", "latency p50 in ms", lambda model, _: f"{model['latency_ms']['p50']:.1f}", "lower"
    ),
    Metric(
        "p90 ms", "latency p90 in ms", lambda model, _: f"{model['latency_ms']['p90']:.1f}", "lower"
    ),
    Metric(
        "p99 ms",
        "latency p99 in ms",
        lambda model, _: f"{model['latency_ms']['p99']:.1f}",
        "lower",
        brief=False,
    ),
    Metric("× PD", "latency p50 against PD", _ratio, "lower", brief=False),
    Metric("img/s", "images a second", lambda model, _: f"{model['images_per_s']:.1f}", "higher"),
    Metric("RSS MB", "peak memory in MB", lambda model, _: f"{model['peak_rss_mb']:.0f}", "lower"),
    Metric("classes", "classes, as the dictionary has", _classes, brief=False),
    Metric(
        "MB", "size in MB", lambda model, _: f"{model['size'] / 1e6:.2f}", "lower", measured=False
    ),
    Metric("MD5", "MD5", lambda model, _: str(model["md5"])[:12], measured=False, brief=False),
    Metric("SHA-256", "SHA-256", lambda model, _: str(model["sha256"])[:12], measured=False),
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


GUARD_TITLES = ("guard", "outcome", "found")


def guard_rows(report: Report) -> list[list[str]]:
    """Return one row a guard, each with a cell for every title of :data:`GUARD_TITLES`."""
    return [
        [str(guard["title"]), str(guard["outcome"]), str(guard["found"])]
        for guard in report["pitfalls"]
    ]


def verdict_line(report: Report) -> str:
    """Return the verdict as a sentence."""
    images = f"{report['images']} images"
    if report["verdict"] == "pass":
        return f"PASS  parity holds on {images}"
    return f"FAIL  {len(report['reasons'])} reason(s), on {images}"
