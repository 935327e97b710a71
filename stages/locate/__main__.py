"""``python -m stages.locate SPEC``: at which operator, and in which layer, do NB models part from PD?

Runs in the verify stage's image with both volumes read-only (``pipeline/run/locate.py``). ``SPEC`` is the
verify stage's own :class:`~stages.contract.Spec` as JSON, with the program that ``opt`` was given
(``lite-program``, ``lite-parameters``) among its inputs, and among its parameters ``images`` (of the test
set, to be looked at first), ``only_these``, ``tolerance`` (``[verify] max_abs_diff``), ``made_elsewhere`` (NB
models), ``architecture`` (built in, or ""), ``models`` (NB models to look at; all, if none) and ``patience``
(seconds that it may take; 0: all that it takes). Prints :class:`~stages.contract.location.Location` as JSON.
"""

from __future__ import annotations

import contextlib
import signal
import sys
from collections.abc import Iterator
from types import FrameType

from stages.contract.location import Location
from stages.errors import StageError
from stages.message import msg
from stages.question import answered
from stages.runtime import Context


class TooLongError(Exception):
    """The time that there was is over."""


@contextlib.contextmanager
def within(seconds: float) -> Iterator[None]:
    """Give what is done in this context so much time; 0 is all that it takes.

    Raises:
        TooLongError: it was not enough.
    """

    def end(_signal: int, _frame: FrameType | None) -> None:
        raise TooLongError

    signal.signal(signal.SIGALRM, end)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def main(arguments: list[str]) -> int:
    """Print where the models part."""
    return answered(arguments, _locate)


def _locate(context: Context) -> Location:
    from stages.locate.run import locate  # noqa: PLC0415 - libraries read the pins when they are loaded

    patience = float(context.parameters.get("patience", 0))
    try:
        with within(patience):
            return locate(context)
    except TooLongError as error:
        raise StageError(
            msg("it takes longer than {seconds} s; paddock locate waits for it", patience)
        ) from error


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
