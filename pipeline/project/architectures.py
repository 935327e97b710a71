"""The networks that need no configuration of the user's own, as far as the project file cares.

What they are made of is for the stages (stages/ppocr/architectures); a test holds the two against each other.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Architecture:
    """A built-in network: the images that it is usually given, and the official weights that fit it."""

    name: str
    image_shape: tuple[int, int, int]
    weights: tuple[str, ...] = ()


_V5, _V4 = "PP-OCRv5_mobile_rec", "PP-OCRv4_mobile_rec"

#: By the names that ``[model] architecture`` may have beside the path of a YAML.
ARCHITECTURES = {
    each.name: each
    for each in (
        Architecture("PP-OCRv5_mobile_rec", (3, 48, 320), (_V5, _V4)),
        Architecture("PP-OCRv4_mobile_rec", (3, 48, 320), (_V4, _V5)),
        Architecture("en_PP-OCRv4_mobile_rec", (3, 48, 320), (_V4, _V5)),
        Architecture("PP-OCRv3_mobile_rec", (3, 48, 320)),
        Architecture("ch_ppocr_mobile_v2.0_rec", (3, 32, 320)),
        Architecture("rec_mv3_none_bilstm_ctc", (3, 32, 100)),
    )
}
