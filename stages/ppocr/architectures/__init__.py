"""The architectures that are built in: one small module a family, one entry a model of PaddleOCR's.

Each goes through all stages; ``tests/stages/test_architectures.py`` shows it. Another one comes in
by the path of its PaddleOCR YAML.
"""

from __future__ import annotations

import difflib

from stages.errors import StageError
from stages.message import msg
from stages.ppocr.architectures.base import BuiltIn
from stages.ppocr.architectures.heads import ctc_branch, with_classes
from stages.ppocr.architectures.heights import check_shape, exported_height
from stages.ppocr.architectures.lcnetv3 import EN_V4_MOBILE, V4_MOBILE, V5_MOBILE
from stages.ppocr.architectures.mobilenetv1 import V3_MOBILE
from stages.ppocr.architectures.mobilenetv3 import CRNN_LARGE, V2_MOBILE

ARCHITECTURES = {
    built_in.name: built_in
    for built_in in (V5_MOBILE, V4_MOBILE, EN_V4_MOBILE, V3_MOBILE, V2_MOBILE, CRNN_LARGE)
}

__all__ = [
    "ARCHITECTURES",
    "BuiltIn",
    "check_shape",
    "ctc_branch",
    "exported_height",
    "find",
    "weights_remedy",
    "with_classes",
]


def find(name: str) -> BuiltIn:
    """Return a built-in architecture.

    Raises:
        StageError: there is none of this name; says the nearest one, and all.
    """
    if name in ARCHITECTURES:
        return ARCHITECTURES[name]
    close = difflib.get_close_matches(name, ARCHITECTURES, n=1)
    hint = msg("; did you mean {close}?", repr(close[0])) if close else ""
    raise StageError(
        msg(
            "the architecture {name} is not built in{hint}; built in: {architectures}",
            f"{name!r:.100}",
            hint,
            ", ".join(ARCHITECTURES),
        ),
        "model.architecture",
        msg("give the path of a PaddleOCR YAML"),
    )


def weights_remedy(name: str) -> str:
    """Say what to do where an architecture needs weights to start from and was given none."""
    built_in = ARCHITECTURES.get(name)
    if built_in and built_in.weights:
        return msg('set pretrained = "{weights}", or train with mode = "full"', built_in.weights[0])
    return msg(
        "no official weights of it are built in: name the folder of an inference model of it "
        'in pretrained, or train from scratch with mode = "full"'
    )
