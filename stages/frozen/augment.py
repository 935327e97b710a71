"""An image as PaddleOCR's trainer would disturb it, decided by the image alone.

The disturbances are PaddleOCR's own (``RecAug``, ppocr/data/imaug/rec_img_aug.py): bent, stretched and
tilted, cropped, blurred, recoloured, brighter, grainy, inverted, each four times in ten. They are drawn
from the process's generators, which are seeded with the image and the copy's number. So a copy is the same
in every run, whatever seed the training has, and its features are found again.
"""

from __future__ import annotations

import hashlib
import importlib
import random
from functools import lru_cache
from typing import Any

import numpy as np

from stages.ppocr.location import use_paddleocr

#: What NumPy's generator takes as a seed.
_SEED_BYTES = 4


def augmented(image: np.ndarray, copy: int) -> np.ndarray:
    """Return a disturbed copy of an image (uint8 [height, width, 3], BGR); copy 0 is the image itself."""
    if copy == 0:
        return image
    known = hashlib.sha256(f"{copy} {image.shape}".encode() + image.tobytes())
    seed = int.from_bytes(known.digest()[:_SEED_BYTES], "little")
    random.seed(seed)
    np.random.seed(seed)
    disturbed: np.ndarray = _rec_aug()({"image": image})["image"]
    return disturbed


@lru_cache(maxsize=1)
def _rec_aug() -> Any:
    """Return PaddleOCR's augmentation; its import takes three seconds."""
    use_paddleocr()
    return importlib.import_module("ppocr.data.imaug.rec_img_aug").RecAug()
