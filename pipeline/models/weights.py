"""A ``.pdiparams`` file, its tensors' types and shapes, and where they are asked for their bytes.

The file is what ``save_combine`` writes: tensors one after the other, sorted by their names, without them
(paddle/phi/core/framework/dense_tensor_serialize.cc).
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.models.wire import WireError, packed, read_message

_HEADER = struct.Struct("<IQ")
_DESCRIBED = struct.Struct("<Ii")
#: Larger descriptions, and more bytes of LoD, are no tensor's.
_MOST = 1 << 16
Read = Callable[[int], bytes]
#: Size of a number by ``VarType.Type`` (paddle/fluid/framework/framework.proto).
SIZES = {0: 1, 1: 2, 2: 4, 3: 8, 4: 2, 5: 4, 6: 8, 20: 1, 21: 1, 22: 2}
FLOAT16, FLOAT32, INT8, BFLOAT16 = 4, 5, 21, 22


@dataclass(frozen=True)
class Tensor:
    """A tensor of the file: its ``VarType.Type`` and its shape."""

    dtype: int
    shape: tuple[int, ...]


@dataclass(frozen=True)
class Tensors:
    """What a file holds, up to where it is cut off or no tensor any more."""

    items: tuple[Tensor, ...]
    whole: bool


def read_tensors(path: Path) -> Tensors:
    """Read the headers of all tensors in the file."""
    size, found = path.stat().st_size, list[Tensor]()
    with path.open("rb") as stream:
        try:
            while stream.tell() < size:
                tensor, length = _header(stream.read)
                if stream.tell() + length > size:
                    return Tensors(tuple(found), whole=False)
                stream.seek(length, 1)
                found.append(tensor)
        except (struct.error, WireError, KeyError):
            return Tensors(tuple(found), whole=False)
    return Tensors(tuple(found), whole=True)


def read_weights(path: Path) -> Iterator[tuple[Tensor, bytes]]:
    """Give all tensors of a file that is whole, with their bytes; of another one those before the damage."""
    with path.open("rb") as stream:
        for tensor in read_tensors(path).items:
            _header(stream.read)
            yield tensor, stream.read(math.prod(tensor.shape) * SIZES[tensor.dtype])


def _header(read: Read) -> tuple[Tensor, int]:
    """Read a tensor's header; return the tensor, and how many bytes of weights follow."""
    _version, levels = _HEADER.unpack(read(_HEADER.size))
    if levels > _MOST:
        raise WireError
    for _ in range(levels):
        (length,) = struct.unpack("<Q", read(8))
        read(min(length, _MOST))
    _version, length = _DESCRIBED.unpack(read(_DESCRIBED.size))
    if not 0 < length <= _MOST:
        raise WireError
    tensor = tensor_of(read(length))
    if any(
        size < 0 for size in tensor.shape
    ):  # the reader would go back, and never come to the end
        raise WireError
    return tensor, math.prod(tensor.shape) * SIZES[tensor.dtype]


def tensor_of(description: bytes) -> Tensor:
    """Read a ``VarType.TensorDesc``: field 1 is the type, field 2 repeated the sizes.

    Raises:
        WireError: it is none.
    """
    dtype, shape = -1, list[int]()
    for field, value in read_message(description):
        if field == 1 and isinstance(value, int):
            dtype = value
        elif field == 2:
            shape += [value] if isinstance(value, int) else packed(value)
    return Tensor(dtype, tuple(shape))
