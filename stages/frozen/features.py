"""What the frozen backbone makes of every image, computed once and kept on the disk.

Paddle Inference with oneDNN is five times as fast at this as Paddle's dygraph. The features of a
split stand in one ``.npy`` file that grows group by group; beside it is noted how far it has come,
so that a stopped stage goes on from there.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import paddle
from paddle.inference import Config, create_predictor

from stages.files import write_text
from stages.frozen.samples import Sample
from stages.preprocess import prepare, read_image

#: Images in one run of the backbone: measured best on two cores.
BATCH = 16
#: Images between two notes of how far the file has come.
GROUP = 4 * BATCH


class Backbone:
    """The backbone of a fused network as a Paddle Inference model."""

    def __init__(
        self, network: paddle.nn.Layer, folder: Path, shape: Sequence[int], threads: int
    ) -> None:
        """Export ``network.backbone`` into ``folder`` for images of ``shape`` and load it there."""
        self.shape = tuple(shape)
        specification = [paddle.static.InputSpec([None, *shape], "float32", "x")]
        exported = paddle.jit.to_static(network.backbone, input_spec=specification, full_graph=True)
        paddle.jit.save(exported, str(folder / "backbone"))
        network.backbone.forward.rollback()
        config = Config(str(folder / "backbone.json"), str(folder / "backbone.pdiparams"))
        config.disable_gpu()
        config.enable_mkldnn()
        config.set_cpu_math_library_num_threads(threads)
        config.disable_glog_info()
        self._predictor = create_predictor(config)
        self._input = self._predictor.get_input_handle(self._predictor.get_input_names()[0])
        self._output = self._predictor.get_output_handle(self._predictor.get_output_names()[0])
        self.feature_shape = self._run(np.zeros((1, *shape), np.float32)).shape[1:]

    def features(self, images: Sequence[Path]) -> np.ndarray:
        """Return float32 [images, channels, 1, T] of at most :data:`BATCH` image files."""
        return self._run(np.stack([prepare(read_image(path), self.shape) for path in images]))

    def _run(self, batch: np.ndarray) -> np.ndarray:
        self._input.copy_from_cpu(batch)
        self._predictor.run()
        output: np.ndarray = self._output.copy_to_cpu()
        return output


def compute_features(
    backbone: Backbone, samples: Sequence[Sample], file: Path, grown: Callable[[int], None]
) -> np.ndarray:
    """Compute the features of all samples into ``file``, going on from where it ended.

    Args:
        backbone: computes them.
        samples: in the order of the result's rows.
        file: a ``.npy`` file; its note ``.json`` is beside it.
        grown: called with the number of images done, after each group is safe on the disk; what
            it raises ends the work.

    Returns:
        float32 [samples, channels, 1, T], read from the disk as it is used.
    """
    note = file.with_suffix(".json")
    done = json.loads(note.read_text(encoding="utf-8")) if note.is_file() else 0
    shape = (len(samples), *backbone.feature_shape)
    mode = "r+" if done else "w+"
    rows = np.lib.format.open_memmap(file, mode=mode, dtype=np.float32, shape=shape)
    grown(done)
    for start in range(done, len(samples), BATCH):
        end = min(start + BATCH, len(samples))
        rows[start:end] = backbone.features([sample.image for sample in samples[start:end]])
        if end % GROUP == 0 or end == len(samples):
            rows.flush()
            write_text(note, json.dumps(end))
            grown(end)
    return rows
