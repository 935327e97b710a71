"""The head of a ``.nb`` file (naive buffer, meta version 2), with the standard library alone.

Paddle-Lite (lite/model_parser/model_parser.cc) writes: u16 meta version; char[16] version of opt,
ended by NUL; u64 size of the program; the program (a flatbuffer); the parameters.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

from stages.errors import StageError
from stages.files import write_bytes
from stages.message import msg
from stages.text.printable import printable

META_VERSION = 2
_VERSION = slice(2, 18)
_HEAD = struct.Struct("<H16sQ")
HEAD_SIZE = _HEAD.size


@dataclass(frozen=True)
class Head:
    """What the first bytes of a ``.nb`` file say."""

    meta_version: int
    opt_version: str
    program_size: int


def read_head(nb: Path) -> Head:
    """Parse the head of ``nb``.

    Raises:
        StageError: the file is not a naive buffer of the version that this project knows.
    """
    return parse_head(nb.read_bytes(), nb)


def parse_head(data: bytes, nb: Path) -> Head:
    """Parse the head of a naive buffer; ``nb`` names it in errors.

    Raises:
        StageError: as :func:`read_head`.
    """
    if len(data) < HEAD_SIZE:
        raise malformed(nb, msg("it has {data} bytes, less than a head", len(data)))
    meta_version, version, program_size = _HEAD.unpack_from(data)
    if meta_version != META_VERSION:
        raise malformed(
            nb,
            msg(
                "its meta version is {meta_version}, expected {meta_version2}",
                meta_version,
                META_VERSION,
            ),
        )
    if not 0 < program_size < len(data) - HEAD_SIZE:
        raise malformed(
            nb,
            msg(
                "its program of {program_size} bytes does not fit {data} bytes",
                program_size,
                len(data),
            ),
        )
    opt_version = version.partition(b"\0")[0].decode("ascii", "replace")
    return Head(meta_version, printable(opt_version), program_size)


def make_reproducible(nb: Path) -> Head:
    """Zero the bytes after the version's NUL, which ``opt`` leaves uninitialised; return the head.

    They are all that differs between two conversions of a model, and no reader looks at them.

    Raises:
        StageError: as :func:`read_head`.
    """
    data = bytearray(nb.read_bytes())
    head = parse_head(bytes(data), nb)
    version = bytes(data[_VERSION]).partition(b"\0")[0]
    data[_VERSION] = version.ljust(16, b"\0")
    write_bytes(nb, bytes(data))
    return head


def malformed(nb: Path, found: str) -> StageError:
    """Return the error for a file that is not what its name says; ``found`` says why."""
    name = printable(nb.name)
    remedy = msg("convert again; the file may be truncated or of another Paddle-Lite version")
    return StageError(
        msg("{name} is not a naive buffer: {found}", name, found), printable(str(nb), 400), remedy
    )
