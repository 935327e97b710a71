"""What a program's operators are given, image by image, as Paddle Inference computes it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from paddle.inference import Config, create_predictor

from stages.program.folding import fold_norms
from stages.program.graph import Graph, Operator
from stages.program.params import write_parameters, write_program
from stages.proto import proto


class Activations:
    """A program loaded so that it gives some of its variables."""

    def __init__(self, graph: Graph, wanted: Sequence[str], folder: Path) -> None:
        """Write a copy of the program that fetches ``wanted`` into ``folder`` and load it.

        It is run operator by operator: Paddle fuses others where variables are fetched, and then adds a bias
        along the wrong axis. In one thread, for with more the sums would be others.
        """
        files = folder / "activations.pdmodel", folder / "activations.pdiparams"
        own = Graph(graph.program(), graph.used_parameters())
        fold_norms(own)  # or Paddle would, with the processor's own square roots
        own.operators[:] = [item for item in own.operators if item.type != "fetch"]
        own.operators.extend(_fetch(name, place) for place, name in enumerate(wanted))
        write_program(files[0], own.program())
        write_parameters(files[1], own.used_parameters())
        config = Config(str(files[0]), str(files[1]))
        config.disable_gpu()
        config.disable_mkldnn()
        config.switch_ir_optim(False)
        config.set_cpu_math_library_num_threads(1)
        config.disable_glog_info()
        self._predictor = create_predictor(config)
        self._wanted = tuple(wanted)
        self._source = self._predictor.get_input_handle(self._predictor.get_input_names()[0])

    def __call__(self, image: np.ndarray) -> dict[str, np.ndarray]:
        """Return the variables for an image, float32 [3, H, W]."""
        self._source.copy_from_cpu(np.ascontiguousarray(image[None]))
        self._predictor.run()
        results = self._predictor.get_output_names()
        return {
            name: self._predictor.get_output_handle(result).copy_to_cpu()
            for name, result in zip(self._wanted, results, strict=True)
        }


def _fetch(name: str, place: int) -> Operator:
    operator = Operator.of(proto.OpDesc(type="fetch"))
    operator.inputs, operator.outputs = {"X": [name]}, {"Out": ["fetch"]}
    operator.set_attribute("col", proto.INT, place)
    return operator
