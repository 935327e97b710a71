"""Run inside the verify image by kernels.py: an image in Paddle-Lite, without Paddle in the process.

Prints JSON: CPU seconds of each round, after two that warm up.
"""

from __future__ import annotations

import json
import time
from pathlib import Path

import numpy as np

from stages.contract import Spec
from stages.runners import nb
from stages.runtime import Context

_SPECS, _WARM, _ROUNDS = "/paddock/runs", 2, 30


def main() -> None:
    """Measure and print."""
    newest = max(Path(_SPECS).glob("*/verify/spec.json"))
    context = Context(Spec.load(newest), Path("/tmp"), lambda _: None)  # noqa: S108
    run = nb.load(1, str(context.input("nb-x86")))
    shape = context.parameters["image_shape"]
    image = np.random.default_rng(0).uniform(-1, 1, (1, *shape)).astype(np.float32)
    times = []
    for _ in range(_WARM + _ROUNDS):
        started = time.process_time()
        run(image)
        times.append(time.process_time() - started)
    print(json.dumps(times[_WARM:]))


if __name__ == "__main__":
    main()
