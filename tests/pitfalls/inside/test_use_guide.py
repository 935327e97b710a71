"""use_guide detaches the CTC branch: with no other loss, the backbone never learns."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from stages.pitfalls import Pitfall
from stages.ppocr.checkpoint import load_parameters, save_parameters
from stages.ppocr.network import build, state_arrays
from support import bare
from support.caught import run_stage
from support.lines import PARAMETERS
from support.small import SHAPE, Data, data

#: PP-OCRv3's form, small, with the setting that its configuration has.
GUIDED: dict[str, Any] = {
    "model_type": "rec",
    "algorithm": "SVTR",
    "Transform": None,
    "Backbone": {
        "name": "MobileNetV1Enhance",
        "scale": 0.25,
        "last_conv_stride": [1, 2],
        "last_pool_type": "avg",
    },
    "Neck": {
        "name": "SequenceEncoder",
        "encoder_type": "svtr",
        "dims": 32,
        "hidden_dims": 32,
        "depth": 1,
        "use_guide": True,
    },
    "Head": {"name": "CTCHead", "fc_decay": 0.0},
}


def guided(folder: Path) -> tuple[Data, Path]:
    """Write the configuration, and weights to start from."""
    made = data(folder)
    made.reconfigure(Architecture=GUIDED)
    start = folder / "start.pdparams"
    save_parameters(start, state_arrays(build(GUIDED, 37)))
    return made, start


def changed(before: Path, after: Path) -> set[str]:
    """Return which parts of the network have other weights; running statistics are none."""
    one, other = load_parameters(before), load_parameters(after)
    weights = [name for name in one if not name.endswith(("._mean", "._variance"))]
    return {
        name.partition(".")[0] for name in weights if not np.array_equal(one[name], other[name])
    }


def test_by_hand_the_backbone_stays_as_it_was_and_nothing_says_so(tmp_path: Path) -> None:
    made, start = guided(tmp_path)
    options = {"pretrained_model": start.with_suffix(""), "save_model_dir": "out"}
    done = bare.paddleocr("train.py", made.config, **options)
    assert done.code == 0 and "not matched" not in done.log
    assert changed(start, tmp_path / "out/latest.pdparams") == {"neck", "head"}


def test_paddock_warns_and_counts_what_learned(tmp_path: Path) -> None:
    made, start = guided(tmp_path / "made")
    inputs = {
        "train": made.folder / "train",
        "val": made.folder / "val",
        "train_labels": made.labels("train"),
        "val_labels": made.labels("val"),
        "dict": made.dictionary,
        "config": made.config,
        "pretrained": start,
    }
    parameters = {**PARAMETERS, "mode": "full", "image_shape": SHAPE, "epochs": 1, "batch_size": 2}
    done = run_stage("train", tmp_path, inputs, parameters)
    assert done.code == 0, done.log[-3000:]
    warning = next(item for item in done.warnings if item.pitfall == str(Pitfall.USE_GUIDE))
    assert "backbone stays as it is" in warning.message
    learned = done.result.metrics["learned"]
    assert learned["backbone"] == 0 and learned["neck"] > 0 and learned["head"] > 0
