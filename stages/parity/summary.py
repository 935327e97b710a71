"""From what a model answered to its entry of ``parity.json``, whatever the task."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from stages.parity.models import REFERENCE
from stages.parity.series import Series
from stages.parity.task import Prediction

#: Images that ``golden.json`` holds, spread evenly over the test set.
GOLDEN = 10
#: Digits of a share.
DIGITS = 6


def reference_of(columns: Sequence[Series[Prediction]]) -> Series[Prediction] | None:
    """Return the column that the others are compared with."""
    return next((item for item in columns if item.model.name == REFERENCE), None)


def summarise(
    series: Series[Prediction],
    reference: Series[Prediction] | None,
    quality: Callable[[Sequence[Prediction]], dict[str, Any]],
) -> dict[str, Any]:
    """Return a model's entry of ``parity.json``; without numbers if it was not measured.

    Args:
        series: of the model.
        reference: the series that it is compared with; None if there is none.
        quality: how well its predictions agree with the labels, in the task's own measures.
    """
    name, of_file = series.model.name, _of_file(series)
    if series.model.status:
        return {"name": name, "status": series.model.status, **of_file}
    if series.failure:
        return {"name": name, "status": f"failed: {series.failure}", **of_file}
    return {
        "name": name,
        "status": "measured",
        **of_file,
        **quality(series.predictions),
        **_agreement(series, reference),
        "latency_ms": latency_ms(series.seconds),
        "images_per_s": round(len(series.seconds) / sum(series.seconds), 2),
        "peak_rss_mb": series.rss_mb,
        **({"classes": series.classes} if series.classes else {}),
    }


def _of_file(series: Series[Prediction]) -> dict[str, str]:
    """What an NB file says of itself, and which pitfall the model fell into."""
    pitfall = series.pitfall or series.model.pitfall
    opt_version = {"opt_version": series.model.opt_version} if series.model.opt_version else {}
    return opt_version | ({"pitfall": str(pitfall)} if pitfall else {})


def _agreement(series: Series[Prediction], reference: Series[Prediction] | None) -> dict[str, Any]:
    """Return how far the model agrees with the reference; nothing if that could not be run."""
    if reference is None or not reference.alive:
        return {"agreement": None, "max_abs_diff": None}
    same = [
        one == other for one, other in zip(series.predictions, reference.predictions, strict=True)
    ]
    difference = 0.0 if series.model.name == REFERENCE else series.max_abs_diff
    return {"agreement": round(sum(same) / len(same), DIGITS), "max_abs_diff": difference}


def latency_ms(seconds: Sequence[float]) -> dict[str, float]:
    """Return percentiles (nearest rank) of the time of one image, in milliseconds."""
    ordered = sorted(seconds)
    ranks = {f"p{share}": -(-share * len(ordered) // 100) - 1 for share in (50, 90, 99)}
    return {name: round(ordered[rank] * 1000, 3) for name, rank in ranks.items()}


def golden_numbers(images: int) -> list[int]:
    """Return the numbers of the images that ``golden.json`` holds."""
    count = min(GOLDEN, images)
    return [index * images // count for index in range(count)]
