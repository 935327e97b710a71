"""How well texts agree with labels, and which images part the models."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from stages.contract import Mismatch
from stages.parity.series import Series
from stages.parity.summary import DIGITS, scored
from stages.text.labels import Label
from stages.text.metrics import ned


def quality(series: Series[str], labels: Sequence[str]) -> dict[str, Any]:
    """Return how well a model reads, for its entry in ``parity.json``."""
    return {
        **scored(series, labels),
        "ned": round(ned(series.predictions, labels), DIGITS),
    }


def mismatches(columns: Sequence[Series[str]], labels: Sequence[Label]) -> list[Mismatch]:
    """Return the images that a model reads other than the label or PD says; the latter first."""
    measured = [column for column in columns if column.alive]
    rows = []
    for number, label in enumerate(labels):
        predictions = {column.model.name: column.predictions[number] for column in measured}
        parted = len(set(predictions.values())) > 1
        if parted or any(text != label.text for text in predictions.values()):
            rows.append((not parted, Mismatch(label.image, label.text, predictions)))
    return [row for _, row in sorted(rows, key=lambda row: row[0])]
