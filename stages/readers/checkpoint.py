"""A checkpoint (``.pdparams``) in PaddleOCR's own network, as training evaluates it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import paddle
import yaml

from stages.ppocr.checkpoint import load_parameters
from stages.ppocr.network import build
from stages.readers.protocol import Run


def load(_threads: int, config: str, checkpoint: str, classes: str) -> Run:
    """Return a function from float32 [1, 3, H, W] to float32 [1, T, classes].

    The CTC head ends in a softmax in evaluation mode (ppocr/modeling/heads/rec_ctc_head.py), as the
    exported program does. OMP_NUM_THREADS, which the parent sets, rules the threads.
    """
    architecture = yaml.safe_load(Path(config).read_text(encoding="utf-8"))["Architecture"]
    network = build(architecture, int(classes), load_parameters(Path(checkpoint)))

    def run(image: np.ndarray) -> np.ndarray:
        with paddle.no_grad():
            result = network(paddle.to_tensor(image))
        if isinstance(result, dict):  # MultiHead names its branches
            result = result["ctc"]
        last = result[-1] if isinstance(result, (list, tuple)) else result
        return np.asarray(last.numpy(), np.float32)

    return run
