"""What a task makes of a model's output; measuring and comparing are the same for all tasks."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    import numpy as np

    from stages.parity.sanity import Sanity

#: What a model says of one image: a string, the boxes of a page, a direction.
Prediction = TypeVar("Prediction", bound=Hashable)
_Said_co = TypeVar("_Said_co", bound=Hashable, covariant=True)


class Task(Protocol[_Said_co]):
    """Recognition, detection or orientation, as :func:`stages.parity.measure.measure` needs it."""

    def sanity(self) -> Sanity:
        """Return a new record of how sane a model's outputs are."""

    def check(self, name: str, output: np.ndarray) -> int:
        """Return the number of classes of a model's output, 0 where there are none.

        Raises:
            IntegrityError: it is not what a model of this project gives.
        """

    def read(self, output: np.ndarray, number: int) -> tuple[_Said_co, float | None]:
        """Return what a model says of the image with this number, and its confidence if it has one."""

    def compare(self, name: str, output: np.ndarray, reference: np.ndarray) -> None:
        """Look at how a model's output differs from the reference's, of the same shape."""
