"""How long the log viewer takes for lines made to be hard: the longest there are, full of one sequence."""

from __future__ import annotations

import time

from tui.logs.cleaning import shown
from tui.logs.reading import LONGEST_LINE, cut_line

_HARD = {
    "operating system commands": b"\x1b]",
    "control sequences": b"\x1b[",
    "unfinished sequences": b"\x1b[0",
    "carriage returns": b"\r",
    "overwritten letters": b"a\r",
    "backspaces": b"\b",
    "combining marks": "\u0301".encode(),
    "tabs": b"\t",
}


def main() -> None:
    """Print milliseconds a line."""
    for name, piece in _HARD.items():
        line = cut_line(piece * (LONGEST_LINE // len(piece)))
        began = time.perf_counter()
        shown(line)
        print(f"{name:28}{(time.perf_counter() - began) * 1000:10.1f} ms")


if __name__ == "__main__":
    main()
