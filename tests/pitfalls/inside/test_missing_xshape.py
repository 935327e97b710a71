"""Paddle 3 dropped an output that Lite's shape inference writes to: opt dies without a word."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from stages.errors import StageError
from stages.lite.opt import run_opt
from stages.pitfalls import Pitfall
from stages.program.rules.legal import add_swish_beta
from support import bare
from support.legacy import alphanumeric_model
from support.rewritten import rewritten
from support.small import converted


def without_xshape(folder: Path) -> tuple[Path, Path]:
    """Write the model with every swish made legal: what the first error asks for."""
    model = alphanumeric_model()
    return rewritten((model.pdmodel, model.pdiparams), folder, add_swish_beta)


def test_by_hand_opt_dies_and_does_not_say_why(tmp_path: Path) -> None:
    done = bare.opt(without_xshape(tmp_path), "x86", tmp_path / "x")
    assert done.code == -signal.SIGSEGV
    assert "XShape" not in done.log and "[F " not in done.log
    assert not (tmp_path / "x.nb").exists()


def test_paddock_adds_the_output_and_converts() -> None:
    assert converted().result.metrics["rules"]["XShape output"] > 0


def test_paddock_explains_opt_s_death(tmp_path: Path) -> None:
    files = without_xshape(tmp_path)
    with pytest.raises(StageError, match="XShape") as caught:
        run_opt(*files, "x86", tmp_path / "x.nb", fp16=False)
    assert caught.value.pitfall == Pitfall.MISSING_XSHAPE and caught.value.code == 3
