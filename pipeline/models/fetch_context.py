"""Who a model is fetched for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from stages.contract import hash_file

Say = Callable[[str], None]
#: Gives a file's SHA-256; a project's cache of hashes saves reading a model again for every run.
Sha256 = Callable[[Path], str]


def read_sha256(path: Path) -> str:
    """Read the file and return its SHA-256."""
    return hash_file(path).sha256


def _ignore(_text: str) -> None:
    return


def _go_on() -> None:
    return


@dataclass(frozen=True)
class FetchContext:
    """Is told what takes time, hashes files, and can break a fetch off.

    ``check`` is called all the time while something is fetched; what it raises ends the fetch.
    """

    say: Say = _ignore
    sha256: Sha256 = read_sha256
    check: Callable[[], None] = _go_on
