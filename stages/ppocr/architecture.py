"""The built-in architecture, PP-OCRv5_mobile_rec, in the words of PaddleOCR's configuration.

Source of the values: configs/rec/PP-OCRv5/PP-OCRv5_mobile_rec.yml of PaddleOCR 3.1.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from stages.errors import StageError
from stages.pitfalls import Pitfall

#: Names that ``[model] architecture`` may have without a YAML of one's own.
BUILT_IN = ("PP-OCRv5_mobile_rec",)

#: Lines are this high: PPLCNetV3 ends in a pooling that leaves one row of 48.
HEIGHT = 48
#: What an export's input is as high as, by the name of the algorithm.
_HEIGHT_48 = ("SVTR_LCNet", "SVTR_HGNet")
_CONFIGURED_HEIGHT = ("SVTR", "CPPD")
_OTHER_HEIGHT = 32
#: The width of the decoder that helps in training only.
_NRTR_WIDTH = 384

_NECK: dict[str, Any] = {"dims": 120, "depth": 2, "hidden_dims": 120, "kernel_size": [1, 3]}
_CTC_HEAD: dict[str, Any] = {"fc_decay": 1e-5}
_BODY: dict[str, Any] = {
    "model_type": "rec",
    "algorithm": "SVTR_LCNet",
    "Transform": None,
    "Backbone": {"name": "PPLCNetV3", "scale": 0.95},
}


def ctc_architecture() -> dict[str, Any]:
    """Return the network with the CTC branch alone, as plain Neck and Head.

    The same mathematics as the CTC branch of :func:`multi_head_architecture`, parameter for
    parameter. ``use_guide`` is off: it would cut the backbone off from the only loss there is.
    """
    neck = {"name": "SequenceEncoder", "encoder_type": "svtr", **_NECK, "use_guide": False}
    return deepcopy({**_BODY, "Neck": neck, "Head": {"name": "CTCHead", **_CTC_HEAD}})


def multi_head_architecture(max_text_length: int) -> dict[str, Any]:
    """Return the network as PaddleOCR trains it: CTC, and an NRTR decoder that only helps training."""
    ctc = {"Neck": {"name": "svtr", **_NECK, "use_guide": True}, "Head": dict(_CTC_HEAD)}
    nrtr = {"nrtr_dim": _NRTR_WIDTH, "max_text_length": max_text_length}
    heads = [{"CTCHead": ctc}, {"NRTRHead": nrtr}]
    return deepcopy({**_BODY, "Head": {"name": "MultiHead", "head_list": heads}})


def with_classes(architecture: Mapping[str, Any], classes: int) -> dict[str, Any]:
    """Return a copy that says how many classes the heads have (``tools/train.py`` does the same)."""
    copy = deepcopy(dict(architecture))
    if copy["Head"]["name"] == "MultiHead":
        copy["Head"]["out_channels_list"] = {
            "CTCLabelDecode": classes,
            "SARLabelDecode": classes + 2,
            "NRTRLabelDecode": classes + 3,
        }
    else:
        copy["Head"]["out_channels"] = classes
    return copy


def check_built_in(name: str, image_shape: list[int]) -> None:
    """Refuse what the built-in architecture is not.

    Raises:
        StageError: another name, or lines of another height.
    """
    if name not in BUILT_IN:
        raise StageError(
            f"the architecture {name!r} is not built in; built in: {', '.join(BUILT_IN)}",
            "model.architecture",
            "give the path of a PaddleOCR YAML",
        )
    if image_shape[:2] != [3, HEIGHT]:
        raise StageError(
            f"{name} reads images of shape [3, {HEIGHT}, width]; found {image_shape}",
            "model.image_shape",
            f"set image_shape = [3, {HEIGHT}, 320]",
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
    return HEIGHT if algorithm in _HEIGHT_48 else _OTHER_HEIGHT
