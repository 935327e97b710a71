"""How sure a number of the parity table is. Pure functions, on the standard library alone."""

from __future__ import annotations

import math
import random
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence

from stages.contract import DIFFERENCE_EDGES, Calibration, Interval, Ratio

#: Of the standard normal distribution: 95 % of it are within so many deviations.
_Z = 1.959963984540054
_DIGITS = 6
#: Resamples of the bootstrap, and what starts its random numbers: the same times give the same interval.
_RESAMPLES, _SEED = 2000, 1979
#: Bins of confidence, of equal width.
_BINS = 10


def wilson(right: int, total: int) -> Interval:
    """Return the 95 % interval of a share of which ``right`` of ``total`` were seen; ``total`` is not 0.

    Source: Wilson, "Probable Inference, the Law of Succession, and Statistical Inference", 1927. Unlike
    the normal approximation it stays within 0 and 1, and has a width where nothing or all was right.
    """
    share, weight = right / total, _Z**2 / total
    middle = (share + weight / 2) / (1 + weight)
    half = _Z / (1 + weight) * math.sqrt(share * (1 - share) / total + weight / (4 * total))
    return Interval(
        round(0.0 if right == 0 else middle - half, _DIGITS),
        round(1.0 if right == total else middle + half, _DIGITS),
    )


def percentile(ordered: Sequence[float], percent: int) -> float:
    """Return a percentile of sorted values by nearest rank: one of them."""
    return ordered[max(0, -(-percent * len(ordered) // 100) - 1)]


def ratio_of_medians(values: Sequence[float], others: Sequence[float]) -> Ratio:
    """Return the median of ``values`` divided by that of ``others``, with its 95 % bootstrap interval.

    The two belong together pair by pair, and pairs are drawn, so that what made both of a pair slow, such
    as other work on the machine, does not widen the interval. Source: Efron, "Bootstrap Methods: Another
    Look at the Jackknife", 1979; the interval is by percentiles.
    """
    pairs = list(zip(values, others, strict=True))
    source = random.Random(_SEED)  # noqa: S311 - for sampling
    drawn = sorted(_ratio(source.choices(pairs, k=len(pairs))) for _ in range(_RESAMPLES))
    bounds = drawn[_RESAMPLES // 40], drawn[-_RESAMPLES // 40 - 1]
    return Ratio(*(round(value, _DIGITS) for value in (_ratio(pairs), *bounds)))


def _ratio(pairs: Sequence[tuple[float, float]]) -> float:
    one, other = (percentile(sorted(column), 50) for column in zip(*pairs, strict=True))
    return one / other


def histogram(values: Sequence[float]) -> tuple[int, ...]:
    """Count values by decade: under the first of ``DIFFERENCE_EDGES``, between two of them, and the rest."""
    bins = Counter(bisect_right(DIFFERENCE_EDGES, value) for value in values)
    return tuple(bins[place] for place in range(len(DIFFERENCE_EDGES) + 1))


def calibration(confidences: Sequence[float], right: Sequence[bool]) -> Calibration | None:
    """Return how far a model's confidence can be believed; None if it has none.

    The expected calibration error is the mean, over bins of confidence weighed by what is in them, of the
    distance between the mean confidence and the share that is right. Source: Guo, Pleiss, Sun and
    Weinberger, "On Calibration of Modern Neural Networks", 2017.
    """
    if not confidences:
        return None
    bins: dict[int, list[tuple[float, bool]]] = {}
    for confidence, is_right in zip(confidences, right, strict=True):
        place = min(_BINS - 1, int(confidence * _BINS))
        bins.setdefault(place, []).append((confidence, is_right))
    error = sum(abs(sum(sure - is_right for sure, is_right in items)) for items in bins.values())
    both = list(zip(confidences, right, strict=True))
    return Calibration(
        round(error / len(confidences), _DIGITS),
        _mean([sure for sure, is_right in both if is_right]),
        _mean([sure for sure, is_right in both if not is_right]),
    )


def _mean(values: Sequence[float]) -> float | None:
    return round(sum(values) / len(values), _DIGITS) if values else None
