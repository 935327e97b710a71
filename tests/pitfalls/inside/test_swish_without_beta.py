"""Paddle 3 leaves the default of swish's beta out; opt 2.13 wants it and aborts."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from stages.errors import StageError
from stages.lite.opt import run_opt
from stages.pitfalls import Pitfall
from support import bare
from support.legacy import alphanumeric_model
from support.small import converted


def test_by_hand_opt_aborts(tmp_path: Path) -> None:
    model = alphanumeric_model()
    done = bare.opt((model.pdmodel, model.pdiparams), "x86", tmp_path / "x")
    assert done.code == -signal.SIGABRT
    assert "No attributes called beta found for swish" in done.log


def test_paddock_writes_the_default_down_and_converts() -> None:
    done = converted()
    assert done.result.metrics["rules"]["swish beta"] > 0
    assert (done.output / "model_arm.nb").stat().st_size > 1 << 20


def test_paddock_explains_opt_s_words(tmp_path: Path) -> None:
    model = alphanumeric_model()
    with pytest.raises(StageError, match="swish without beta") as caught:
        run_opt(model.pdmodel, model.pdiparams, "x86", tmp_path / "x.nb", fp16=False)
    assert caught.value.pitfall == Pitfall.SWISH_WITHOUT_BETA and caught.value.code == 3
