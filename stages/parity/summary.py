"""From what a model answered to its entry of ``parity.json``, whatever the task."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from stages.contract import Differences, Fault, Latency, ModelEntry, Status
from stages.parity.models import not_checked
from stages.parity.sanity import three_digits
from stages.parity.series import Difference, Series
from stages.parity.statistics import calibration, histogram, percentile, ratio_of_medians, wilson
from stages.parity.task import Prediction

#: Digits of a share.
DIGITS = 6


def summarise(
    series: Series[Prediction],
    columns: Sequence[Series[Prediction]],
    quality: Callable[[Series[Prediction]], dict[str, Any]],
) -> ModelEntry:
    """Return a model's entry of ``parity.json``; without numbers if it was not measured.

    Args:
        series: of the model.
        columns: all series, among them the one that it is compared with.
        quality: how well a series' predictions agree with the labels, in the task's own measures.
    """
    model, pitfall = series.model, series.pitfall or series.model.pitfall
    entry = ModelEntry(
        model.name,
        model.status or (Status.EMULATED if model.emulated else Status.MEASURED),
        model.fault,
        model.detail,
        str(pitfall) if pitfall else "",
        model.opt_version,
        reference=model.reference,
    )
    if model.status:
        return entry
    if series.failure and model.emulated and series.failure.fault is Fault.DIED:
        said = not_checked(series.failure.detail)  # Paddle's end is not the file's
        return replace(entry, status=Status.NOT_RUNNABLE, detail=said)
    if series.failure:
        return replace(entry, status=Status.FAILED, **series.failure._asdict())
    return replace(
        entry,
        **quality(series),
        **_agreement(series, columns),
        **({} if model.emulated else _cost(series, columns)),
        classes=series.classes or None,
        on_arm=series.on_arm,
        backbone_kept=series.kept,
    )


def scored(series: Series[str], labels: Sequence[str]) -> dict[str, Any]:
    """Return the share of images that is as labelled, how sure that is, and how sure the model was."""
    right = [one == other for one, other in zip(series.predictions, labels, strict=True)]
    return {
        "accuracy": round(sum(right) / len(right), DIGITS),
        "accuracy_interval": wilson(sum(right), len(right)),
        "calibration": calibration(series.confidences, right),
    }


def _cost(series: Series[Prediction], columns: Sequence[Series[Prediction]]) -> dict[str, Any]:
    """Return the time and the memory that the model took; what an emulation takes says nothing of it."""
    pd = next((column.seconds for column in columns if column.is_own_reference), [])
    is_paired = not series.is_own_reference and len(pd) == len(series.seconds)
    return {
        "latency_all_ms": latency_ms(series.seconds_all) if series.seconds_all else None,
        "time_ratio": ratio_of_medians(series.seconds, pd) if is_paired else None,
        "load_s": round(series.load_s, 3),
        "latency_ms": latency_ms(series.seconds),
        "images_per_s": round(len(series.seconds) / sum(series.seconds), 2),
        "peak_rss_mb": series.rss_mb,
    }


def _agreement(series: Series[Prediction], columns: Sequence[Series[Prediction]]) -> dict[str, Any]:
    """Return how far the model agrees with its reference; nothing if that could not be run."""
    name = series.model.reference
    reference = next((column for column in columns if column.model.name == name), None)
    if reference is None or not reference.alive:
        return {}
    same = [
        one == other for one, other in zip(series.predictions, reference.predictions, strict=True)
    ]
    found = series.differences
    return {
        "agreement": round(sum(same) / len(same), DIGITS),
        "max_abs_diff": max((item.largest for item in found), default=0.0),
        "differences": _differences(found) if found else None,
    }


def _differences(found: Sequence[Difference]) -> Differences:
    mean = sum(item.mean for item in found) / len(found)
    return Differences(three_digits(mean), histogram([item.largest for item in found]))


def found_as_reference(models: Sequence[ModelEntry], images: int) -> dict[str, int]:
    """Return, by model, on how many images it finds what its reference finds."""
    return {
        entry.name: round(entry.agreement * images)
        for entry in models
        if entry.agreement is not None and entry.name != entry.reference
    }


def latency_ms(seconds: Sequence[float]) -> Latency:
    """Return percentiles (nearest rank) of the time of one image, in milliseconds."""
    ordered = sorted(seconds)
    return Latency(*(round(percentile(ordered, share) * 1000, 3) for share in (50, 90, 99)))
