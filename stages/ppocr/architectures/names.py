"""The names of the architectures that are built in. Standard library only: the host mirrors them."""

from __future__ import annotations

#: What ``[model] architecture`` may be without a YAML of one's own.
BUILT_IN = (
    "PP-OCRv5_mobile_rec",
    "PP-OCRv4_mobile_rec",
    "en_PP-OCRv4_mobile_rec",
    "PP-OCRv3_mobile_rec",
    "ch_ppocr_mobile_v2.0_rec",
    "rec_mv3_none_bilstm_ctc",
)
