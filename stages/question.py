"""A question that is asked of a finished run, in the verify stage's image: one process, one answer.

It is asked as the stage's own :class:`~stages.contract.Spec`, and answered on stdout with a document as JSON;
what libraries print there is the log. Both volumes are read-only (``pipeline/run/place.py``).
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from stages.contract import Exit, Spec
from stages.contract.kernels import PINS
from stages.errors import StageError
from stages.runtime import Context, check_inputs


class Answer(Protocol):
    """A document that is read on the host."""

    def dump(self) -> str:
        """Return it as JSON."""


def answered(arguments: list[str], find: Callable[[Context], Answer]) -> int:
    """Print what ``find`` finds; return the exit code of an error that a stage would end with.

    Args:
        arguments: the spec, as JSON.
        find: imports what it needs by itself: libraries read the kernels' pins when they are loaded.
    """
    answer = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    spec = Spec.parse(arguments[0])
    os.environ.update(PINS if spec.kernels == "portable" else {})
    with tempfile.TemporaryDirectory() as folder:
        try:
            check_inputs(spec)
            found = find(Context(spec, Path(folder), lambda _event: None))
        except StageError as error:
            sys.stderr.write(f"{error.message}\n")
            return error.code
    answer.write(found.dump().encode("utf-8"))
    answer.close()
    return Exit.OK
