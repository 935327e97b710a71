"""What the host knows of a task: one frozen record, made in the task's own module."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.tasks.metric import Metric
from stages.message import msg

if TYPE_CHECKING:
    from stages.contract import ModelEntry


@dataclass(frozen=True)
class Shapes:
    """The images that a model of a task may be given: the usual one, and how far others may differ.

    Heights and widths are multiples of ``step``.
    """

    usual: tuple[int, int, int]
    heights: range
    widths: range
    step: int = 1

    def check(self, shape: list[int]) -> None:
        """Refuse another shape (channels, height, width).

        Raises:
            ValueError: says what is allowed.
        """
        channels, height, width = shape
        fits = height in self.heights and width in self.widths
        if channels != 3 or not fits or height % self.step or width % self.step:
            multiples = msg(", multiples of {step}", self.step) if self.step > 1 else ""
            high, wide = (f"{each[0]}-{each[-1]}" for each in (self.heights, self.widths))
            raise ValueError(
                msg("must be [3, height {high}, width {wide}]{multiples}", high, wide, multiples)
            )


@dataclass(frozen=True)
class Task:
    """A task as the host knows it.

    Args:
        name: of :data:`stages.contract.TASKS`; also what a person reads, as a message.
        shapes: of the model's input.
        metrics: what its models are measured by, in the order of the table.
        score: the metric that says how good a model is.
        score_name: the same in a sentence.
        weak: under this score, models that agree prove little.
        causes: why a model may find nothing that is right.
        weakness: a score, to the sentence that says so.
        agreed: a share of the images on which two models agree, to how it is said.
        differences: heading of the images on which models do not find the same.
        reads: whether its models read text, and so have a dictionary.
        trains: whether a project may train; else it starts from a model.
    """

    name: str
    shapes: Shapes
    metrics: tuple[Metric[ModelEntry, object], ...]
    score: Callable[[ModelEntry], float | None]
    score_name: str
    weak: float
    causes: str
    weakness: Callable[[str], str]
    agreed: Callable[[str], str]
    differences: str
    reads: bool = False
    trains: bool = False
