"""A number of the parity table, and those that several tasks have."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, Literal, TypeAlias, TypeVar

from stages.message import msg

if TYPE_CHECKING:
    from stages.contract import ModelEntry

#: What a cell shows that has no value.
NONE = "–"
#: The rank of numbers that say how sure others are: no table has them, a page of details does.
FINE = 5
Value = float | str | None
_Model_contra = TypeVar("_Model_contra", bound="ModelEntry", contravariant=True)
_Report_contra = TypeVar("_Report_contra", contravariant=True)


@dataclass(frozen=True)
class Metric(Generic[_Model_contra, _Report_contra]):
    """A number of the parity table.

    Args:
        title: a column's head.
        name: the same in words.
        value: of a model, and the report that it is in.
        form: how the value is written, as :func:`format` takes it.
        better: which way is better, if one is.
        measured: whether only a model that was measured has it.
        brief: whether it is in the tables of ``--batch``, Markdown and HTML.
        rank: of the columns that do not fit, those with the highest go first.
        varies: whether it differs a little each time that it is measured.
    """

    title: str
    name: str
    value: Callable[[_Model_contra, _Report_contra], Value]
    form: str = ""
    better: Literal["higher", "lower", ""] = ""
    measured: bool = True
    brief: bool = True
    rank: int = 2
    varies: bool = False

    def cell(self, model: _Model_contra, report: _Report_contra) -> str:
        """Return the cell's text; a number that is not there is :data:`NONE`."""
        value = self.value(model, report)
        return NONE if value is None else format(value, self.form)


#: Of a model alone, whatever report it is in.
ModelMetric: TypeAlias = "Metric[ModelEntry, object]"


def accuracy(words: str) -> ModelMetric:
    """Return the share of images that are read, or told, as their label says."""
    return Metric("accuracy", words, lambda model, _: model.accuracy, ".2%", "higher", rank=1)


def agreement(words: str) -> ModelMetric:
    """Return the share of images on which a model finds the same as PD."""
    return Metric("= PD", words, lambda model, _: model.agreement, ".2%", "higher", rank=1)


def _interval(model: ModelEntry, _report: object) -> Value:
    found = model.accuracy_interval
    return f"{found.low:.2%}\u2013{found.high:.2%}" if found else None


def _confidence(model: ModelEntry, _report: object) -> Value:
    found = model.calibration
    if found is None:
        return None
    both = (NONE if value is None else f"{value:.3f}" for value in (found.right, found.wrong))
    return " / ".join(both)


#: How sure the accuracy is, and how far the model's own confidence can be believed.
SURENESS: tuple[ModelMetric, ...] = (
    Metric(msg("accuracy 95 %"), msg("accuracy, 95 %"), _interval, brief=False, rank=FINE),
    Metric(
        "ECE",
        msg("expected calibration error"),
        lambda model, _: model.calibration.ece if model.calibration else None,
        ".4f",
        "lower",
        brief=False,
        rank=FINE,
    ),
    Metric(
        msg("confidence"),
        msg("confidence where right / wrong"),
        _confidence,
        brief=False,
        rank=FINE,
    ),
)
DIFFERENCE: ModelMetric = Metric(
    msg("max diff"),
    msg("largest difference to PD"),
    lambda model, _: model.max_abs_diff,
    ".1e",
    "lower",
    rank=1,
)
