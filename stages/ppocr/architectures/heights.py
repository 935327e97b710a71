"""How high an architecture's images are: what it was built for, and what an export declares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from stages.errors import StageError
from stages.message import msg
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
            msg(
                "{built_in} reads images of shape [{channels}, {height}, width]; found {image_shape}",
                built_in.name,
                channels,
                height,
                list(image_shape),
            ),
            "model.image_shape",
            msg("set image_shape = [{channels}, {height}, {width}]", channels, height, width),
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
