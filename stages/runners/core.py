"""Paddle Inference without the Python around it: what a runner of an inference model needs of Paddle.

``import paddle`` takes 2.2 s of CPU and 75 MB, nearly all of it for what no predictor uses; the extension
module in it takes 0.3 s. ``paddle.inference`` itself (python/paddle/inference/wrapper.py) only gives its
classes other names, and checks of arguments.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

_NAME = "paddle.base.libpaddle"


def load_core() -> ModuleType:
    """Return Paddle's extension module; that of this process, if it has imported Paddle.

    Raises:
        ImportError: Paddle is not installed, or has no such module.
    """
    if _NAME in sys.modules:
        return sys.modules[_NAME]
    paddle = importlib.util.find_spec("paddle")
    if paddle is None or paddle.origin is None:
        raise ModuleNotFoundError("paddle is not installed", name="paddle")
    file = Path(paddle.origin).parent / "base" / "libpaddle.so"
    spec = importlib.util.spec_from_file_location(_NAME, file)
    if spec is None or spec.loader is None:
        raise ModuleNotFoundError(f"{file} is no module", name=_NAME)
    core = importlib.util.module_from_spec(spec)
    # under its own name, so that a later ``import paddle`` finds it: a process can hold it once
    sys.modules[_NAME] = core
    spec.loader.exec_module(core)
    return core
