"""What a ``.nb`` file takes and gives; a file is parsed once for all comparisons of a kind."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from stages.errors import StageError
from stages.lite.naive_buffer import read_naive_buffer
from stages.lite.signature import input_shape, output_width


@dataclass(frozen=True)
class BufferSignature:
    """The declared shape of the only input, and the classes of the only output."""

    input_shape: tuple[int, ...]
    classes: int


def read_buffer(nb: Path) -> BufferSignature | None:
    """Return what a ``.nb`` file of any target says; None if it cannot be read.

    What cannot be read is no difference: it cannot be run either, which verify says.
    """
    try:
        found = nb.stat()
        return _read(nb, found.st_mtime_ns, found.st_size)
    except (OSError, StageError):
        return None


@lru_cache(maxsize=8)
def _read(nb: Path, _changed: int, _size: int) -> BufferSignature:
    model = read_naive_buffer(nb)
    return BufferSignature(input_shape(model), output_width(model))


def read_input_shape(nb: Path) -> tuple[int, ...]:
    """Return the declared shape of the only input, of a model for any task; () if it cannot be read."""
    try:
        return input_shape(read_naive_buffer(nb))
    except (OSError, StageError):
        return ()
