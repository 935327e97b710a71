"""Portable kernels against the processor's own: an image through the x86 file in Paddle-Lite.

``python benchmarks/kernels.py PROJECT [--rounds 3]``: the project is one whose verify stage has run. In each
round both sets are measured in turn, in a container each with the stage's limits, by kernels_lite.py. It is
CPU time that is compared: that holds better than wall time on a machine that has other things to do.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
from pathlib import Path

from byhand import ByHand

from pipeline.project import load_project
from stages.contract.kernels import KERNELS, PINS

_PROGRAM = Path(__file__).with_name("kernels_lite.py")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="What portable kernels cost.")
    parser.add_argument("project", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    hand = ByHand(load_project(options.project.resolve()), os.environ, "", "")
    program = _PROGRAM.read_text(encoding="utf-8")
    taken: dict[str, list[float]] = {kernels: [] for kernels in KERNELS}
    for _ in range(options.rounds):
        for kernels, times in taken.items():
            pins = PINS if kernels == "portable" else {}
            said = hand.python("verify", program, environ={**pins, "OMP_NUM_THREADS": "1"})
            times.extend(json.loads(said.splitlines()[-1]))
    portable, native = (1000 * statistics.median(taken[kernels]) for kernels in KERNELS)
    print(f"{'CPU ms an image':<18}{'portable':>12}{'native':>12}{'ratio':>12}")
    print(f"{'Paddle-Lite x86':<18}{portable:>12.1f}{native:>12.1f}{portable / native:>12.2f}")


if __name__ == "__main__":
    main()
