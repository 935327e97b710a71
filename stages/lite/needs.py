"""What a ``.nb`` file needs of the app that loads it, as its head and its own list of kernels say.

One answer for the report, ``preprocess.json``, ``paddock audit --file`` and ``paddock check-app``.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum

from stages.contract import Needs
from stages.lite.kernels import is_half, is_opencl
from stages.lite.library import EXTRA, Library, version_numbers
from stages.lite.naive_buffer import NaiveBuffer


class Lack(Enum):
    """What a library has not that a file needs."""

    VERSION = "version"
    EXTRA = "extra"
    HALF = "half"
    OPENCL = "opencl"


def needs_of(nb: NaiveBuffer) -> Needs:
    """Return what a file needs.

    A runtime older than ``opt`` aborts, or reads wrongly; a newer one reads older files (measured: 2.13's
    files in the 2.13 and the 2.14rc runtime). Which operators need extra kernels does not depend on the
    target: the registration of most is extra itself (lite/operators/CMakeLists.txt, v2.13).
    """
    kinds = {operator.type for operator in nb.every_operator()}
    return Needs(
        oldest(nb.head.opt_version),
        tuple(sorted(kinds & EXTRA.keys())),
        is_half(nb),
        is_opencl(nb),
    )


def oldest(opt_version: str) -> str:
    """Return the oldest Paddle-Lite that reads the files of this ``opt``: ``2.13`` of ``v2.13-rc``."""
    return ".".join(map(str, version_numbers(opt_version)[:2]))


def lacks(needs: Needs, library: Library) -> Iterator[Lack]:
    """Give what a library has not; what cannot be told of it is not given."""
    if library.numbers and library.numbers[:2] < version_numbers(needs.at_least):
        yield Lack.VERSION
    if library.lacks(frozenset(needs.extra)):
        yield Lack.EXTRA
    if needs.half and library.half is False:
        yield Lack.HALF
    if needs.opencl and library.opencl is False:
        yield Lack.OPENCL
