"""What a built-in architecture is: a network and a recipe, in the words of PaddleOCR's configuration."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Literal

#: The width of the NRTR decoder, and of what the SAR decoder reads, in all of PaddleOCR's mobile models.
_NRTR_WIDTH, _SAR_WIDTH = 384, 512


@dataclass(frozen=True)
class BuiltIn:
    """One recognition model of PaddleOCR's ``configs/rec``, to be trained on a project's data."""

    name: str
    #: The configuration that the values are from, under ``configs/rec`` of PaddleOCR 3.1.
    source: str
    algorithm: str
    #: [channels, height, width] of the images that it is trained with; the height is binding.
    image_shape: tuple[int, int, int]
    backbone: Mapping[str, Any]
    #: The arguments of ``SequenceEncoder`` before the classifier.
    neck: Mapping[str, Any]
    #: The arguments of ``CTCHead``.
    head: Mapping[str, Any]
    #: A decoder beside the CTC branch that only helps training, and that no export holds.
    helper: Literal["NRTR", "SAR", ""] = ""
    #: Train on images of several heights, as ``MultiScaleDataSet`` mixes them.
    multi_scale: bool = False
    #: Join words to longer lines, as ``RecConAug`` does.
    joins_lines: bool = False
    warm_up_epochs: int = 0
    l2_factor: float = 0.0
    #: Official weights that are of this network, by the name that ``[model] pretrained`` takes.
    weights: tuple[str, ...] = ()

    def ctc(self) -> dict[str, Any]:
        """Return the network with the CTC branch alone, as plain Neck and Head.

        The same mathematics as the CTC branch of :meth:`training`, parameter for parameter.
        ``use_guide`` is off: it would cut the backbone off from the only loss there is.
        """
        return {
            **self._body(),
            "Neck": {"name": "SequenceEncoder", **self._neck(guided=False)},
            "Head": {"name": "CTCHead", **self.head},
        }

    def training(self, max_text_length: int) -> dict[str, Any]:
        """Return the network as PaddleOCR trains it, with its helper if it has one."""
        if not self.helper:
            return self.ctc()
        neck = self._neck(guided=True)
        branch = {"Neck": {"name": neck.pop("encoder_type"), **neck}, "Head": dict(self.head)}
        heads = [{"CTCHead": branch}, self._helper_head(max_text_length)]
        return {**self._body(), "Head": {"name": "MultiHead", "head_list": heads}}

    def _body(self) -> dict[str, Any]:
        body = {"model_type": "rec", "algorithm": self.algorithm, "Transform": None}
        return {**body, "Backbone": deepcopy(dict(self.backbone))}

    def _neck(self, *, guided: bool) -> dict[str, Any]:
        neck = deepcopy(dict(self.neck))
        if neck["encoder_type"] == "svtr":
            neck["use_guide"] = guided
        return neck

    def _helper_head(self, max_text_length: int) -> dict[str, Any]:
        if self.helper == "NRTR":
            return {"NRTRHead": {"nrtr_dim": _NRTR_WIDTH, "max_text_length": max_text_length}}
        return {"SARHead": {"enc_dim": _SAR_WIDTH, "max_text_length": max_text_length}}
