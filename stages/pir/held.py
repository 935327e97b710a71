"""What the values of a PIR program are while it is replayed: tensors, numbers, or lists of both.

PIR passes shapes, axes and scalars as values, which the legacy format has as attributes; so numbers
stay numbers until an operator really needs a tensor of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

Number = int | float
#: The value of a legacy operator's attribute.
Setting = bool | int | float | str | Sequence[int] | Sequence[float]


@dataclass(frozen=True)
class Tensor:
    """A variable of the legacy program."""

    name: str


@dataclass(frozen=True)
class Numbers:
    """Numbers that are known now: ``values`` in a tensor of ``shape``, or one for all of it."""

    values: tuple[Number, ...]
    shape: tuple[int, ...]
    dtype: str


@dataclass(frozen=True)
class Several:
    """A list of values, or an integer vector of which some elements are known now."""

    items: tuple[Tensor | Numbers, ...]


@dataclass(frozen=True)
class Unusable:
    """A value that nothing may read; ``why`` says it."""

    why: str


Held = Tensor | Numbers | Several | Unusable
