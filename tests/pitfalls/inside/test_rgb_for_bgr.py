"""Red and blue exchanged, as an app's camera gives them: other numbers, and no error."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import yaml

from stages.pitfalls import Pitfall
from stages.preprocess import prepare
from support import bare
from support.caught import check_refused
from support.legacy import SHAPE
from support.measured import verify
from support.small import converted


def test_by_hand_the_file_gives_other_numbers_with_exit_code_zero(tmp_path: Path) -> None:
    image = np.full((60, 180, 3), (160, 60, 60), np.uint8)  # red on blue
    cv2.putText(image, "XYZ9", (10, 45), cv2.FONT_HERSHEY_SIMPLEX, 1.4, (60, 60, 160), 2)
    right, wrong = prepare(image, SHAPE), prepare(image[..., ::-1], SHAPE)
    ended, outputs = bare.lite(converted().output / "model_x86.nb", right, wrong)
    assert ended.code == 0
    assert np.abs(outputs[0] - outputs[1]).max() > 0.01


def test_paddock_compares_the_order_with_what_the_model_was_trained_for(tmp_path: Path) -> None:
    transforms = [
        {"DecodeImage": {"img_mode": "RGB", "channel_first": False}},
        {"RecResizeImg": {"image_shape": list(SHAPE)}},
    ]
    description = tmp_path / "inference.yml"
    description.write_text(yaml.safe_dump({"PreProcess": {"transform_ops": transforms}}))
    done = verify(tmp_path, {"description": description})
    check_refused(done, 5, Pitfall.RGB_FOR_BGR, "inference.yml", "RGB", "BGR")
