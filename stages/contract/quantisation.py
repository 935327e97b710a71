"""``quantize.json``: weights rounded for files of 8 and 16 bits, and what that costs, layer by layer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from stages.contract.artifacts import QUANTISATION
from stages.contract.documents import Document


@dataclass(frozen=True)
class RoundedLayer:
    """The weights of one or several operators, rounded onto the grid on which ``opt`` rounds them.

    A loss is the share of the error in the energy of what the weights make of their inputs,
    ``E[|dw x|^2] / E[|w x|^2]``: 1e-4 is an error of 1 % of the output.
    """

    weights: str
    """the tensor"""
    operator: str
    shape: tuple[int, ...]
    loss_before: float
    """of rounding each weight to the nearest number, as ``opt`` would by itself"""
    loss_after: float
    """of what was written; never more"""
    calibrated: bool = False
    """whether inputs of real images were weighed with; if not, all inputs count the same"""


@dataclass(frozen=True)
class RoundedModel:
    """All layers of a kind of weights, in the order of execution."""

    layers: tuple[RoundedLayer, ...]

    @property
    def worst(self) -> RoundedLayer | None:
        """The layer that costs most; None if nothing was rounded."""
        return max(self.layers, key=lambda layer: layer.loss_after, default=None)


@dataclass(frozen=True)
class Quantisation(Document):
    """``quantize.json``: by kind of weights (``int8``, ``int16``) the layers; and the images of *train*."""

    FILE = QUANTISATION

    kinds: Mapping[str, RoundedModel]
    images: tuple[str, ...] = ()
    """whose inputs were weighed with, relative to the data's root"""
