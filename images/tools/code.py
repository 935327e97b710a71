"""``code.py OUT``: bytecode and settled times for code that came out of the build context."""

from __future__ import annotations

import sys
from pathlib import Path

from files import compile_tree, settle_times

if __name__ == "__main__":
    root = Path(sys.argv[1])
    compile_tree(root, root)
    settle_times(root)
