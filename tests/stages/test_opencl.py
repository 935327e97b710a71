"""The file for a phone's GPU, of official models: traced and read back, it is the arm file's program."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from stages import convert
from stages.contract import Lineage
from stages.contract.variant import Variant
from stages.emulation.program import write_emulation
from stages.lineage.targets import compare_targets
from stages.lite.kernels import read_target
from stages.lite.naive_buffer import read_naive_buffer
from stages.lite.operators import known_operators
from stages.lite.targets import TARGETS
from stages.program.prove import random_images
from support.falsify import with_attribute
from support.legacy import SHAPE, context, new_folder, official, predict
from support.pir import take_over

PAGE, LINE = (3, 320, 320), (3, 48, 192)
Files = tuple[Path, Path]


def legacy(name: str) -> Files:
    folder = official(name)
    return folder / "inference.pdmodel", folder / "inference.pdiparams"


MODELS: dict[str, tuple[Callable[[], Files], str, tuple[int, ...]]] = {
    "PP-OCRv4_mobile_rec": (lambda: legacy("PP-OCRv4_mobile_rec"), "recognition", SHAPE),
    "PP-OCRv5_mobile_rec": (lambda: pir("PP-OCRv5_mobile_rec"), "recognition", SHAPE),
    "PP-OCRv5_mobile_det": (lambda: pir("PP-OCRv5_mobile_det"), "detection", PAGE),
    # its convolutions have sums with another branch fused behind them
    "ch_ppocr_mobile_v2.0_cls": (lambda: legacy("ch_ppocr_mobile_v2.0_cls"), "orientation", LINE),
}


def pir(name: str) -> Files:
    return take_over(official(name))[1]


@pytest.mark.parametrize("name", MODELS)
def test_it_is_traced_and_read_back_to_the_arm_files_program(tmp_path: Path, name: str) -> None:
    make, task, shape = MODELS[name]
    files = make()
    inputs = {"pdmodel": files[0], "pdiparams": files[1]}
    parameters = {"task": task, "targets": list(TARGETS), "fp16": False, "image_shape": list(shape)}
    run = context("convert", new_folder(), inputs, parameters)
    convert.run(run)
    made = {target: run.output / Variant(target).file for target in TARGETS}
    assert [read_target(made[target]) for target in TARGETS] == list(TARGETS)
    lineage = Lineage.from_json((run.output / "lineage.json").read_bytes())
    assert lineage.targets is not None and lineage.targets.equal
    assert {step.to for step in lineage.steps} >= {"nb-arm", "nb-opencl"}
    read = [
        write_emulation(read_naive_buffer(made[target]), tmp_path / target)
        for target in ("arm", "opencl")
    ]
    for one, other in zip(*read, strict=True):
        assert one.read_bytes() == other.read_bytes()
    image = random_images([shape], seed=2)[0]
    assert np.abs(predict(read[1], image) - predict(files, image)).max() < 1e-3
    if task == "recognition":
        a_falsified_number_is_seen(made, tmp_path)


def a_falsified_number_is_seen(made: dict[str, Path], folder: Path) -> None:
    """What is fused for the GPU alone is read, and compared with what other files say."""
    wrong = read_naive_buffer(
        with_attribute(made["opencl"], folder / "wrong.nb", "conv2d", "swish_scale", 3.0)
    )
    assert not compare_targets(read_naive_buffer(made["arm"]), wrong).equal
    files = write_emulation(wrong, folder / "wrong")
    right = folder / "opencl/emulated.pdmodel"
    assert files[0].read_bytes() != right.read_bytes()


def test_what_the_gpu_has_no_kernel_for_is_known_where_arm_has_one() -> None:
    assert known_operators("arm") < known_operators("opencl")
