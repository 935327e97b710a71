"""``python -m stages.ppocr.launch SCRIPT …``: a tool of PaddleOCR's, unmodified, on the stage's kernels."""

from __future__ import annotations

import runpy
import sys

from stages.kernels.use import is_portable, use
from stages.ppocr.tracing import quicken


def main(arguments: list[str]) -> None:
    """Run the script as Python itself would: with its own folder on the path, its name and its arguments."""
    use("portable" if is_portable() else "native")
    quicken()
    script, sys.argv = arguments[0], arguments
    sys.path[0] = script.rpartition("/")[0]
    runpy.run_path(script, run_name="__main__")


if __name__ == "__main__":
    main(sys.argv[1:])

# Paddle writes the lines of these calls into some operators of a program that PaddleOCR's tool exports: if
# one moves, inference.pdmodel has other bytes.
