"""A predictor that is given another width than before computes wrongly, or corrupts its heap."""

from __future__ import annotations

import numpy as np
import pytest

from stages.errors import StageError
from stages.pitfalls import Pitfall
from stages.program.prove import random_images
from stages.runners import ModelRunner
from support import bare
from support.small import converted

NARROW, MIDDLE, WIDE = random_images([(3, 48, 160), (3, 48, 320), (3, 48, 640)], seed=1)


def test_by_hand_a_wider_image_is_read_wrongly_with_exit_code_zero() -> None:
    nb = converted().output / "model_x86.nb"
    _, alone = bare.lite(nb, WIDE)
    ended, after = bare.lite(nb, MIDDLE, WIDE)
    assert ended.code == 0 and np.isfinite(after[1]).all()
    assert np.abs(after[1] - alone[0]).max() > 0.05


def test_paddock_keeps_to_one_width_a_predictor() -> None:
    nb = converted().output / "model_x86.nb"
    with ModelRunner("nb", [str(nb)]) as reader:
        reader.wait_ready()
        reader.read(MIDDLE)
        for other in (WIDE, NARROW):
            with pytest.raises(StageError, match="3x48x320") as caught:
                reader.read(other)
            assert caught.value.pitfall == Pitfall.WIDTH_CHANGED
