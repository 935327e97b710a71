"""``python -m stages.ppocr.launch SCRIPT …``: a tool of PaddleOCR's, unmodified, on the stage's kernels."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

from stages.kernels.use import is_portable, use


def main(arguments: list[str]) -> None:
    """Run the script as Python itself would: with its own folder on the path, its name and its arguments."""
    use("portable" if is_portable() else "native")
    script = arguments[0]
    sys.path[0] = str(Path(script).parent)
    sys.argv = arguments
    runpy.run_path(script, run_name="__main__")


if __name__ == "__main__":
    main(sys.argv[1:])
