"""MobileNetV3 with two bidirectional LSTMs (CRNN): small ones, for phones and for short texts."""

from __future__ import annotations

from stages.ppocr.architectures.base import BuiltIn

V2_MOBILE = BuiltIn(
    name="ch_ppocr_mobile_v2.0_rec",
    source="ch_ppocr_v2.0/rec_chinese_lite_train_v2.0.yml",
    algorithm="CRNN",
    image_shape=(3, 32, 320),
    backbone={
        "name": "MobileNetV3",
        "scale": 0.5,
        "model_name": "small",
        "small_stride": [1, 2, 2, 2],
    },
    neck={"encoder_type": "rnn", "hidden_size": 48},
    head={"fc_decay": 1e-5},
    l2_factor=1e-5,
)
CRNN_LARGE = BuiltIn(
    name="rec_mv3_none_bilstm_ctc",
    source="rec_mv3_none_bilstm_ctc.yml",
    algorithm="CRNN",
    image_shape=(3, 32, 100),
    backbone={"name": "MobileNetV3", "scale": 0.5, "model_name": "large"},
    neck={"encoder_type": "rnn", "hidden_size": 96},
    head={"fc_decay": 0.0},
)
