"""The numbers of training as they arrive, put together: what was measured at one step is one line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from stages.contract import Metric
from tui.language import _
from tui.words import CURVES, curve_words

#: What an evaluation says, in this order, and how.
_FORMS = {"train_loss": ".4f", "val_loss": ".4f", "val_accuracy": ".2%", "val_ned": ".4f"}
#: Without this one it is no evaluation, but a step of training.
_NEEDED = "val_accuracy"


@dataclass
class Evaluations:
    """Takes a stage's metrics one after the other. ``loss`` is the latest of training."""

    loss: float | None = None
    _step: int = -1
    _values: dict[str, float] = field(default_factory=dict)

    def take(self, metric: Metric) -> Iterator[str]:
        """Take a metric; give the line of the evaluation that it shows to be over.

        One that is not of training is a line of its own.
        """
        if metric.name not in CURVES:
            at = _("at {step}").format(step=metric.step)
            yield f"{metric.name} {metric.value:.4f} {at}"
            return
        if metric.step != self._step:
            yield from self.end()
            self._step = metric.step
        if metric.name == "train_loss":
            self.loss = metric.value
        self._values[metric.name] = metric.value

    def end(self) -> Iterator[str]:
        """Give the line of what was measured last, if it was an evaluation; nothing a second time."""
        values, self._values = self._values, {}
        if _NEEDED not in values:
            return
        if self.loss is not None:
            values["train_loss"] = self.loss
        said = ", ".join(
            f"{curve_words(name)} {values[name]:{form}}"
            for name, form in _FORMS.items()
            if name in values
        )
        yield _("evaluated after {step} steps: {values}").format(step=self._step, values=said)
