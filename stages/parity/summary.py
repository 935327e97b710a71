"""From what the models answered to ``parity.json`` and ``golden.json``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from stages.parity.models import REFERENCE
from stages.parity.series import Series
from stages.text.labels import Label
from stages.text.metrics import exact_match, ned

#: Images that ``golden.json`` holds, spread evenly over the test set.
GOLDEN = 10
_DIGITS = 6


def summarise(series: Series, labels: Sequence[str], reference: Series | None) -> dict[str, Any]:
    """Return a model's entry of ``parity.json``; without numbers if it was not measured."""
    name, of_file = series.model.name, _of_file(series)
    if series.model.status:
        return {"name": name, "status": series.model.status, **of_file}
    if series.failure:
        return {"name": name, "status": f"failed: {series.failure}", **of_file}
    compared = reference is not None and reference.alive
    readings = series.readings
    return {
        "name": name,
        "status": "measured",
        **of_file,
        "accuracy": round(exact_match(readings, labels), _DIGITS),
        "ned": round(ned(readings, labels), _DIGITS),
        "agreement": _agreement(series, reference) if compared else None,
        "max_abs_diff": (0.0 if name == REFERENCE else series.max_abs_diff) if compared else None,
        "latency_ms": latency_ms(series.seconds),
        "images_per_s": round(len(series.seconds) / sum(series.seconds), 2),
        "peak_rss_mb": series.rss_mb,
        "classes": series.classes,
    }


def _of_file(series: Series) -> dict[str, str]:
    """What an NB file says of itself, and which pitfall the model fell into."""
    pitfall = series.pitfall or series.model.pitfall
    opt_version = {"opt_version": series.model.opt_version} if series.model.opt_version else {}
    return opt_version | ({"pitfall": str(pitfall)} if pitfall else {})


def _agreement(series: Series, reference: Series | None) -> float:
    return round(exact_match(series.readings, reference.readings if reference else []), _DIGITS)


def latency_ms(seconds: Sequence[float]) -> dict[str, float]:
    """Return percentiles (nearest rank) of the time of one image, in milliseconds."""
    ordered = sorted(seconds)
    ranks = {f"p{share}": -(-share * len(ordered) // 100) - 1 for share in (50, 90, 99)}
    return {name: round(ordered[rank] * 1000, 3) for name, rank in ranks.items()}


def mismatches(columns: Sequence[Series], labels: Sequence[Label]) -> list[dict[str, str]]:
    """Return the images that a model reads other than the label or PD says; the latter first."""
    measured = [column for column in columns if column.alive]
    rows = []
    for number, label in enumerate(labels):
        readings = {column.model.name: column.readings[number] for column in measured}
        parted = len(set(readings.values())) > 1
        if parted or any(text != label.text for text in readings.values()):
            rows.append((not parted, {"image": label.image, "label": label.text, **readings}))
    return [row for _, row in sorted(rows, key=lambda row: row[0])]


def golden(
    columns: Sequence[Series], labels: Sequence[Label], input_hashes: Sequence[str]
) -> list[dict[str, str]]:
    """Return some images with the hash of their prepared input and each model's reading."""
    measured = [column for column in columns if column.alive]
    count = min(GOLDEN, len(labels))
    chosen = [index * len(labels) // count for index in range(count)]
    return [
        {
            "image": labels[number].image,
            "label": labels[number].text,
            "input_sha256": input_hashes[number],
            **{column.model.name: column.readings[number] for column in measured},
        }
        for number in chosen
    ]
