"""Images scaled to another height than the model was trained for: it runs, and reads badly."""

from __future__ import annotations

from pathlib import Path

import pytest

from stages.pitfalls import Pitfall
from support import bare
from support.caught import check_refused
from support.legacy import alphanumeric_model
from support.lines import draw_split
from support.measured import verify


@pytest.mark.real_processes
def test_by_hand_it_reads_something_else_with_exit_code_zero(tmp_path: Path) -> None:
    model, image = alphanumeric_model(), tmp_path / "noisy/0.png"
    draw_split(tmp_path, "noisy", 1, seed=3)
    text = (tmp_path / "noisy.txt").read_text(encoding="utf-8").split()[1]
    assert bare.read_aloud(model.folder, model.dictionary, image) == text
    assert bare.read_aloud(model.folder, model.dictionary, image, shape="3,24,320") != text


def test_paddock_compares_it_with_what_the_model_declares(tmp_path: Path) -> None:
    done = verify(tmp_path, {}, image_shape=[3, 32, 320])
    check_refused(done, 5, Pitfall.WRONG_HEIGHT, "image_shape", "[3, 48, 320]", "[3, 32, 320]")
