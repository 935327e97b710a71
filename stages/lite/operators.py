"""Which operators the installed ``opt`` knows, asked of it."""

from __future__ import annotations

import subprocess
import sys
from functools import lru_cache

from stages.errors import StageError
from stages.lite.script import entry_point

TIMEOUT_S = 60
#: Fewer lines than this are no list: 2.13 knows 248 operators for x86, 254 for arm.
_FEWEST = 50


@lru_cache
def known_operators(target: str) -> frozenset[str]:
    """Return the kinds of operators that ``opt`` takes for ``target``.

    It is the list that ``opt`` itself goes by before it converts (``CheckIfModelSupported`` in
    lite/api/tools/opt_base.cc): a table with a row an operator that some kernel computes.

    Raises:
        StageError: ``opt`` is not here, or gives no such table.
    """
    command = [sys.executable, str(entry_point())]
    command += ["--print_supported_ops", "true", "--valid_targets", target]
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            timeout=TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        message = f"opt did not list its operators within {TIMEOUT_S} s"
        raise StageError(message, f"opt {target}", "raise limits.cpus") from error
    found = read_table(done.stdout.decode("utf-8", "replace"))
    if len(found) < _FEWEST:
        message = f"opt lists {len(found)} operators for {target}"
        raise StageError(message, f"opt {target}", "see the stage's log; rebuild the images")
    return found


def read_table(text: str) -> frozenset[str]:
    """Return the names of a table's rows that have a ``Y`` in any column."""
    rows = [line.split() for line in text.splitlines()]
    return frozenset(row[0] for row in rows if len(row) > 1 and set(row[1:]) == {"Y"})
