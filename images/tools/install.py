"""``install.py REQUIREMENTS OUT``: install a lock by hash into ``OUT``, the same bytes every time.

Runs in a throw-away build stage; the image takes ``OUT`` from there. Only what the lock names is
installed, without the files that no stage needs, with bytecode (it halves the time of importing
Paddle), and with all times set to one moment.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from files import compile_tree, pip, settle

#: Large or useless in a container that never compiles and never runs a library's tests.
#: Type stubs stay: scikit-image's lazy loader reads them.
TRIMMED = (
    "paddle/include",
    "paddle/libs/libopenvino_intel_cpu_plugin.so",
    "cv2/data",
    "**/tests",
    "**/*.pyx",
    "**/*.pxd",
)


def main(requirements: Path, out: Path) -> None:
    """Install ``requirements`` below ``out``, trimmed, compiled and with settled times."""
    pip("install", "--root", str(out), "--no-compile", "--only-binary", ":all:", lock=requirements)
    packages = next(out.glob("usr/local/lib/python3.*/site-packages"))
    for pattern in TRIMMED:
        for path in sorted(packages.glob(pattern)):
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    compile_tree(packages, out)
    settle(out)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
