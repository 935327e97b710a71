"""How long a stage should take, from how long it took before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.record.ledger import Entry
from stages.contract import FeatureCount

#: As many of a stage's latest results are looked at.
_LOOKED_AT = 20


@dataclass(frozen=True)
class Took:
    """What a stage took: seconds, and of these the seconds for features that another result can take over."""

    own: float
    features: float = 0.0

    def seconds(self, *, has_features: bool) -> float:
        """Return what it takes where the features are there, or are not."""
        return self.own + (0.0 if has_features else self.features)


class Past:
    """The results that a project's ledger holds."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._of_stage: defaultdict[str, list[Entry]] = defaultdict(list)
        for entry in entries:
            self._of_stage[entry.components.stage].append(entry)

    def took(self, stage: str, parameters: Mapping[str, Any]) -> Took | None:
        """Return what the result took whose parameters are most like these, of equals the latest; or None."""
        latest = self._of_stage[stage][: -_LOOKED_AT - 1 : -1]
        if not latest:
            return None
        nearest = min(latest, key=lambda entry: _unlike(entry.components.parameters, parameters))
        result = nearest.result
        computed, all_of_them = _features(result.metrics.get("features"))
        return Took(max(0.0, result.seconds - computed), all_of_them)


def _unlike(before: Mapping[str, Any], now: Mapping[str, Any]) -> int:
    return sum(before.get(name) != now.get(name) for name in before.keys() | now.keys())


def _features(metric: Any) -> tuple[float, float]:
    """Return the seconds for the features that were computed then, and for computing all."""
    try:
        count = FeatureCount(**metric)
    except TypeError:  # the stage has none, or another Paddock's
        return 0.0, 0.0
    if not count.images_per_s or not count.computed:
        return 0.0, 0.0
    # Of all images: those that were found in the cache took next to none.
    seconds = count.images / count.images_per_s
    return seconds, seconds * count.images / count.computed
