"""A scale behind an activation is moved through it by Lite's passes: the file runs and reads nothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from stages.pitfalls import Pitfall
from stages.program.prove import random_images
from support import bare
from support.caught import check_refused
from support.folded import simplified_by_hand
from support.legacy import SHAPE, alphanumeric_model, predict
from support.small import convert

IMAGE = random_images([SHAPE], seed=1)[0]


def test_by_hand_paddle_and_opt_are_content_and_the_file_computes_something_else(
    tmp_path: Path,
) -> None:
    model, files = alphanumeric_model(), simplified_by_hand(tmp_path)
    expected = predict((model.pdmodel, model.pdiparams), IMAGE)
    assert np.abs(predict(files, IMAGE) - expected).max() < 1e-5, "equal in Paddle"
    assert bare.opt(files, "x86", tmp_path / "x").code == 0
    ended, outputs = bare.lite(tmp_path / "x.nb", IMAGE)
    assert ended.code == 0 and np.isfinite(outputs[0]).all()
    assert np.abs(outputs[0] - expected).max() > 0.05


def test_paddock_finds_the_tensor_that_is_no_known_fold(tmp_path: Path) -> None:
    done = convert(tmp_path, simplified_by_hand(tmp_path))
    check_refused(done, 5, Pitfall.SCALE_FOLDED_WRONG, "model_")
