"""Inference weights put into PaddleOCR's network, and back into the form that PaddleOCR trains.

An inference model has each LearnableRepLayer (ppocr/modeling/backbones/rec_lcnetv3.py) as one
convolution. In the training form its first k×k branch takes that convolution, followed by a batch
norm that undoes its own statistics; every other branch is multiplied by zero. Evaluation gives the
same numbers, and fusing gives the convolution back.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import paddle

from stages.message import msg
from stages.ppocr.calibrate import Statistics
from stages.ppocr.network import BRANCHES, build, check_shapes, live_tensors

_FUSED = ".reparam_conv."


def load_inference_weights(
    network: paddle.nn.Layer, parameters: Mapping[str, np.ndarray], source: str
) -> None:
    """Set a fused network's parameters from an inference model's, by Paddle's names.

    Raises:
        IntegrityError: a name or a shape differs.
    """
    live = live_tensors(network)
    check_shapes(
        {name: tuple(tensor.shape) for name, tensor in live.items()},
        {name: tuple(array.shape) for name, array in parameters.items()},
        source,
        msg("PaddleOCR's network"),
    )
    for name, tensor in live.items():
        tensor.set_value(np.ascontiguousarray(parameters[name]))


def unfuse(
    fused: paddle.nn.Layer,
    architecture: Mapping[str, Any],
    classes: int,
    statistics: Mapping[str, Statistics] | None = None,
) -> paddle.nn.Layer:
    """Build the training form of ``fused``; both give the same output in evaluation.

    Training-only heads, which no inference model has, keep Paddle's initialisation.

    Args:
        fused: the network with one convolution a LearnableRepLayer.
        architecture: of both.
        classes: of both.
        statistics: what :func:`calibrate` found, so that training can go on. Without them every
            norm says mean 0 and variance 1, and fusing gives back the same bits.
    """
    training = build(architecture, classes)
    _copy_shared(fused, training)
    fused_layers = dict(fused.named_sublayers())
    for name, layer in training.named_sublayers():
        if hasattr(layer, "rep"):
            seen = statistics[name] if statistics else None
            _unfuse_layer(fused_layers[name].reparam_conv, layer, seen)
    return training


def _copy_shared(fused: paddle.nn.Layer, training: paddle.nn.Layer) -> None:
    source = fused.state_dict()
    for key, tensor in training.state_dict().items():
        if not any(part in f".{key}" for part in (*BRANCHES, _FUSED)):
            tensor.set_value(source[key])


def _unfuse_layer(
    convolution: paddle.nn.Layer, layer: paddle.nn.Layer, statistics: Statistics | None
) -> None:
    first, *others = layer.conv_kxk
    norms = [branch.bn for branch in others]
    norms += [layer.conv_1x1.bn] if layer.conv_1x1 is not None else []
    norms += [layer.identity] if layer.identity is not None else []
    for norm in norms:
        norm.weight.set_value(paddle.zeros_like(norm.weight))
        norm.bias.set_value(paddle.zeros_like(norm.bias))
    first.conv.weight.set_value(convolution.weight)
    if statistics:
        first.bn._mean.set_value(statistics.mean)
        first.bn._variance.set_value(statistics.variance)
    # Fusing divides by sqrt(variance + epsilon): with the same root as weight the quotient is 1.
    first.bn.weight.set_value((first.bn._variance + first.bn._epsilon).sqrt())
    first.bn.bias.set_value(convolution.bias + first.bn._mean)
