"""How well predictions agree with labels.

PaddleOCR's ``RecMetric`` (ppocr/metrics/rec_metric.py) has the same two measures. It removes spaces
from both sides unless ``ignore_space: False``, and with ``is_filter`` all but ASCII letters and
digits, which it lowers. Here both compare the full strings: what the phone shows is what counts.
"""

from __future__ import annotations

from collections.abc import Iterable


def exact_match(predictions: Iterable[str], labels: Iterable[str]) -> float:
    """Return the share of predictions that equal their label, 0..1."""
    return _mean(
        float(reading == label) for reading, label in zip(predictions, labels, strict=True)
    )


def ned(predictions: Iterable[str], labels: Iterable[str]) -> float:
    """Return the mean of 1 - normalised edit distance, 0..1; 1 is equal.

    ``RecMetric`` adds 1e-5 to the count of samples to avoid dividing by zero; this does not.
    """
    return _mean(1 - normalised_distance(a, b) for a, b in zip(predictions, labels, strict=True))


def normalised_distance(first: str, second: str) -> float:
    """Return the Levenshtein distance divided by the longer length, as rapidfuzz defines it."""
    longest = max(len(first), len(second))
    return edit_distance(first, second) / longest if longest else 0.0


def edit_distance(first: str, second: str) -> int:
    """Count the insertions, deletions and substitutions that make ``second`` of ``first``."""
    row = list(range(len(second) + 1))
    for i, one in enumerate(first, start=1):
        diagonal, row[0] = row[0], i
        for j, other in enumerate(second, start=1):
            substituted = diagonal + (one != other)
            diagonal = row[j]
            row[j] = min(substituted, row[j] + 1, row[j - 1] + 1)
    return row[-1]


def _mean(values: Iterable[float]) -> float:
    total = list(values)
    return sum(total) / len(total) if total else 0.0
