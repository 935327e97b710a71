"""Inference weights put into PaddleOCR's network, and back into the form that PaddleOCR trains.

An inference model has each LearnableRepLayer (ppocr/modeling/backbones/rec_lcnetv3.py) as one
convolution. In the training form its first k×k branch takes that convolution behind a batch norm
that changes nothing; every other branch is multiplied by zero. Evaluation gives the same numbers,
and fusing gives back the same bits.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import paddle

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
        "PaddleOCR's network",
    )
    for name, tensor in live.items():
        tensor.set_value(np.ascontiguousarray(parameters[name]))


def unfuse(
    fused: paddle.nn.Layer, architecture: Mapping[str, Any], classes: int
) -> paddle.nn.Layer:
    """Build the training form of ``fused``; both give the same output in evaluation.

    Training-only heads, which no inference model has, keep Paddle's initialisation.
    """
    training = build(architecture, classes)
    _copy_shared(fused, training)
    fused_layers = dict(fused.named_sublayers())
    for name, layer in training.named_sublayers():
        if hasattr(layer, "rep"):
            _unfuse_layer(fused_layers[name].reparam_conv, layer)
    return training


def _copy_shared(fused: paddle.nn.Layer, training: paddle.nn.Layer) -> None:
    source = fused.state_dict()
    for key, tensor in training.state_dict().items():
        if not any(part in f".{key}" for part in (*BRANCHES, _FUSED)):
            tensor.set_value(source[key])


def _unfuse_layer(convolution: paddle.nn.Layer, layer: paddle.nn.Layer) -> None:
    first, *others = layer.conv_kxk
    norms = [branch.bn for branch in others]
    norms += [layer.conv_1x1.bn] if layer.conv_1x1 is not None else []
    norms += [layer.identity] if layer.identity is not None else []
    for norm in norms:
        _set_norm(norm, paddle.zeros_like(norm.weight), paddle.zeros_like(norm.bias))
    first.conv.weight.set_value(convolution.weight)
    # Fusing divides by sqrt(variance + epsilon): with the same root as weight the quotient is 1.
    unit = (paddle.ones_like(first.bn._variance) + first.bn._epsilon).sqrt()
    _set_norm(first.bn, unit, convolution.bias)


def _set_norm(norm: paddle.nn.Layer, weight: paddle.Tensor, bias: paddle.Tensor) -> None:
    """Set a batch norm's weight and bias, and statistics of mean 0 and variance 1."""
    norm.weight.set_value(weight)
    norm.bias.set_value(bias)
    norm._mean.set_value(paddle.zeros_like(norm._mean))
    norm._variance.set_value(paddle.ones_like(norm._variance))
