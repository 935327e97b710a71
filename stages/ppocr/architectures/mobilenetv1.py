"""MobileNetV1Enhance with an SVTR neck: PP-OCRv3 mobile."""

from __future__ import annotations

from stages.ppocr.architectures.base import BuiltIn

V3_MOBILE = BuiltIn(
    name="PP-OCRv3_mobile_rec",
    source="PP-OCRv3/PP-OCRv3_mobile_rec.yml",
    algorithm="SVTR_LCNet",
    image_shape=(3, 48, 320),
    backbone={
        "name": "MobileNetV1Enhance",
        "scale": 0.5,
        "last_conv_stride": [1, 2],
        "last_pool_type": "avg",
        "last_pool_kernel_size": [2, 2],
    },
    neck={"encoder_type": "svtr", "dims": 64, "depth": 2, "hidden_dims": 120},
    head={"fc_decay": 1e-5},
    helper="SAR",
    joins_lines=True,
    warm_up_epochs=5,
    l2_factor=3e-5,
)
