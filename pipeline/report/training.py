"""What the report tells of training: how it went, why it stopped, and its learning curve."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from pipeline.project.schema import ModelSection, Settings
from pipeline.report.model import Training
from stages.contract import Curve, Point, TrainMetrics
from stages.message import joined, msg

#: Of one curve the report keeps so many points at most, evenly spread.
MOST_POINTS = 1000
#: The curves of an evaluation, in the order of the table.
MEASURES = ("train_loss", "val_loss", "val_accuracy", "val_ned", "learning_rate")


def training_section(
    settings: Settings, metrics: TrainMetrics | None, curve: Curve | None
) -> Training | None:
    """Return the report's ``training``; None where the run trained nothing."""
    if metrics is None:
        return None
    curves = _by_name(curve.points if curve else ())
    return Training(
        mode=settings.train.mode,
        architecture=settings.model.architecture,
        start=_start(settings.model),
        epochs=metrics.epochs,
        epochs_run=metrics.epochs_run,
        best_epoch=metrics.best_epoch,
        stopped_because=metrics.stopped_because,
        accuracy=metrics.accuracy,
        ned=metrics.ned,
        samples_per_s=metrics.samples_per_s,
        start_val_loss=_finite(metrics.start_val_loss),
        first_train_loss=_finite(metrics.first_train_loss),
        features=metrics.features,
        curve=tuple(point for points in curves for point in _thinned(points)),
    )


def _start(model: ModelSection) -> str:
    """Return what training started from; "" if from random weights."""
    given = model.pretrained
    return given if isinstance(given, str) else f"{given.url.rsplit('/', 1)[-1]}"


def _finite(value: float | None) -> float | None:
    """Return ``value``; None for a number that JSON cannot say."""
    return value if value is not None and math.isfinite(value) else None


def _by_name(curve: Iterable[Point]) -> Iterable[list[Point]]:
    curves = defaultdict(list)
    for point in curve:
        curves[point.name].append(replace(point, value=_finite(point.value)))
    return curves.values()


def _thinned(points: Sequence[Point]) -> Iterator[Point]:
    """Give the points; of a long curve every n-th, and the last."""
    stride = -(-len(points) // MOST_POINTS)
    yield from points[:-1:stride]
    yield from points[-1:]


# Read again.


def series(training: Training, name: str) -> list[tuple[int, float]]:
    """Return a curve as (step, value), without what was not finite."""
    return [
        (point.step, point.value)
        for point in training.curve
        if point.name == name and point.value is not None
    ]


def evaluations(training: Training) -> list[dict[str, float]]:
    """Return each evaluation: its ``step`` and all that was measured there, by name.

    The loss of training is the last one that was said before.
    """
    measured: dict[int, dict[str, float]] = {}
    for name in MEASURES[1:]:
        for step, value in series(training, name):
            measured.setdefault(step, {"step": step})[name] = value
    losses = series(training, "train_loss")
    for step, row in measured.items():
        before = [value for at, value in losses if at <= step]
        row.update({"train_loss": before[-1]} if before else {})
    return [measured[step] for step in sorted(measured) if "val_accuracy" in measured[step]]


def best_step(training: Training) -> int | None:
    """Return the step whose checkpoint was kept, of equal ones the latest; None if it cannot be told."""
    kept = (training.accuracy, training.ned)
    return next(
        (
            int(row["step"])
            for row in reversed(evaluations(training))
            if (row["val_accuracy"], row.get("val_ned")) == kept
        ),
        None,
    )


def summary(training: Training) -> str:
    """Return how training went: why it stopped, what it came to, how fast, and with which loss it began."""
    return joined("; ", _summary(training))


def _summary(training: Training) -> Iterator[str]:
    yield msg("mode {mode}: {stopped_because}", training.mode, training.stopped_because)
    yield (
        msg(
            "best epoch {best_epoch} of {epochs_run}, {accuracy} on val",
            training.best_epoch,
            training.epochs_run,
            f"{training.accuracy:.2%}",
        )
    )
    highest = max((row["val_accuracy"] for row in evaluations(training)), default=0.0)
    if training.mode == "frozen" and highest > training.accuracy:
        yield msg(
            "{highest} was seen, but of epochs that val's images cannot tell apart the latest is kept",
            f"{highest:.2%}",
        )
    yield msg("{samples_per_s} samples/s", f"{training.samples_per_s:g}")
    if features := training.features:
        yield msg(
            "features of {images} images, {cached} of them cached", features.images, features.cached
        )
    start, first = training.start_val_loss, training.first_train_loss
    if start is not None and first is not None:
        yield msg(
            "loss {start} before training, {first} in the first batch",
            f"{start:.3g}",
            f"{first:.3g}",
        )
