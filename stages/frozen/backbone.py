"""A network's backbone in Paddle Inference: the quickest way to its features on a CPU.

Paddle Inference with oneDNN is five times as fast at this as Paddle's dygraph. Folding PPLCNetV3's
affines into its convolutions, with the rules by which a program is made ready for Paddle-Lite, makes it
three times as fast again: on the CPU these elementwise operators cost more than the convolutions. It
computes with one thread: two take a quarter more processor time for the same numbers, so who has more
lets so many processes compute.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import paddle

from stages.cpu import read_cpu
from stages.errors import StageError
from stages.kernels.use import is_portable
from stages.message import msg
from stages.ppocr.tracing import quickened
from stages.program.folding import fold_norms
from stages.program.graph import Graph
from stages.program.params import read_program, read_tensors, write_parameters, write_program
from stages.program.rules import AFFINE, SIMPLE, apply_rules
from stages.runners import pd
from stages.runners.protocol import Run

#: The largest difference to the network's own features, as a share of the largest of them: float32
#: sums in another order, no more. Measured for PP-OCRv5_mobile_rec: 4e-5.
TOLERANCE = 1e-3
#: The attribute that says where in the source an operator came from: other paths, the same program.
_CALL_STACK = "op_callstack"


class Backbone:
    """The backbone of a fused network as a model of its own."""

    def __init__(self, network: paddle.nn.Layer, folder: Path, shape: Sequence[int]) -> None:
        """Export ``network.backbone`` into ``folder`` for images of ``shape`` and load it there.

        Raises:
            StageError: what was loaded does not compute what the network computes.
        """
        self.shape = tuple(shape)
        #: Program and weights, for :mod:`stages.runners.pd`.
        self.files = _simplified(_exported(network.backbone, folder, self.shape))
        #: float32 [N, 3, H, W] of prepared images to float32 [N, channels, 1, T], in this process.
        self.features = pd.load(1, *map(str, self.files))
        self.feature_shape = _prove(network.backbone, self.features, self.shape)
        #: What the features hang on besides the image: program and weights, and the Paddle that runs them.
        self.fingerprint = fingerprint_of(self.files)


def _exported(backbone: paddle.nn.Layer, folder: Path, shape: Sequence[int]) -> tuple[Path, Path]:
    """Write the layer as a legacy model, which is what the rules can rewrite."""
    specification = [paddle.static.InputSpec([None, *shape], "float32", "x")]
    # What no tensor decides need not be rewritten into operators; to rewrite it takes five seconds.
    paddle.jit.ignore_module([sys.modules[type(backbone).__module__]])
    # Names count up from the start of the process: another count would be another fingerprint.
    with paddle.pir_utils.OldIrGuard(), paddle.utils.unique_name.guard(), quickened():
        static = paddle.jit.to_static(backbone, input_spec=specification, full_graph=True)
        paddle.jit.save(static, str(folder / "backbone"))
    backbone.forward.rollback()
    return folder / "backbone.pdmodel", folder / "backbone.pdiparams"


def _simplified(files: tuple[Path, Path]) -> tuple[Path, Path]:
    program = read_program(files[0])
    graph = Graph(program, read_tensors(program, files[1]))
    fold_norms(graph)
    apply_rules(graph, (*SIMPLE, *AFFINE))
    folder = files[0].parent
    simple = folder / "simplified.pdmodel", folder / "simplified.pdiparams"
    write_program(simple[0], graph.program())
    write_parameters(simple[1], graph.used_parameters())
    return simple


def _prove(backbone: paddle.nn.Layer, predict: Run, shape: Sequence[int]) -> tuple[int, ...]:
    """Compare with the network on an image of noise; return the shape of an image's features."""
    image = np.random.default_rng(0).uniform(-1, 1, (1, *shape)).astype(np.float32)
    found = predict(image)
    with paddle.no_grad():
        expected: np.ndarray = backbone(paddle.to_tensor(image)).numpy()
    difference = float(np.abs(found - expected).max() / np.abs(expected).max())
    if found.shape != expected.shape or not difference <= TOLERANCE:
        raise StageError(
            msg(
                "the backbone's features in Paddle Inference differ by {difference} of the largest "
                "from the network's; allowed is {tolerance}",
                f"{difference:.2g}",
                f"{TOLERANCE:g}",
            ),
            "train",
            msg('train with mode = "full"; this is a fault of Paddock or of Paddle'),
        )
    return tuple(found.shape[1:])


def fingerprint_of(files: tuple[Path, Path]) -> str:
    """Return a hash of a legacy model's program and weights, and of what runs them."""
    program = read_program(files[0])
    for operator in program.blocks[0].ops:
        kept = [attribute for attribute in operator.attrs if attribute.name != _CALL_STACK]
        del operator.attrs[:]
        operator.attrs.extend(kept)
    known = hashlib.sha256()
    content = program.SerializeToString(deterministic=True), files[1].read_bytes()
    for part in (*content, *_runtime()):
        known.update(hashlib.sha256(part).digest())
    return known.hexdigest()


def _runtime() -> tuple[bytes, ...]:
    """Return what decides the last digits: Paddle's build and its kernels."""
    kernels = "portable" if is_portable() else read_cpu().get("cpu_flags", "")
    said = paddle.__version__, paddle.version.commit, kernels
    return tuple(text.encode() for text in said)
