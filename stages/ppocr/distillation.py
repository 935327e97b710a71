"""A distillation's configuration, made the student's own: it trains several networks, and one is wanted.

In PaddleOCR's configs/rec such a YAML has its networks under ``Architecture.Models``, losses between them,
and ``DistillationCTCLabelDecode`` for a decoder. The student alone is an ordinary network with a CTC decoder.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stages.contract.checkpoints import STUDENT
from stages.text.yaml import at

#: Keys of a network that say how the distillation treats it, and are no part of it.
_TREATMENT = ("pretrained", "freeze_params", "return_all_feats")
#: With these, PaddleOCR's export asks for a shape that it does not look up (export_single_model in
#: ppocr/utils/export_model.py); its YAMLs of the student alone say this algorithm of the same network.
_UNEXPORTED, _EXPORTED = ("SVTR", "MultiHead"), "SVTR_LCNet"
#: The loss of a MultiHead's branch (ppocr/losses/rec_multi_loss.py).
_LOSSES = {"CTCHead": "CTCLoss", "NRTRHead": "NRTRLoss", "SARHead": "SARLoss"}
_DECODER = "DistillationCTCLabelDecode"


def networks_in(config: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the names of a distillation's networks; () where the configuration is of one network."""
    models = at(config, "Architecture", "Models")
    return tuple(map(str, models)) if isinstance(models, dict) else ()


def student_of(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return the configuration of a distillation's student alone.

    Args:
        config: of a distillation that has a network of this name.
    """
    network = at(config, "Architecture", "Models", STUDENT)
    shared = {
        key: value
        for key, value in config["Architecture"].items()
        if key not in ("Models", "name", "algorithm")
    }
    architecture = {**shared, **{key: network[key] for key in network if key not in _TREATMENT}}
    if (architecture.get("algorithm"), at(architecture, "Head", "name")) == _UNEXPORTED:
        architecture["algorithm"] = _EXPORTED
    student = {**config, "Architecture": architecture, "Loss": _loss(architecture)}
    if at(config, "PostProcess", "name") == _DECODER:
        student["PostProcess"] = {"name": "CTCLabelDecode"}
    student["Metric"] = {"name": "RecMetric", "main_indicator": "acc"}
    return student


def _loss(architecture: Mapping[str, Any]) -> dict[str, Any]:
    """Return the loss that the network has when it is trained alone."""
    heads = at(architecture, "Head", "head_list")
    if not isinstance(heads, list):
        return {"name": "CTCLoss"}
    losses = [_LOSSES[name] for head in heads for name in head if name in _LOSSES]
    return {"name": "MultiLoss", "loss_config_list": [{name: None} for name in losses]}
