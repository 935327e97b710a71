"""``python -m stages.reading SPEC``: every model of a run reads images of one's own.

Runs in the verify stage's image with both volumes read-only (``pipeline/run/reading.py``). ``SPEC`` is the
verify stage's own :class:`~stages.contract.Spec` as JSON, with the images as the tree ``own`` among its
inputs, called 1, 2, …, and without the test set. Prints :class:`~stages.contract.reading.Readings` as JSON.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from stages.contract import Exit, Spec
from stages.contract.kernels import PINS
from stages.errors import StageError
from stages.runtime import Context, check_inputs


def main(arguments: list[str]) -> int:
    """Print what the models read; return the exit code of an error that a stage would end with."""
    answer = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what libraries print there is the log
    spec = Spec.parse(arguments[0])
    os.environ.update(PINS if spec.kernels == "portable" else {})
    from stages.reading.run import read  # noqa: PLC0415 - libraries read these when they are loaded

    with tempfile.TemporaryDirectory() as folder:
        try:
            check_inputs(spec)
            found = read(Context(spec, Path(folder), lambda _event: None))
        except StageError as error:
            sys.stderr.write(f"{error.message}\n")
            return error.code
    answer.write(found.dump().encode("utf-8"))
    answer.close()
    return Exit.OK


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
