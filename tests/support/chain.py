"""``python -m support.chain FOLDER``: from drawn lines to ``.nb`` files, by the stages' code.

As small as a chain with every part in it can be, for a processor that is emulated: PP-OCRv5 with its official
weights, two images to train on and one to validate with, 64 pixels wide.
PaddleOCR's own trainer is no part of it: under qemu-user 7.2 it ends with a segmentation fault.
"""

from __future__ import annotations

import sys
from pathlib import Path
from unittest.mock import patch

import numpy as np
import paddle

from stages import convert, train
from stages.export import from_checkpoint as export
from stages.runners import client
from support.legacy import context
from support.lines import train_context, train_inputs

SHAPE = [3, 48, 64]
#: An image takes minutes where each instruction is emulated.
_PATIENCE_S = 3600.0
#: Paddle's own square roots, which no pin makes equal: what shows that two processors were at work.
CONTROL = "control.npy"
#: What is compared, at the least: features, checkpoint, PD model, and what is made of it.
MADE = (
    "cache/features/*/*/*", "train/checkpoint.pdparams", "export/inference.pdmodel",
    "export/inference.pdiparams", "convert/model_arm.nb", "convert/model_x86.nb",
)  # fmt: skip


def main(folder: Path) -> None:
    """Leave the stages' folders in ``folder``, and the square roots."""
    numbers = paddle.to_tensor(np.arange(1, 1001, dtype=np.float32))
    np.save(folder / CONTROL, paddle.sqrt(numbers).numpy())
    inputs = train_inputs(folder, 2, 1)
    frozen(folder, inputs)
    converted(folder, exported(folder, inputs["dict"]))


def frozen(folder: Path, inputs: dict[str, Path]) -> None:
    """Train on the frozen backbone's features."""
    run = train_context(folder, inputs, image_shape=SHAPE, epochs=1, batch_size=2)
    with patch.object(client, "RUN_TIMEOUT_S", _PATIENCE_S):
        train.run(run)


def exported(folder: Path, dictionary: Path) -> dict[str, Path]:
    """Export the checkpoint; return convert's inputs."""
    trained = folder / "train"
    files = {"checkpoint": trained / "checkpoint.pdparams", "config": trained / "config.yml"}
    parameters = {"image_shape": SHAPE, "use_space_char": False}
    run = context("export", folder, {**files, "dict": dictionary}, parameters)
    export.run(run)
    return {name: run.output / f"inference.{name}" for name in ("pdmodel", "pdiparams")}


def converted(folder: Path, model: dict[str, Path]) -> None:
    """Convert the PD model for both targets; the proof, which decides no byte, reads one small image."""
    run = context("convert", folder, model, {"targets": ["arm", "x86"], "fp16": False})
    with (
        patch.object(convert, "input_shapes", return_value=[tuple(SHAPE)]),
        patch.object(client, "RUN_TIMEOUT_S", _PATIENCE_S),
    ):
        convert.run(run)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
