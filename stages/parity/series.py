"""What a model answered, image by image."""

from __future__ import annotations

from dataclasses import dataclass, field

from stages.parity.models import Model


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

    @property
    def alive(self) -> bool:
        """Whether the model is run, and has answered so far."""
        return not self.model.status and not self.failure
