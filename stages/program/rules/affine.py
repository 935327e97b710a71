"""Rules for PPLCNetV3's learnable affine: ``scale * x + bias`` with one number each.

Lite runs such a pair as two broadcasts, by far the slowest part of the network
(``LearnableAffineBlock`` in ppocr/modeling/backbones/rec_lcnetv3.py).

Trap: the pair must not become one ``scale`` operator. Behind an activation Lite's fusion passes
move that *through* the activation into the convolution before it, and the model reads nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from stages.program.changes import Plus, PlusSums, Spread, Times
from stages.program.graph import Graph, Operator
from stages.program.rules.base import Rule
from stages.proto import proto

CONVOLUTIONS = ("conv2d", "depthwise_conv2d")
#: Under this a scale is not divided by: bias / scale would swallow the value's own digits.
SMALLEST_SCALE = 1e-3


@dataclass(frozen=True)
class Affine:
    """``add(mul(source, scale), bias)`` of which only ``result`` is used elsewhere.

    ``names`` are those of the parameters ``scale`` and ``bias``.
    """

    source: str
    result: str
    scale: float
    bias: float
    names: tuple[str, str]
    mul: Operator
    add: Operator


@dataclass(frozen=True)
class Convolution:
    """A convolution and the addition of its bias, with parameters that nobody else uses."""

    filter: str
    bias: str
    operator: Operator
    add: Operator


def find_affines(graph: Graph) -> list[Affine]:
    """Return every affine of the main block, in order of execution."""
    found = (_affine_at(graph, operator) for operator in graph.operators)
    return [affine for affine in found if affine is not None]


def _affine_at(graph: Graph, mul: Operator) -> Affine | None:
    scaled = _with_number(graph, mul, "elementwise_mul")
    if scaled is None:
        return None
    add = graph.only_consumer(mul.output("Out"))
    shifted = _with_number(graph, add, "elementwise_add") if add is not None else None
    if add is None or shifted is None:
        return None
    names = scaled[1], shifted[1]
    scale, bias = (float(graph.parameters[name].reshape(())) for name in names)
    return Affine(scaled[0], add.output("Out"), scale, bias, names, mul, add)


def _with_number(graph: Graph, operator: Operator, kind: str) -> tuple[str, str] | None:
    """Return the names of the tensor and the number that ``operator`` combines, if of this kind."""
    if operator.type != kind:
        return None
    for slot, other in (("X", "Y"), ("Y", "X")):
        name = operator.input(slot)
        value = graph.parameters.get(name)
        if value is not None and value.size == 1 and operator.input(other) not in graph.parameters:
            return operator.input(other), name
    return None


def _biased(graph: Graph, operator: Operator | None) -> Convolution | None:
    """Return a convolution with its bias, if both may be changed."""
    if operator is None or operator.type not in CONVOLUTIONS or operator.input("Bias"):
        return None
    add = graph.only_consumer(operator.output("Output"))
    if add is None or add.type != "elementwise_add" or add.attribute("axis") != 1:
        return None
    names = operator.input("Filter"), add.input("Y")
    if not all(graph.owned(name) for name in names) or graph.parameters[names[1]].ndim != 1:
        return None
    return Convolution(*names, operator, add)


def fold_into_previous(graph: Graph) -> int:
    """Fold ``affine(conv(x))`` into the convolution's filter and bias."""
    count = 0
    for affine in find_affines(graph):
        producers = graph.producers(affine.source)
        if len(producers) != 1 or graph.only_consumer(affine.source) is not affine.mul:
            continue
        sources = graph.producers(producers[0].input("X"))
        convolution = _biased(graph, sources[0]) if len(sources) == 1 else None
        if convolution is None or convolution.add is not producers[0]:
            continue
        weights = graph.parameters
        weights[convolution.filter] = weights[convolution.filter] * np.float32(affine.scale)
        scaled = weights[convolution.bias] * np.float32(affine.scale)
        weights[convolution.bias] = scaled + np.float32(affine.bias)
        scale, bias = affine.names
        graph.record(convolution.filter, Times(scale))
        graph.record(convolution.bias, Times(scale), Plus(bias))
        convolution.add.outputs["Out"] = [affine.result]
        _remove(graph, affine)
        count += 1
    return count


def fold_into_next(graph: Graph) -> int:
    """Fold ``conv(affine(x))`` into a convolution that pads nothing."""
    count = 0
    for affine in find_affines(graph):
        convolution = _biased(graph, graph.only_consumer(affine.result))
        if convolution is None or not _pads_nothing(convolution.operator):
            continue
        weights = graph.parameters
        kernel = weights[convolution.filter]
        sums = kernel.sum(axis=(1, 2, 3), dtype=np.float64) * affine.bias
        weights[convolution.bias] = (weights[convolution.bias] + sums).astype(np.float32)
        weights[convolution.filter] = kernel * np.float32(affine.scale)
        scale, bias = affine.names
        graph.record(convolution.bias, PlusSums(convolution.filter, bias))
        graph.record(convolution.filter, Times(scale))
        graph.rename_input(affine.result, affine.source)
        _remove(graph, affine)
        count += 1
    return count


def _pads_nothing(operator: Operator) -> bool:
    """Return whether every output is a sum over real inputs: a shift is then the same everywhere."""
    algorithm = operator.attribute("padding_algorithm")
    return not any(operator.attribute("paddings") or ()) and algorithm in (
        None, "EXPLICIT", "VALID", b"EXPLICIT", b"VALID",
    )  # fmt: skip


def fold_scale_into_next(graph: Graph) -> int:
    """Fold the scale of ``conv(affine(x))`` into a convolution that pads, and keep a shift.

    ``scale * x + bias`` is ``scale * (x + bias / scale)``: zeros that the convolution pads with are
    not shifted, so the bias has to stay, as an addition per channel.
    """
    count = 0
    for affine in find_affines(graph):
        convolution = graph.only_consumer(affine.result)
        if convolution is None or convolution.type not in CONVOLUTIONS:
            continue
        kernel, channels = convolution.input("Filter"), _channels(graph, affine.source)
        if not channels or not graph.owned(kernel) or abs(affine.scale) < SMALLEST_SCALE:
            continue
        graph.parameters[kernel] = graph.parameters[kernel] * np.float32(affine.scale)
        graph.record(kernel, Times(affine.names[0]))
        spread = Spread(channels, affine.names[1], over=affine.names[0])
        _add_per_channel(graph, affine, affine.source, affine.bias / affine.scale, spread)
        graph.operators.remove(affine.mul)
        count += 1
    return count


def spread_over_channels(graph: Graph) -> int:
    """Write what is left of the affines with one number a channel, which is fast in Lite."""
    count = 0
    for affine in find_affines(graph):
        channels = _channels(graph, affine.source)
        if not channels:
            continue
        vector = np.full(channels, affine.scale, np.float32)
        scale = graph.add_parameter(f"{affine.result}.scale", vector)
        graph.record(scale, Spread(channels, affine.names[0]))
        affine.mul.inputs = {"X": [affine.source], "Y": [scale]}
        affine.mul.set_attribute("axis", proto.INT, 1)
        spread = Spread(channels, affine.names[1])
        _add_per_channel(graph, affine, affine.mul.output("Out"), affine.bias, spread)
        count += 1
    return count


def _add_per_channel(
    graph: Graph, affine: Affine, source: str, value: float, spread: Spread
) -> None:
    vector = np.full(spread.channels, value, np.float32)
    bias = graph.add_parameter(f"{affine.result}.bias", vector)
    graph.record(bias, spread)
    affine.add.inputs = {"X": [source], "Y": [bias]}
    affine.add.set_attribute("axis", proto.INT, 1)


def _channels(graph: Graph, name: str) -> int:
    """Return the channels of a feature map [N, C, H, W], or 0 if ``name`` is not one."""
    shape = graph.shape(name)
    return shape[1] if len(shape) == 4 and shape[1] > 1 else 0


def _remove(graph: Graph, affine: Affine) -> None:
    graph.operators.remove(affine.mul)
    graph.operators.remove(affine.add)


_PAIR = ("elementwise_mul", "elementwise_add")
AFFINE = (
    Rule(
        "affine into the convolution before",
        _PAIR,
        "two broadcasts less; exact",
        fold_into_previous,
    ),
    Rule(
        "affine into the convolution after",
        _PAIR,
        "two broadcasts less; exact where the convolution pads nothing",
        fold_into_next,
    ),
    Rule(
        "affine's scale into the convolution after",
        _PAIR,
        "one broadcast less, the other per channel",
        fold_scale_into_next,
    ),
    Rule(
        "affine per channel",
        _PAIR,
        "Lite has fast kernels for one number a channel, and none for one number",
        spread_over_channels,
    ),
)
