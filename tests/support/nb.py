"""``.nb`` files with another head."""

from pathlib import Path

#: Where the head has opt's version, ended by NUL (lite/model_parser/model_parser.cc).
_VERSION = slice(2, 18)


def with_opt_version(nb: Path, out: Path, version: str) -> Path:
    """Write a copy that says that another ``opt`` made it."""
    data = bytearray(nb.read_bytes())
    data[_VERSION] = version.encode("ascii").ljust(16, b"\0")
    out.write_bytes(bytes(data))
    return out
