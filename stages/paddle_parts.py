"""Parts of Paddle without the rest of it.

``import paddle`` takes 2.2 s of CPU and 75 MB, nearly all of it for what a predictor and a program's file do
not need: the extension module with Paddle Inference in it takes 0.3 s, the messages of a program less.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

#: What compiles operators in C++ that somebody wrote: nobody here. It brings setuptools along, a third of the
#: time that ``import paddle`` takes.
_BUILDING = ("paddle.utils.cpp_extension", "paddle.utils.cpp_extension.extension_utils")


def leave_out_building() -> None:
    """Let a later ``import paddle`` pass over what builds operators: the modules are there, and empty."""
    if "paddle" not in sys.modules:
        for name in _BUILDING:
            sys.modules[name] = ModuleType(name)


def load_part(name: str, ending: str = ".py") -> ModuleType:
    """Return the module ``paddle.NAME``; that of this process, if it has imported Paddle.

    Args:
        name: of a module that imports nothing of Paddle itself.
        ending: of its file's name.

    Raises:
        ModuleNotFoundError: Paddle is not installed, or has no such module.
    """
    full = f"paddle.{name}"
    if full in sys.modules:
        return sys.modules[full]
    if "paddle" in sys.modules:
        return importlib.import_module(full)
    paddle = importlib.util.find_spec("paddle")
    if paddle is None or paddle.origin is None:
        raise ModuleNotFoundError("paddle is not installed", name="paddle")
    file = Path(paddle.origin).parent.joinpath(*name.split(".")).with_suffix(ending)
    spec = importlib.util.spec_from_file_location(full, file)
    if spec is None or spec.loader is None or not file.is_file():
        raise ModuleNotFoundError(f"{file} is no module", name=full)
    module = importlib.util.module_from_spec(spec)
    # under its own name, so that a later ``import paddle`` finds it: a process can hold it once
    sys.modules[full] = module
    spec.loader.exec_module(module)
    return module
