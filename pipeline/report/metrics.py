"""What the parity table says of a model, by task: everything that draws the table takes it from here.

The terminal, the text UI, Markdown, HTML and the comparison of two runs all use these metrics.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

Model = Mapping[str, Any]
Report = Mapping[str, Any]

#: What a cell shows that has no value.
NONE = "–"
#: The task of a report that names none: those of before there was another one.
RECOGNITION = "recognition"


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
        varies: whether it differs a little each time that it is measured.
    """

    title: str
    name: str
    fill: Callable[[Model, Report], str]
    better: Literal["higher", "lower", ""] = ""
    measured: bool = True
    brief: bool = True
    rank: int = 2
    varies: bool = False

    def cell(self, model: Model, report: Report) -> str:
        """Return the cell's text; a number that is not there is :data:`NONE`."""
        try:
            return self.fill(model, report)
        except (LookupError, TypeError, ValueError, ArithmeticError):
            # null, a report of another version, or one that was edited
            return NONE


def task_of(report: Report) -> str:
    """Return what the models of a report, or of a ``parity.json``, are for."""
    return str(report.get("task", RECOGNITION))


def metrics_of(report: Report) -> tuple[Metric, ...]:
    """Return the metrics of the report's task, in the order of the table."""
    own = _OWN.get(task_of(report), _OWN[RECOGNITION])
    return (*own, *_COST, *(_CLASSES if task_of(report) == RECOGNITION else ()), *_FILE)


def is_measured(model: Model) -> bool:
    """Return whether the model has numbers; its ``status`` says why not."""
    return bool(model["status"] == "measured")


def _share(key: str) -> Callable[[Model, Report], str]:
    return lambda model, _: f"{model[key]:.2%}"


def _latency(percentile: str) -> Callable[[Model, Report], str]:
    return lambda model, _: f"{model['latency_ms'][percentile]:.1f}"


def _ratio(model: Model, report: Report) -> str:
    """Return the latency as a multiple of PD's."""
    measured = {item["name"]: item for item in report["models"] if is_measured(item)}
    return f"{model['latency_ms']['p50'] / measured['pd']['latency_ms']['p50']:.2f}"


def _classes(model: Model, report: Report) -> str:
    """Return the model's classes against the dictionary's."""
    return f"{model['classes']}/{report['dictionary']['classes']}"


def _agreement(words: str) -> Metric:
    return Metric("= PD", words, _share("agreement"), "higher", rank=1)


_DIFFERENCE = Metric(
    "max diff",
    "largest difference to PD",
    lambda model, _: f"{model['max_abs_diff']:.1e}",
    "lower",
    rank=1,
)

#: What each task is measured by, in the order of the table; a new metric is a new row.
_OWN: Mapping[str, tuple[Metric, ...]] = {
    RECOGNITION: (
        Metric("accuracy", "exact matches", _share("accuracy"), "higher", rank=1),
        Metric(
            "NED", "1 - edit distance", lambda model, _: f"{model['ned']:.4f}", "higher", rank=1
        ),
        _agreement("same string as PD"),
        _DIFFERENCE,
    ),
    "detection": (
        Metric("hmean", "mean of precision and recall", _share("hmean"), "higher", rank=1),
        Metric("precision", "boxes that are right", _share("precision"), "higher"),
        Metric("recall", "labelled boxes found", _share("recall"), "higher"),
        Metric("boxes", "boxes found", lambda model, _: f"{model['boxes']}", rank=3),
        _agreement("images with the same boxes as PD"),
        _DIFFERENCE,
        Metric(
            "flipped",
            "pixels on the other side of the threshold than PD's",
            lambda model, _: f"{model['flipped_pixels']}",
            "lower",
        ),
        Metric(
            "pixels",
            "pixels compared",
            lambda model, _: f"{model['pixels']}",
            brief=False,
            rank=3,
        ),
    ),
    "orientation": (
        Metric("accuracy", "orientations that are right", _share("accuracy"), "higher", rank=1),
        _agreement("same orientation as PD"),
        _DIFFERENCE,
    ),
}
_COST = (
    Metric("p50 ms", "p50 in ms", _latency("p50"), "lower", rank=1, varies=True),
    Metric("p90 ms", "p90 in ms", _latency("p90"), "lower", rank=3, varies=True),
    Metric("p99 ms", "p99 in ms", _latency("p99"), "lower", brief=False, rank=3, varies=True),
    Metric("x PD", "p50 as a multiple of PD's", _ratio, "lower", brief=False, rank=3, varies=True),
    Metric(
        "img/s",
        "images a second",
        lambda model, _: f"{model['images_per_s']:.1f}",
        "higher",
        varies=True,
    ),
    Metric(
        "RSS MB",
        "peak memory in MB",
        lambda model, _: f"{model['peak_rss_mb']:.0f}",
        "lower",
        varies=True,
    ),
)
_CLASSES = (Metric("classes", "classes of the dictionary", _classes, brief=False, rank=3),)
_FILE = (
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

#: Every task's metrics, each once: what there is to translate.
ALL_METRICS = tuple(
    dict.fromkeys(metric for group in (*_OWN.values(), _COST, _CLASSES, _FILE) for metric in group)
)
