"""What a model answered, image by image."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from stages.parity.models import Model
from stages.parity.sanity import Sanity
from stages.pitfalls import Pitfall


@dataclass
class Series:
    """What one model answered, an entry an image."""

    model: Model
    readings: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    max_abs_diff: float | None = None
    rss_mb: float = 0.0
    classes: int = 0
    failure: str = ""
    pitfall: Pitfall | None = None
    sanity: Sanity = field(default_factory=Sanity)

    @property
    def alive(self) -> bool:
        """Whether the model is run, and has answered so far."""
        return not self.model.status and not self.failure

    def fail(self, why: str, pitfall: Pitfall | None = None) -> None:
        """Give up on the model, and say how far it came."""
        self.failure = f"{why} (after {len(self.readings)} images)"
        self.pitfall = pitfall

    def sane(self) -> dict[str, Any]:
        """Return the model's entry of ``sanity`` in ``evidence.json``."""
        return {
            "model": self.model.name,
            "row_sum_error": _three_digits(self.sanity.row_sum_error),
            "repeat_difference": _three_digits(self.sanity.repeat_difference),
            "distinct_readings": len(set(self.readings)),
        }


def _three_digits(value: float) -> float:
    return float(f"{value:.3g}")
