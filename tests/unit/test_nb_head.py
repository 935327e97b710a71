import struct
from pathlib import Path

import pytest

from stages.errors import StageError
from stages.lite.nb import make_reproducible, parse_head, read_head

PROGRAM = b"program" * 3


def naive_buffer(garbage: bytes = b"\x36\xf7\xfe\x7f\x00\x00", meta: int = 2) -> bytes:
    version = (b"v2.13-rc\0" + garbage).ljust(16, b"\0")[:16]
    return struct.pack("<H16sQ", meta, version, len(PROGRAM)) + PROGRAM + b"parameters"


def test_the_head_names_the_version(tmp_path: Path) -> None:
    path = tmp_path / "model.nb"
    path.write_bytes(naive_buffer())
    head = read_head(path)
    assert (head.meta_version, head.opt_version, head.program_size) == (2, "v2.13-rc", len(PROGRAM))


def test_uninitialised_bytes_become_zero_and_nothing_else_changes(tmp_path: Path) -> None:
    one, other = tmp_path / "one.nb", tmp_path / "other.nb"
    one.write_bytes(naive_buffer(b"\x01\x02\x03"))
    other.write_bytes(naive_buffer(b"\xff\xee\xdd"))
    make_reproducible(one)
    make_reproducible(other)
    assert one.read_bytes() == other.read_bytes() == naive_buffer(b"")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "0 bytes"),
        (naive_buffer()[:20], "20 bytes"),
        (naive_buffer(meta=1), "meta version is 1"),
        (naive_buffer()[:30], "does not fit"),
        (b'{"base_code": "pir"}' * 3, "meta version"),
    ],
)
def test_other_files_are_refused(data: bytes, message: str) -> None:
    with pytest.raises(StageError, match=message):
        parse_head(data, Path("model.nb"))
