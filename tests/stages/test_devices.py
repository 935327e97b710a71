"""Several devices: what is refused, and two processes on the CPU that train one network over gloo."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import paddle
import pytest

from stages import train
from stages.contract import Metric
from stages.errors import StageError
from stages.training import check_device
from support.legacy import new_folder
from support.lines import train_context, train_inputs
from support.small import SHAPE, data

FULL: dict[str, Any] = {
    "mode": "full",
    "image_shape": SHAPE,
    "overrides": ["Train.loader.num_workers=0", "Eval.loader.num_workers=0"],
}


def test_fewer_gpus_than_are_wanted_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(StageError, match="CPU build") as raised:
        check_device({"device": "gpu"})
    assert raised.value.remedy.endswith("paddock images build train-gpu")
    monkeypatch.setattr(paddle.device, "is_compiled_with_cuda", lambda: True)
    monkeypatch.setattr(paddle.device.cuda, "device_count", lambda: 1)
    check_device({"device": "gpu"})
    with pytest.raises(StageError, match="finds 1 GPUs in the container, of 2"):
        check_device({"device": "gpu", "devices": 2})


@pytest.mark.real_processes
def test_two_processes_train_one_network_half_of_the_lines_each(tmp_path: Path) -> None:
    """Four lines in batches of two are one step of two processes; one alone would make two."""
    given = train_inputs(tmp_path, 4, 2)
    given["config"] = data(new_folder()).config
    del given["pretrained"]
    run = train_context(tmp_path, given, **FULL, devices=2)
    assert train.run(run).epochs_run == 1
    losses = [e for e in run.events if isinstance(e, Metric) and e.name == "train_loss"]
    assert losses[-1].step == 1
    assert (run.output / "checkpoint.pdparams").is_file()
