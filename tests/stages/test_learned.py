from __future__ import annotations

import numpy as np

from stages.ppocr.learned import what_learned

START = {
    "backbone.conv1.conv.weight": np.ones(3, np.float32),
    "backbone.conv1.bn._mean": np.ones(3, np.float32),
    "head.ctc_encoder.encoder.conv1.weight": np.ones(3, np.float32),
    "head.ctc_head.fc.weight": np.ones((3, 2), np.float32),
    "head.gtc_head.tgt_word_prj.weight": np.ones(3, np.float32),
}


def counted(*changed: str) -> dict[str, int]:
    end = {key: array + 1 if key in changed else array for key, array in START.items()}
    return what_learned(START, end)["learned"]


def test_what_is_exported_is_counted_by_part() -> None:
    expected = {"backbone": 1, "neck": 1, "head": 1}
    assert what_learned(START, START)["parameters"] == expected


def test_only_what_changed_has_learned() -> None:
    assert counted() == {"backbone": 0, "neck": 0, "head": 0}
    assert counted("head.ctc_encoder.encoder.conv1.weight")["neck"] == 1
    assert counted("head.ctc_head.fc.weight") == {"backbone": 0, "neck": 0, "head": 1}


def test_running_statistics_and_training_branches_learn_nothing() -> None:
    changed = "backbone.conv1.bn._mean", "head.gtc_head.tgt_word_prj.weight"
    assert counted(*changed) == {"backbone": 0, "neck": 0, "head": 0}
