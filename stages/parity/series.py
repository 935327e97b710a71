"""What a model answered, image by image."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Generic

from stages.parity.models import Model
from stages.parity.sanity import RowSanity, Sanity
from stages.parity.task import Prediction
from stages.pitfalls import Pitfall


@dataclass
class Series(Generic[Prediction]):
    """What one model answered, an entry an image."""

    model: Model
    predictions: list[Prediction] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    max_abs_diff: float | None = None
    rss_mb: float = 0.0
    classes: int = 0
    failure: str = ""
    pitfall: Pitfall | None = None
    sanity: Sanity = field(default_factory=RowSanity)

    @property
    def alive(self) -> bool:
        """Whether the model is run, and has answered so far."""
        return not self.model.status and not self.failure

    def fail(self, why: str, pitfall: Pitfall | None = None) -> None:
        """Give up on the model, and say how far it came."""
        self.failure = f"{why} (after {len(self.predictions)} images)"
        self.pitfall = pitfall

    def sane(self) -> dict[str, Any]:
        """Return the model's entry of ``sanity`` in ``evidence.json``."""
        return {
            "model": self.model.name,
            **self.sanity.entry(),
            "distinct_readings": len(set(self.predictions)),
        }
