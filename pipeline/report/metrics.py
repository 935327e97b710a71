"""What the parity table says of a model, by task: everything that draws the table takes it from here.

The terminal, the text UI, Markdown, HTML and the comparison of two runs all use these metrics.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from stages.contract import TASKS, Latency
from stages.contract.artifacts import PD_MODEL
from stages.message import msg

if TYPE_CHECKING:
    from pipeline.report.model import Model, Report

#: What a cell shows that has no value.
NONE = "–"
RECOGNITION, DETECTION, ORIENTATION = TASKS
Value = float | str | None


@dataclass(frozen=True)
class Metric:
    """A number of the parity table.

    Args:
        title: a column's head.
        name: the same in words.
        value: of a model, and the report that it is in.
        form: how the value is written, as :func:`format` takes it.
        better: which way is better, if one is.
        measured: whether only a model that was measured has it.
        brief: whether it is in the tables of ``--batch``, Markdown and HTML.
        rank: of the columns that do not fit, those with the highest go first.
        varies: whether it differs a little each time that it is measured.
    """

    title: str
    name: str
    value: Callable[[Model, Report], Value]
    form: str
    better: Literal["higher", "lower", ""] = ""
    measured: bool = True
    brief: bool = True
    rank: int = 2
    varies: bool = False

    def cell(self, model: Model, report: Report) -> str:
        """Return the cell's text; a number that is not there is :data:`NONE`."""
        value = self.value(model, report)
        return NONE if value is None else format(value, self.form)


def metrics_of(report: Report) -> tuple[Metric, ...]:
    """Return the metrics of the report's task, in the order of the table."""
    classes = _CLASSES if report.task == RECOGNITION else ()
    return (*_OWN[report.task], *_COST, *classes, *_FILE)


def _latency(percentile: Callable[[Latency], float]) -> Callable[[Model, Report], Value]:
    return lambda model, _: percentile(model.latency_ms) if model.latency_ms else None


def _ratio(model: Model, report: Report) -> Value:
    """Return the latency as a multiple of PD's."""
    pd = report.model(PD_MODEL)
    if model.latency_ms is None or pd is None or pd.latency_ms is None or not pd.latency_ms.p50:
        return None
    return model.latency_ms.p50 / pd.latency_ms.p50


def _classes(model: Model, report: Report) -> Value:
    """Return the model's classes against the dictionary's."""
    if model.classes is None or report.dictionary is None:
        return None
    return f"{model.classes}/{report.dictionary.classes}"


def _accuracy(words: str) -> Metric:
    return Metric("accuracy", words, lambda model, _: model.accuracy, ".2%", "higher", rank=1)


def _agreement(words: str) -> Metric:
    return Metric("= PD", words, lambda model, _: model.agreement, ".2%", "higher", rank=1)


_DIFFERENCE = Metric(
    msg("max diff"),
    msg("largest difference to PD"),
    lambda model, _: model.max_abs_diff,
    ".1e",
    "lower",
    rank=1,
)

#: What each task is measured by, in the order of the table; a new metric is a new row.
_OWN: Mapping[str, tuple[Metric, ...]] = {
    RECOGNITION: (
        _accuracy(msg("exact matches")),
        Metric(
            "NED", msg("1 - edit distance"), lambda model, _: model.ned, ".4f", "higher", rank=1
        ),
        _agreement(msg("same string as PD")),
        _DIFFERENCE,
    ),
    DETECTION: (
        Metric(
            "hmean",
            msg("mean of precision and recall"),
            lambda model, _: model.hmean,
            ".2%",
            "higher",
            rank=1,
        ),
        Metric(
            "precision",
            msg("boxes that are right"),
            lambda model, _: model.precision,
            ".2%",
            "higher",
        ),
        Metric(
            "recall", msg("labelled boxes found"), lambda model, _: model.recall, ".2%", "higher"
        ),
        Metric("boxes", msg("boxes found"), lambda model, _: model.boxes, "d", rank=3),
        _agreement(msg("images with the same boxes as PD")),
        _DIFFERENCE,
        Metric(
            "flipped",
            msg("pixels on the other side of the threshold than PD's"),
            lambda model, _: model.flipped_pixels,
            "d",
            "lower",
        ),
        Metric(
            "pixels",
            msg("pixels compared"),
            lambda model, _: model.pixels,
            "d",
            brief=False,
            rank=3,
        ),
    ),
    ORIENTATION: (
        _accuracy(msg("orientations that are right")),
        _agreement(msg("same orientation as PD")),
        _DIFFERENCE,
    ),
}
_COST = (
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
    Metric(
        "x PD",
        msg("p50 as a multiple of PD's"),
        _ratio,
        ".2f",
        "lower",
        brief=False,
        rank=3,
        varies=True,
    ),
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
_CLASSES = (Metric("classes", msg("classes of the dictionary"), _classes, "", brief=False, rank=3),)
_FILE = (
    Metric(
        "MB",
        msg("size in MB"),
        lambda model, _: None if model.size is None else model.size / 1e6,
        ".2f",
        "lower",
        measured=False,
        rank=1,
    ),
    Metric(
        "SHA-256", "SHA-256", lambda model, _: model.sha256 or None, ".12", measured=False, rank=4
    ),
    Metric(
        "MD5", "MD5", lambda model, _: model.md5 or None, ".12", measured=False, brief=False, rank=4
    ),
)

#: Every task's metrics, each once: what there is to translate.
ALL_METRICS = tuple(
    dict.fromkeys(metric for group in (*_OWN.values(), _COST, _CLASSES, _FILE) for metric in group)
)
