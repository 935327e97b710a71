"""How serious a line of a log says it is, as the programs in our images write it."""

from __future__ import annotations

import re
from typing import Literal

Level = Literal["warning", "error"]

#: Characters of a line that say it, if any do.
_LOOKED_AT = 200
#: Python's logging and warnings, and glog's first letter (Paddle, Paddle-Lite).
_LEVELS = re.compile(
    r"(?P<error>ERROR\b|CRITICAL\b|FATAL\b|Traceback\b|(?<=\w)(?:Error|Exception):|^\[?[EF](?:\d{4}|\s+\d+/))"
    r"|WARN(?:ING)?\b|Warning:|^\[?W(?:\d{4}|\s+\d+/)"
)


def level_of(line: str) -> Level | None:
    """Return what the shown ``line`` is, None for any other line; the first word that says so counts."""
    found = _LEVELS.search(line, 0, _LOOKED_AT)
    if found is None:
        return None
    return "error" if found["error"] else "warning"
