from __future__ import annotations

from pathlib import Path

from pipeline.models.weights import INT8, read_tensors
from support.given import tensors


def test_a_size_below_zero_ends_the_reading(tmp_path: Path) -> None:
    """A header of 33 bytes with -33 numbers of one byte: after it, it would come again, for ever."""
    path = tmp_path / "inference.pdiparams"
    path.write_bytes(tensors({"a": (2,)}) + tensors({"b": (-33,)}, INT8, 1) + bytes(100))
    found = read_tensors(path)
    assert [item.shape for item in found.items] == [(2,)] and not found.whole
