"""opt ends with 0 where it wrote nothing, or wrote it under another name."""

from __future__ import annotations

from pathlib import Path

import pytest

from stages.errors import StageError
from stages.lite.opt_log import judge
from stages.lite.script import entry_point
from stages.pitfalls import Pitfall
from support import bare
from support.ended import Ended
from support.small import converted


def files() -> tuple[Path, Path]:
    lite = converted().output
    return lite / "lite.pdmodel", lite / "lite.pdiparams"


def test_by_hand_a_forgotten_word_gives_nothing_and_zero() -> None:
    done = forgotten()
    assert done.code == 0 and "saved into" not in done.log


def forgotten() -> Ended:
    """Start opt without ``--optimize_out``."""
    model, params = files()
    return bare.start([entry_point(), f"--model_file={model}", f"--param_file={params}"])


def test_by_hand_the_file_that_was_asked_for_is_not_there(tmp_path: Path) -> None:
    asked = tmp_path / "model.nb"
    done = bare.opt(files(), "x86", asked)
    assert done.code == 0
    assert not asked.exists() and asked.with_name("model.nb.nb").exists()


def test_paddock_believes_the_file_and_not_the_code(tmp_path: Path) -> None:
    done = forgotten()
    with pytest.raises(StageError, match="opt made no usable file for x86") as caught:
        judge(done.log, done.code, "x86", tmp_path / "model_x86.nb")
    assert caught.value.pitfall == Pitfall.NO_FILE_EXIT_ZERO and caught.value.code == 3
    assert caught.value.remedy
