"""How a task's images become a model's input, for stages that run models of any task."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from stages import preprocess
from stages.detection import prepare as detection
from stages.detection.rules import read_rules
from stages.preprocess import Prepare
from stages.tasks import DETECTION


def preparation(
    task: str, shape: Sequence[int], description: Mapping[str, Any] | None = None
) -> Prepare:
    """Return how this project prepares an image for a model.

    Args:
        task: one of :data:`stages.contract.TASKS`.
        shape: [3, H, W] of the model's input.
        description: the model's ``inference.yml``, if it has one; detection takes its numbers from it.

    Raises:
        StageError: shape or description are not of a model of this task.
    """
    if task == DETECTION:
        whole, rules = detection.check_shape(shape), read_rules(description)
        return lambda image: detection.prepare(image, whole, rules)
    return lambda image: preprocess.prepare(image, shape)
