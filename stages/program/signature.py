"""What a legacy program takes and gives: read from the file without loading Paddle."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from google.protobuf.message import DecodeError

from stages.errors import StageError
from stages.message import msg
from stages.proto import proto
from stages.text.printable import printable


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
    program = proto.ProgramDesc()
    try:
        program.ParseFromString(pdmodel.read_bytes())
        block = program.blocks[0]
        feeds = [item.outputs[0].arguments[0] for item in block.ops if item.type == "feed"]
        fetches = [item.inputs[0].arguments[0] for item in block.ops if item.type == "fetch"]
        shapes = {item.name: tuple(item.type.dense_tensor.tensor.dims) for item in block.vars}
    except (DecodeError, IndexError) as error:
        raise _refusal(pdmodel, msg("it is not a legacy Paddle program")) from error
    if len(feeds) != 1 or len(fetches) != 1:
        raise _refusal(
            pdmodel, msg("it has {feeds} inputs and {fetches} outputs", len(feeds), len(fetches))
        )
    return Signature(shapes.get(feeds[0], ()), shapes.get(fetches[0], ()))


def _refusal(pdmodel: Path, why: str) -> StageError:
    message = msg("{first}: {rest}", printable(pdmodel.name), why)
    remedy = msg("give the inference.pdmodel of a recognition model")
    return StageError(message, printable(str(pdmodel), 400), remedy)
