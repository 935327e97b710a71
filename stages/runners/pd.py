"""A legacy model (``.pdmodel``, ``.pdiparams``) in Paddle Inference, with its defaults."""

from __future__ import annotations

import numpy as np
from paddle.inference import Config, create_predictor

from stages.runners.protocol import Run


def load(threads: int, pdmodel: str, pdiparams: str, *, plain: bool = False) -> Run:
    """Return a function from float32 [1, 3, H, W] to float32 [1, T, classes].

    ``plain`` leaves oneDNN out, which takes sums in an order of its own.
    """
    config = Config(pdmodel, pdiparams)
    if plain:
        config.disable_mkldnn()
    config.disable_gpu()
    config.disable_glog_info()
    config.set_cpu_math_library_num_threads(threads)
    predictor = create_predictor(config)
    source = predictor.get_input_handle(predictor.get_input_names()[0])
    result = predictor.get_output_handle(predictor.get_output_names()[0])

    def run(image: np.ndarray) -> np.ndarray:
        source.copy_from_cpu(image)
        predictor.run()
        return np.asarray(result.copy_to_cpu(), np.float32)

    return run
