"""PPLCNetV3 with an SVTR neck: PP-OCRv5 and PP-OCRv4 mobile. One network, other dictionaries."""

from __future__ import annotations

from dataclasses import replace

from stages.ppocr.architectures.base import BuiltIn

V5_MOBILE = BuiltIn(
    name="PP-OCRv5_mobile_rec",
    source="PP-OCRv5/PP-OCRv5_mobile_rec.yml",
    algorithm="SVTR_LCNet",
    image_shape=(3, 48, 320),
    backbone={"name": "PPLCNetV3", "scale": 0.95},
    neck={
        "encoder_type": "svtr",
        "dims": 120,
        "depth": 2,
        "hidden_dims": 120,
        "kernel_size": [1, 3],
    },
    head={"fc_decay": 1e-5},
    helper="NRTR",
    multi_scale=True,
    joins_lines=True,
    warm_up_epochs=5,
    l2_factor=3e-5,
    weights=("PP-OCRv5_mobile_rec", "PP-OCRv4_mobile_rec"),
)
V4_MOBILE = replace(
    V5_MOBILE,
    name="PP-OCRv4_mobile_rec",
    source="PP-OCRv4/PP-OCRv4_mobile_rec.yml",
    weights=("PP-OCRv4_mobile_rec", "PP-OCRv5_mobile_rec"),
)
EN_V4_MOBILE = replace(
    V5_MOBILE,
    name="en_PP-OCRv4_mobile_rec",
    source="PP-OCRv4/en_PP-OCRv4_mobile_rec.yml",
    weights=("PP-OCRv4_mobile_rec", "PP-OCRv5_mobile_rec"),
)
