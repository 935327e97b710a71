"""What a legacy program takes and gives: read from the file without loading Paddle."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from google.protobuf.message import DecodeError

from stages.errors import StageError
from stages.message import msg
from stages.text.printable import printable

_MESSAGES = "paddle.base.proto.framework_pb2"


@dataclass(frozen=True)
class Signature:
    """Declared shapes of the only input and the only output, -1 where known at run time only."""

    input_shape: tuple[int, ...]
    output_shape: tuple[int, ...]


def read_signature(pdmodel: Path) -> Signature:
    """Read what a ``.pdmodel`` declares.

    Raises:
        StageError: the file is not a legacy program with one input and one output.
    """
    program = _messages().ProgramDesc()
    try:
        program.ParseFromString(pdmodel.read_bytes())
        block = program.blocks[0]
    except (DecodeError, IndexError) as error:
        raise _refusal(pdmodel, msg("it is not a legacy Paddle program")) from error
    shapes = {item.name: tuple(item.type.dense_tensor.tensor.dims) for item in block.vars}
    feeds = [item.outputs[0].arguments[0] for item in block.ops if item.type == "feed"]
    fetches = [item.inputs[0].arguments[0] for item in block.ops if item.type == "fetch"]
    if len(feeds) != 1 or len(fetches) != 1:
        raise _refusal(
            pdmodel, msg("it has {feeds} inputs and {fetches} outputs", len(feeds), len(fetches))
        )
    return Signature(shapes.get(feeds[0], ()), shapes.get(fetches[0], ()))


@cache
def _messages() -> Any:
    """Return Paddle's protobuf messages (paddle/fluid/framework/framework.proto).

    Their module needs nothing of Paddle; importing it by its name would load all of Paddle first,
    which takes seconds.
    """
    if "paddle" in sys.modules:
        return importlib.import_module(_MESSAGES)
    paddle = importlib.util.find_spec("paddle")
    if paddle is None or paddle.origin is None:
        raise StageError(msg("Paddle is not installed"), "paddle", msg("rebuild the images"))
    file = Path(paddle.origin).parent / "base" / "proto" / "framework_pb2.py"
    spec = importlib.util.spec_from_file_location("paddle_framework_pb2", file)
    if spec is None or spec.loader is None:
        raise StageError(
            msg("Paddle has no framework_pb2.py"), str(file), msg("rebuild the images")
        )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _refusal(pdmodel: Path, why: str) -> StageError:
    message = msg("{first}: {rest}", printable(pdmodel.name), why)
    remedy = msg("give the inference.pdmodel of a recognition model")
    return StageError(message, printable(str(pdmodel), 400), remedy)
