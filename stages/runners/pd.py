"""A legacy model (``.pdmodel``, ``.pdiparams``) in Paddle Inference, with its defaults."""

from __future__ import annotations

import numpy as np

from stages.paddle_parts import load_part
from stages.runners.protocol import Run


def load(threads: int, pdmodel: str, pdiparams: str, *, plain: bool = False) -> Run:
    """Return a function from float32 [N, 3, H, W] to float32 [N, T, classes].

    ``plain`` leaves oneDNN out, which takes sums in an order of its own.
    """
    core = load_part("base.libpaddle", ".so")
    config = core.AnalysisConfig(pdmodel, pdiparams)
    if plain:
        config.disable_mkldnn()
    config.disable_gpu()
    config.disable_glog_info()
    config.set_cpu_math_library_num_threads(threads)
    predictor = core.create_predictor(config)
    source = predictor.get_input_handle(predictor.get_input_names()[0])
    result = predictor.get_output_handle(predictor.get_output_names()[0])

    def run(image: np.ndarray) -> np.ndarray:
        source._copy_from_cpu_bind(image)
        predictor.run()
        return np.asarray(result.copy_to_cpu(), np.float32)

    return run
