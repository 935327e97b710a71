"""A convolution quantised statically: Lite's x86 kernel leaves out an activation that it does not know."""

from __future__ import annotations

import subprocess
import sys
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest

from stages.lite.naive_buffer import read_naive_buffer
from stages.parity.unsound import unsound
from stages.pitfalls import Pitfall
from support import bare
from support.legacy import new_folder

#: A user's script: a convolution and an activation, quantised as Paddle does it, with images of noise.
_QUANTISE = """
import os, sys
os.environ["FLAGS_enable_pir_api"] = "0"
import numpy as np
import paddle
from paddle.static.quantization import PostTrainingQuantization

paddle.enable_static()
paddle.seed(1)
folder, activation = sys.argv[1:]
x = paddle.static.data("x", [1, 3, 8, 8], "float32")
y = getattr(paddle.nn.functional, activation)(paddle.nn.Conv2D(3, 4, 3, bias_attr=False)(x))
executor = paddle.static.Executor(paddle.CPUPlace())
executor.run(paddle.static.default_startup_program())
paddle.static.save_inference_model(folder + "/float", [x], [y], executor)
images = [{"x": np.random.default_rng(n).normal(0, 3, (1, 3, 8, 8)).astype("f4")} for n in range(4)]
ptq = PostTrainingQuantization(
    executor=executor, model_dir=folder, model_filename="float.pdmodel", params_filename="float.pdiparams",
    data_loader=lambda: iter(images), batch_size=1, batch_nums=4, algo="abs_max",
    quantizable_op_type=["conv2d"], weight_quantize_type="channel_wise_abs_max", onnx_format=False,
)
ptq.quantize()
ptq.save_quantized_model(folder, model_filename="int8.pdmodel", params_filename="int8.pdiparams")
"""
IMAGE = np.random.default_rng(9).normal(0, 3, (3, 8, 8)).astype(np.float32)


@lru_cache(maxsize=2)
def quantised(activation: str) -> Path:
    """Quantise the network and let opt convert it for x86."""
    folder = new_folder()
    command = [sys.executable, "-c", _QUANTISE, str(folder), activation]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    made = bare.opt((folder / "int8.pdmodel", folder / "int8.pdiparams"), "x86", folder / "int8")
    assert made.code == 0 and "saved into" in made.log
    return folder / "int8.nb"


@pytest.mark.real_processes
def test_by_hand_the_activation_is_left_out_and_nothing_is_said() -> None:
    ended, outputs = bare.lite(quantised("hardswish"), IMAGE)
    assert ended.code == 0, ended.log
    assert outputs[0].min() < -1, "hard_swish gives nothing under -0.375"


@pytest.mark.real_processes
def test_paddock_sees_it_in_the_file_without_running_it() -> None:
    found = unsound(read_naive_buffer(quantised("hardswish")), "x86")
    assert found and found[1] is Pitfall.INT8_ACTIVATION_DROPPED and "hard_swish" in found[0]
    assert unsound(read_naive_buffer(quantised("relu")), "x86") is None
