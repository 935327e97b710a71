"""What the parity table says of a model: everything that draws the table takes it from here.

The terminal, the text UI, Markdown, HTML and the comparison of two runs all use these metrics. What a
task's models are measured by stands in its record (:mod:`pipeline.tasks`); here is what all models have.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from pipeline.tasks import NONE, TASKS, Metric
from pipeline.tasks.metric import FINE
from stages.contract import Latency
from stages.contract.artifacts import PD_MODEL
from stages.message import msg

if TYPE_CHECKING:
    from pipeline.report.model import Model, Report
    from pipeline.tasks.metric import Value

    ReportMetric = Metric[Model, Report]

__all__ = ["ALL_METRICS", "FINE", "LOAD", "NONE", "RATIO", "SHA256", "metrics_of"]


def metrics_of(report: Report) -> tuple[ReportMetric, ...]:
    """Return the metrics of the report's task, in the order of the table."""
    task = TASKS[report.task]
    classes = _CLASSES if task.reads else ()
    others = any(model.reference != PD_MODEL for model in report.rows)
    against = (_AGAINST,) if others else ()
    return (*task.metrics, *against, *_DIFFERENCES, *_COST, *classes, *_FILE)


def _latency(percentile: Callable[[Latency], float]) -> Callable[[Model, Report], Value]:
    return lambda model, _: percentile(model.latency_ms) if model.latency_ms else None


def _ratio(model: Model, report: Report) -> Value:
    """Return the latency as a multiple of PD's."""
    pd = report.model(PD_MODEL)
    if model.time_ratio:
        return model.time_ratio.value
    if model.latency_ms is None or pd is None or pd.latency_ms is None or not pd.latency_ms.p50:
        return None
    return model.latency_ms.p50 / pd.latency_ms.p50


def _ratio_interval(model: Model, _report: Report) -> Value:
    found = model.time_ratio
    return f"{found.low:.2f}\u2013{found.high:.2f}" if found else None


def _decades(model: Model, _report: Report) -> Value:
    return " ".join(map(str, model.differences.images)) if model.differences else None


def _classes(model: Model, report: Report) -> Value:
    """Return the model's classes against the dictionary's."""
    if model.classes is None or report.dictionary is None:
        return None
    return f"{model.classes}/{report.dictionary.classes}"


_detail = partial(Metric["Model", "Report"], brief=False, rank=FINE, varies=True)
_DIFFERENCES: tuple[ReportMetric, ...] = (
    _detail(
        msg("mean diff"),
        msg("mean difference to its reference"),
        lambda model, _: model.differences.mean if model.differences else None,
        ".1e",
        "lower",
    ),
    _detail(
        msg("by decade"),
        msg("images by difference, from under 1e-6 to over 1e-2"),
        _decades,
        varies=False,
    ),
)
#: Where models are compared with more than PD: with which.
_AGAINST: ReportMetric = Metric(
    msg("against"),
    msg("compared with"),
    lambda model, _: None if model.reference == model.name else model.reference,
    "",
    rank=2,
)
#: The one speed that says the same on a busy machine: both models were measured beside each other.
RATIO: ReportMetric = Metric(
    "x PD",
    msg("p50 divided by PD's"),
    _ratio,
    ".2f",
    "lower",
    brief=False,
    rank=3,
    varies=True,
)
#: How long it takes until a model can be asked.
LOAD: ReportMetric = _detail(
    msg("load s"), msg("load time in s"), lambda model, _: model.load_s, ".2f", "lower"
)
_COST: tuple[ReportMetric, ...] = (
    Metric(
        "p50 ms", msg("p50 in ms"), _latency(lambda it: it.p50), ".1f", "lower", rank=1, varies=True
    ),
    Metric(
        "p90 ms", msg("p90 in ms"), _latency(lambda it: it.p90), ".1f", "lower", rank=3, varies=True
    ),
    Metric(
        "p99 ms",
        msg("p99 in ms"),
        _latency(lambda it: it.p99),
        ".1f",
        "lower",
        brief=False,
        rank=3,
        varies=True,
    ),
    RATIO,
    _detail("x PD 95 %", msg("p50 by PD's, 95 %"), _ratio_interval),
    _detail(
        msg("p50 all ms"),
        msg("p50 in ms with all threads"),
        lambda model, _: model.latency_all_ms.p50 if model.latency_all_ms else None,
        ".1f",
        "lower",
    ),
    LOAD,
    Metric(
        "img/s",
        msg("images a second"),
        lambda model, _: model.images_per_s,
        ".1f",
        "higher",
        varies=True,
    ),
    Metric(
        msg("RSS MB"),
        msg("peak memory in MB"),
        lambda model, _: model.peak_rss_mb,
        ".0f",
        "lower",
        varies=True,
    ),
)
_CLASSES: tuple[ReportMetric, ...] = (
    Metric("classes", msg("classes of the dictionary"), _classes, "", brief=False, rank=3),
)
SHA256: ReportMetric = Metric(
    "SHA-256", "SHA-256", lambda model, _: model.sha256 or None, ".12", measured=False, rank=4
)
_FILE: tuple[ReportMetric, ...] = (
    Metric(
        "MB",
        msg("size in MB"),
        lambda model, _: None if model.size is None else model.size / 1e6,
        ".2f",
        "lower",
        measured=False,
        rank=1,
    ),
    SHA256,
    Metric(
        "MD5", "MD5", lambda model, _: model.md5 or None, ".12", measured=False, brief=False, rank=4
    ),
)

_GROUPS: tuple[tuple[ReportMetric, ...], ...] = (
    *(task.metrics for task in TASKS.values()),
    _DIFFERENCES,
    (_AGAINST,),
    _COST,
    _CLASSES,
    _FILE,
)
#: Every task's metrics, each once: what there is to translate.
ALL_METRICS = tuple(dict.fromkeys(metric for group in _GROUPS for metric in group))
