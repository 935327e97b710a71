"""``python -m stages.reading SPEC``: every model of a run reads images of one's own.

Runs in the verify stage's image with both volumes read-only (``pipeline/run/reading.py``). ``SPEC`` is the
verify stage's own :class:`~stages.contract.Spec` as JSON, with the images as the tree ``own`` among its
inputs, called 1, 2, …, and without the test set. Prints :class:`~stages.contract.reading.Readings` as JSON.
"""

from __future__ import annotations

import sys

from stages.contract.reading import Readings
from stages.question import answered
from stages.runtime import Context


def main(arguments: list[str]) -> int:
    """Print what the models read."""
    return answered(arguments, _read)


def _read(context: Context) -> Readings:
    from stages.reading.run import read  # noqa: PLC0415 - libraries read the pins when they are loaded

    return read(context)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
