"""What images/tools/closure.py says of the code that a stage can reach."""

import re
import runpy
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

from pipeline.compose.file import REPOSITORY

_TOOL = runpy.run_path(str(REPOSITORY / "images/tools/closure.py"))
ALWAYS: tuple[str, ...] = _TOOL["ALWAYS"]
closure: Callable[[Path, Iterable[str]], list[Path]] = _TOOL["closure"]


@cache
def roots(stage: str) -> tuple[str, ...]:
    """Return the modules that images/Dockerfile names for a stage, and those of every stage."""
    text = (REPOSITORY / "images/Dockerfile").read_text(encoding="utf-8")
    named = re.search(rf"AS {stage}-code\nRUN python /tools/code.py /source /out (.*)\n", text)
    assert named is not None
    return (*ALWAYS, *(f"stages.{name}" for name in named[1].split()))
