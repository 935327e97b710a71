"""How long something still takes, from how far it has come."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Estimator:
    """Assumes that the rest goes at the pace so far; says nothing before it can know."""

    started: float
    first_done: float | None = None

    def seconds_left(self, done: float, total: float, now: float) -> float | None:
        """Return the estimate in seconds, or None while there is no pace to go by."""
        if self.first_done is None:
            self.started, self.first_done = now, done
            return None
        gained = done - self.first_done
        if gained <= 0 or done >= total:
            return None
        return (now - self.started) / gained * (total - done)
