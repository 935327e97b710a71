"""A file for another processor, run: it crashes or returns zeros with exit code 0."""

from __future__ import annotations

from pathlib import Path

import pytest

from stages.pitfalls import Pitfall
from stages.program.prove import random_images
from support import bare
from support.legacy import SHAPE
from support.measured import model_entry, verify
from support.small import converted

IMAGE = random_images([SHAPE], seed=1)[0]


@pytest.mark.real_processes
def test_by_hand_the_runtime_takes_the_file_and_gives_nothing_that_is_true() -> None:
    ended, outputs = bare.lite(converted().output / "model_arm.nb", IMAGE)
    assert "arm" not in ended.log, "nothing says that the file is for another machine"
    assert ended.code < 0 or not outputs[0].any()


def test_paddock_reads_the_target_in_the_file_and_never_runs_it(tmp_path: Path) -> None:
    arm = converted().output / "model_arm.nb"
    done = verify(tmp_path, {"nb-x86": arm})
    assert done.code == 0, done.log[-3000:]
    entry = model_entry(done, "nb-x86")
    assert entry["pitfall"] == str(Pitfall.FOREIGN_TARGET)
    assert (entry["status"], entry["fault"]) == ("failed", "wrong_target"), "it was not run"
    assert "arm" in entry["detail"]
