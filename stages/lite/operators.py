"""Which operators the installed ``opt`` knows, asked of it."""

from __future__ import annotations

from functools import lru_cache

from stages.errors import StageError
from stages.lite.script import ask
from stages.lite.targets import places
from stages.message import msg

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
    words = ["--print_supported_ops", "true", "--valid_targets", places(target)]
    done = ask(words, TIMEOUT_S)
    found = read_table(done.stdout.decode("utf-8", "replace"))
    if len(found) < _FEWEST:
        message = msg("opt lists {found} operators for {target}", len(found), target)
        raise StageError(
            message, msg("opt {target}", target), msg("see the stage's log; rebuild the images")
        )
    return found


def read_table(text: str) -> frozenset[str]:
    """Return the names of a table's rows that have a ``Y`` in any column."""
    rows = [line.split() for line in text.splitlines()]
    return frozenset(row[0] for row in rows if len(row) > 1 and set(row[1:]) == {"Y"})
