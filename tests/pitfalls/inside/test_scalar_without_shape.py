"""Paddle 3 writes scalars with an empty shape: opt takes them, and the phone's runtime aborts."""

from __future__ import annotations

import signal
from pathlib import Path

import numpy as np
import pytest

from stages import convert as stage
from stages.errors import StageError
from stages.pitfalls import Pitfall
from stages.program.prove import Proof, random_images
from support import bare
from support.small import SHAPE, convert, trained

IMAGE = random_images([(SHAPE[0], SHAPE[1], SHAPE[2])], seed=1)[0]


def test_by_hand_opt_is_content_and_the_file_aborts(tmp_path: Path) -> None:
    done = bare.opt(trained().files, "x86", tmp_path / "x")
    assert done.code == 0 and "saved into" in done.log
    done, outputs = bare.lite(tmp_path / "x.nb", IMAGE)
    assert done.code == -signal.SIGABRT and outputs == []


def test_paddock_gives_them_a_shape_and_the_file_runs(tmp_path: Path) -> None:
    done = convert(tmp_path, trained().files)
    assert done.code == 0, done.log[-3000:]
    assert done.result.metrics["rules"]["scalar shape"] > 0
    ended, outputs = bare.lite(done.output / "model_x86.nb", IMAGE)
    assert ended.code == 0 and len(outputs) == 1


def test_paddock_runs_a_file_before_it_believes_it(tmp_path: Path) -> None:
    """The file that was made by hand, where convert looks at what opt wrote."""
    bare.opt(trained().files, "x86", tmp_path / "model_x86")
    expected = np.zeros((25, 37), np.float32)
    with pytest.raises(StageError, match=r"model_x86.nb cannot be run") as caught:
        stage.check_runs(tmp_path / "model_x86.nb", Proof([IMAGE], [expected], 0.0))
    assert caught.value.pitfall == Pitfall.SCALAR_WITHOUT_SHAPE and caught.value.code == 3
