"""A naive buffer (``.nb``) in Paddle-Lite's own runtime."""

from __future__ import annotations

import numpy as np
from paddlelite.lite import MobileConfig, create_paddle_predictor

from stages.runners.protocol import Run


def load(_threads: int, nb: str) -> Run:
    """Return a function from float32 [1, 3, H, W] to float32 [1, T, classes].

    The Python binding has no thread setting; OMP_NUM_THREADS, which the parent sets, rules.
    """
    config = MobileConfig()
    config.set_model_from_file(nb)
    predictor = create_paddle_predictor(config)

    def run(image: np.ndarray) -> np.ndarray:
        predictor.get_input(0).from_numpy(image)
        predictor.run()
        # numpy() is a view of memory that the next run overwrites
        return np.array(predictor.get_output(0).numpy(), np.float32)

    return run
