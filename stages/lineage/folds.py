"""What ``opt`` may make of a convolution: its own arithmetic, done again in float64.

Lite folds what follows a convolution into its filter and bias: a bias, a batch norm, a ``scale``, a
convolution of 1 x 1 (lite/core/optimizer/mir/fusion: conv_elementwise_fuser.cc, conv_bn_fuser.cc,
conv_scale_fuser.cc, conv_conv_fuser.cc). It also folds a ``scale`` that stands *behind an activation*,
which is wrong; that too is computed here, to be recognised.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from stages.message import msg
from stages.program.graph import Graph, Operator

BATCH_NORM, SCALE = msg("batch norm folded"), msg("scale folded")
CONVOLUTION = msg("convolution folded")
CONVOLUTIONS = ("conv2d", "depthwise_conv2d", "conv2d_transpose")
_ACTIVATIONS = (
    "relu", "relu6", "leaky_relu", "hard_swish", "hard_sigmoid", "swish", "sigmoid", "tanh", "gelu", "mish",
)  # fmt: skip
_STATISTICS = ("Scale", "Bias", "Mean", "Variance")


@dataclass(frozen=True)
class Fold:
    """A convolution with so much of what follows folded into it.

    Args:
        filter: the name of its filter.
        biases: the names that its bias may have: what was folded last comes first.
        weights: the filter's values, float64.
        bias: the bias' values, float64, one an output channel.
        reads: every parameter of the program that is in these two.
        rules: what was folded, beyond a plain bias.
        through: the activation that stands behind it, of which nothing is folded; "" if none.
        moved: whether a scale behind that activation was folded nevertheless, which is wrong.
    """

    filter: str
    biases: tuple[str, ...]
    weights: np.ndarray
    bias: np.ndarray
    reads: tuple[str, ...]
    rules: tuple[str, ...] = ()
    through: str = ""
    moved: bool = False

    def scaled(self, factor: np.ndarray, shift: np.ndarray, axis: int) -> Fold:
        """Return the fold with its output multiplied and shifted, one number a channel each."""
        shape = [1] * self.weights.ndim
        shape[axis] = -1
        weights = self.weights * np.reshape(factor, shape)
        return replace(self, weights=weights, bias=self.bias * factor + shift)


def folds(graph: Graph) -> Iterator[Iterator[Fold]]:
    """Give, for each convolution of the main block, what can be folded: nothing, one step, two, …

    They are computed one by one: together they take several times the model's memory.
    """
    found = (item for item in graph.operators if item.type in CONVOLUTIONS)
    return (_steps(graph, item) for item in found if _plain(graph, item))


def _plain(graph: Graph, convolution: Operator) -> bool:
    """Return whether the filter is a parameter; a transposed one in groups is laid out differently."""
    grouped = convolution.type == "conv2d_transpose" and convolution.attribute("groups") != 1
    return convolution.input("Filter") in graph.parameters and not grouped


def _steps(graph: Graph, convolution: Operator) -> Iterator[Fold]:
    fold, axis = _begin(graph, convolution)
    yield fold
    result = convolution.output("Output")
    while (follower := graph.only_consumer(result)) is not None:
        after = _add(graph, fold, follower, result, axis)
        if after is None:
            return
        fold = after
        yield fold
        result = next(filter(None, map(follower.output, ("Y", "Out", "Output"))), "")


def _begin(graph: Graph, convolution: Operator) -> tuple[Fold, int]:
    """Return the convolution with nothing folded, and the axis of its filter's output channels."""
    axis = 1 if convolution.type == "conv2d_transpose" else 0
    name, bias = convolution.input("Filter"), convolution.input("Bias")
    weights = graph.parameters[name].astype(np.float64)
    names = (bias,) if bias in graph.parameters else ()
    values = graph.parameters[bias].astype(np.float64) if names else np.zeros(weights.shape[axis])
    return Fold(name, names, weights, values, (name, *names)), axis


def _add(graph: Graph, fold: Fold, follower: Operator, result: str, axis: int) -> Fold | None:
    """Return the fold with ``follower``, which reads ``result``, folded in too; None if it cannot."""
    if fold.moved:
        return None
    if follower.type in _ACTIVATIONS:
        return replace(fold, through=follower.type)
    if follower.type == "scale" and not follower.input("ScaleTensor"):
        return _scale(fold, follower, axis)
    if fold.through:
        return None
    if follower.type == "elementwise_add" and follower.input("X") == result:
        return _bias(graph, fold, follower)
    if follower.type == "conv2d" and axis == 0:
        return _convolution(graph, fold, follower)
    return _batch_norm(graph, fold, follower, axis) if follower.type == "batch_norm" else None


def _scale(fold: Fold, scale: Operator, axis: int) -> Fold:
    factor, shift = float(scale.attribute("scale")), float(scale.attribute("bias") or 0.0)
    shift = shift if scale.attribute("bias_after_scale") in (None, True) else shift * factor
    ones = np.ones_like(fold.bias)
    done = fold.scaled(ones * factor, ones * shift, axis)
    return replace(done, rules=(*fold.rules, SCALE), moved=bool(fold.through))


def _bias(graph: Graph, fold: Fold, add: Operator) -> Fold | None:
    name = add.input("Y")
    value = graph.parameters.get(name)
    if value is None or value.size != fold.bias.size:
        return None
    total = fold.bias + value.astype(np.float64).reshape(-1)
    return replace(fold, bias=total, biases=(name, *fold.biases), reads=(*fold.reads, name))


def _batch_norm(graph: Graph, fold: Fold, norm: Operator, axis: int) -> Fold | None:
    names = tuple(norm.input(slot) for slot in _STATISTICS)
    if not all(name in graph.parameters for name in names):
        return None
    gamma, beta, mean, variance = (graph.parameters[name].astype(np.float64) for name in names)
    factor = gamma / np.sqrt(variance + float(norm.attribute("epsilon")))
    done = fold.scaled(factor, beta - mean * factor, axis)
    return replace(
        done,
        biases=(names[1], *fold.biases),
        reads=(*fold.reads, *names),
        rules=(*fold.rules, BATCH_NORM),
    )


def _convolution(graph: Graph, fold: Fold, follower: Operator) -> Fold | None:
    """Fold a following convolution that mixes channels alone: its matrix times filter and bias."""
    filters = graph.parameters.get(follower.input("Filter"))
    if filters is None or not _mixes_channels(follower, filters):
        return None
    matrix = filters[:, :, 0, 0].astype(np.float64)
    if matrix.shape[1] != fold.weights.shape[0]:
        return None
    name = follower.input("Bias")
    own = graph.parameters.get(name)
    bias = matrix @ fold.bias + (0.0 if own is None else own.astype(np.float64))
    names = () if own is None else (name,)
    return replace(
        fold,
        weights=np.einsum("oc,cihw->oihw", matrix, fold.weights),
        bias=bias,
        biases=(*names, *fold.biases),
        reads=(*fold.reads, follower.input("Filter"), *names),
        rules=(*fold.rules, CONVOLUTION),
    )


def _mixes_channels(convolution: Operator, filters: np.ndarray) -> bool:
    """Return whether a convolution is 1 x 1, dense, and moves nothing."""
    strides, paddings = convolution.attribute("strides"), convolution.attribute("paddings")
    plain = set(strides or (1,)) == {1} and not any(paddings or ())
    return plain and filters.shape[2:] == (1, 1) and convolution.attribute("groups") in (None, 1)
