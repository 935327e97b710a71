"""``golden.json``: some test images with what every model found in them, for a check on a phone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from stages.contract.artifacts import GOLDEN, PD_MODEL
from stages.contract.documents import Document
from stages.contract.variant import Variant

#: ``golden.zip`` has of each image, by :attr:`GoldenImage.file`, its pixels (``000.ppm``), the model's input
#: (``000.f32``, float32, little endian), and the image itself.
PIXELS, TENSOR = ".ppm", ".f32"


@dataclass(frozen=True)
class GoldenImage:
    """A test image; ``found`` and ``scores`` are by model."""

    image: str
    input_sha256: str
    found: Mapping[str, Any]
    """the text that it read; of detection boxes, four corners [x, y] each"""
    scores: Mapping[str, float] = field(default_factory=dict)
    """how sure it was; not of detection"""
    label: str = ""
    """not of detection"""
    file: str = ""
    """what its files in golden.zip are called, without a suffix; "" if they are not there"""

    def expected(self, model: str) -> tuple[str, float] | None:
        """Return what an NB model reads here, and how sure it is; None if nobody could tell.

        One that could not be run here is to read as its reference does.
        """
        variant = Variant.of_model(model)
        for known in (model, variant.weights.reference if variant else PD_MODEL):
            if known in self.found:
                return str(self.found[known]), self.scores.get(known, 0.0)
        return None


@dataclass(frozen=True)
class Golden(Document):
    """The document."""

    FILE: ClassVar[str] = GOLDEN
    VERSION: ClassVar[int] = 2

    task: str
    input: str
    """what input_sha256 is of"""
    image_shape: tuple[int, ...]
    images: tuple[GoldenImage, ...]
