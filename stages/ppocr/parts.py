"""The parts of networks that the images' PaddleOCR has, by the names that its configurations use.

Standard library only: the host asks before a run whether a YAML can be built. A tree of the user's own
(``PADDLEOCR_TREE``) may have others; there the network itself says so (:mod:`stages.ppocr.network`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from stages.text.yaml import at

#: The version of PaddleOCR that :data:`PARTS` are of (images/paddleocr/sources.txt).
VERSION = "3.1.1"
#: Of recognition: ppocr/modeling/{transforms,backbones,necks,heads}/__init__.py, necks/rnn.py and
#: heads/rec_multi_head.py; ``tests/stages/test_parts.py`` holds them against these files.
PARTS: dict[str, frozenset[str]] = {
    "Transform": frozenset(("TPS", "STN_ON", "GA_SPIN", "TSRN", "TBSRN")),
    "Backbone": frozenset(
        (
            *("MobileNetV1Enhance", "MobileNetV3", "ResNet", "ResNetFPN", "MTB", "ResNet31"),
            *("ResNet45", "ResNet_ASTER", "MicroNet", "EfficientNetb3_PREN", "SVTRNet", "ViTSTR"),
            *("ResNet32", "ResNetRFL", "DenseNet", "ShallowCNN", "PPLCNetV3", "PPHGNet_small"),
            *("ViTParseQ", "ViT", "RepSVTR", "SVTRv2", "ResNetV2", "HybridTransformer"),
            *("DonutSwinModel", "Vary_VIT_B", "PPHGNetV2_B4", "Vary_VIT_B_Formula"),
        )
    ),
    "Neck": frozenset(
        (
            *("FPN", "FCEFPN", "LKPAN", "DBFPN", "RSEFPN", "EASTFPN", "SASTFPN"),
            *("SequenceEncoder", "PGFPN", "TableFPN", "PRENFPN", "CSPPAN", "CTFPN"),
            *("RFAdaptor", "FPN_UNet"),
        )
    ),
    "Head": frozenset(
        (
            *("DBHead", "PSEHead", "FCEHead", "EASTHead", "SASTHead", "CTCHead", "ClsHead"),
            *("AttentionHead", "SRNHead", "PGHead", "Transformer", "TableAttentionHead"),
            *("SARHead", "AsterHead", "SDMGRHead", "PRENHead", "MultiHead", "ABINetHead"),
            *("TableMasterHead", "SPINAttentionHead", "VLHead", "SLAHead", "RobustScannerHead"),
            *("CT_Head", "RFLHead", "DRRGHead", "CANHead", "LaTeXOCRHead", "SATRNHead"),
            *("PFHeadLocal", "ParseQHead", "CPPDHead", "UniMERNetHead", "PPFormulaNet_Head"),
        )
    ),
    "encoder_type": frozenset(("reshape", "fc", "rnn", "svtr", "cascadernn")),
    "head_list": frozenset(("SARHead", "NRTRHead", "CTCHead")),
}
#: Arguments of known parts that only a newer PaddleOCR takes (PP-OCRv5_server_rec's backbone).
_NEWER_ARGUMENTS = (("Backbone", "PPHGNetV2_B4", "text_rec"),)


def unknown_parts(architecture: Mapping[str, Any]) -> Iterator[str]:
    """Give the parts of an ``Architecture`` that are not in the images' PaddleOCR, as the YAML names them."""
    for key in ("Transform", "Backbone", "Neck", "Head"):
        name = at(architecture, key, "name")
        if isinstance(name, str) and name not in PARTS[key]:
            yield name
    for part, name, argument in _NEWER_ARGUMENTS:
        if at(architecture, part, "name") == name and at(architecture, part, argument) is not None:
            yield f"{name}({argument})"
    if at(architecture, "Neck", "name") == "SequenceEncoder":
        yield from _unless("encoder_type", at(architecture, "Neck", "encoder_type"))
    heads = at(architecture, "Head", "head_list")
    for head in heads if isinstance(heads, list) else ():
        for name in head if isinstance(head, dict) else ():
            yield from _unless("head_list", name)
            yield from _unless("encoder_type", at(head, name, "Neck", "name"))


def _unless(part: str, name: Any) -> Iterator[str]:
    if isinstance(name, str) and name not in PARTS[part]:
        yield name
