"""Proof that an exported model holds a checkpoint's parameters, every one of them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

import numpy as np
import paddle

from stages.errors import IntegrityError
from stages.message import msg
from stages.pitfalls import Pitfall
from stages.ppocr.network import check_shapes, live_tensors

#: Fusing branches in another process may round a sum differently; nothing else may differ.
TOLERANCE = 1e-6


@dataclass(frozen=True)
class Compared:
    """How many parameters were compared, and the largest difference of any number in them."""

    parameters: int
    max_difference: float


def compare_parameters(
    fused: paddle.nn.Layer, exported: Mapping[str, np.ndarray], shape: Sequence[int] = ()
) -> Compared:
    """Compare the fused checkpoint with the export, name by name.

    Args:
        fused: PaddleOCR's network with the checkpoint in it, fused as the export does
            (:func:`stages.ppocr.network.build`).
        exported: arrays of the ``.pdiparams`` by Paddle's name.
        shape: of an image, [3, H, W], by which parameters are known that an export rightly leaves out: they
            change nothing in what the network reads. () if none may be missing.

    Raises:
        IntegrityError: a parameter is missing, of another shape, or of other values.
    """
    expected = {name: np.asarray(tensor.numpy()) for name, tensor in live_tensors(fused).items()}
    constants = _constants(fused)
    exported = {
        name: array
        for name, array in exported.items()
        if name in expected or _bytes(array) not in constants
    }
    missing = expected.keys() - exported.keys()
    if missing and shape and _idle(fused, missing, shape):
        expected = {name: array for name, array in expected.items() if name not in missing}
    check_shapes(
        {name: array.shape for name, array in expected.items()},
        {name: array.shape for name, array in exported.items()},
        msg("the exported model"),
        msg("the fused checkpoint"),
    )
    differences = {name: _difference(expected[name], exported[name]) for name in expected}
    worst = max(differences, key=lambda name: differences[name])
    if differences[worst] > TOLERANCE:
        wrong = sum(difference > TOLERANCE for difference in differences.values())
        raise IntegrityError(
            msg(
                "{wrong} of {differences} exported parameters are not the checkpoint's; {worst} "
                "differs by {differences2}",
                wrong,
                len(differences),
                worst,
                f"{differences[worst]:.3g}",
            ),
            worst,
            msg("export again; if it stays, the configuration is not the one it was trained with"),
            Pitfall.SHAPE_MISMATCH,
        )
    return Compared(len(differences), differences[worst])


def _constants(network: paddle.nn.Layer) -> set[tuple[tuple[int, ...], bytes]]:
    """Return what the network keeps beside its parameters, such as the masks of SVTRNet's local attention.

    No checkpoint holds them and they have no names of their own: an export has them as parameters called
    ``eager_tmp_…``, and only what they are tells them.
    """
    return {_bytes(np.asarray(value.numpy())) for value in network.buffers()}


def _idle(network: paddle.nn.Layer, names: Set[str], shape: Sequence[int]) -> bool:
    """Return whether the network reads the same whatever these parameters are: here, not a number.

    PPHGNetV2_B4 has a classifier of images behind what it gives to a recogniser (PP-OCRv5_server_rec).
    """
    image = paddle.full([1, *shape], 0.5)
    tensors = [tensor for name, tensor in live_tensors(network).items() if name in names]
    kept = [np.array(tensor.numpy()) for tensor in tensors]
    with paddle.no_grad():
        before = network(image).numpy()
        for tensor in tensors:
            tensor.set_value(np.full(tensor.shape, np.nan, np.float32))
        after = network(image).numpy()
        for tensor, array in zip(tensors, kept, strict=True):
            tensor.set_value(array)
    return bool(np.array_equal(before, after))


def _bytes(array: np.ndarray) -> tuple[tuple[int, ...], bytes]:
    return array.shape, array.tobytes()


def _difference(expected: np.ndarray, found: np.ndarray) -> float:
    """Return the largest difference of a number; infinite where one of the two is none (NaN)."""
    if expected.size == 0:
        return 0.0
    difference = float(np.max(np.abs(expected.astype(np.float64) - found.astype(np.float64))))
    return math.inf if math.isnan(difference) else difference
