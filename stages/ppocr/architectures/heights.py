"""How high an architecture's images are: what it was built for, and what an export declares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from stages.errors import StageError
from stages.pitfalls import Pitfall
from stages.ppocr.architectures.base import BuiltIn

#: What an export's input is as high as, by the name of the algorithm.
_HEIGHT_48 = ("SVTR_LCNet", "SVTR_HGNet")
_CONFIGURED_HEIGHT = ("SVTR", "CPPD")
_HEIGHT, _OTHER_HEIGHT = 48, 32


def check_shape(built_in: BuiltIn, image_shape: Sequence[int]) -> None:
    """Refuse lines of another height than the architecture's: its last layer leaves one row of it.

    Raises:
        StageError: says which shape it takes.
    """
    channels, height, width = built_in.image_shape
    if list(image_shape[:2]) != [channels, height]:
        raise StageError(
            f"{built_in.name} reads images of shape [{channels}, {height}, width]; "
            f"found {list(image_shape)}",
            "model.image_shape",
            f"set image_shape = [{channels}, {height}, {width}]",
            Pitfall.WRONG_HEIGHT,
        )


def exported_height(architecture: Mapping[str, Any]) -> int | None:
    """Return the image height that PaddleOCR's export declares whatever the configuration says.

    ``dynamic_to_static`` in ppocr/utils/export_model.py goes by the name of the algorithm. None for
    those that take the configuration's.
    """
    algorithm = architecture.get("algorithm")
    if algorithm in _CONFIGURED_HEIGHT:
        return None
    return _HEIGHT if algorithm in _HEIGHT_48 else _OTHER_HEIGHT
