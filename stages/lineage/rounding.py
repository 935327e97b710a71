"""From the rewritten program to the one on ``opt``'s grid: what was rounded, and that nothing else was."""

from __future__ import annotations

import numpy as np

from stages.contract.artifacts import LITE_MODEL, rounded_files
from stages.contract.variant import Weights
from stages.errors import IntegrityError
from stages.lineage.compare import same
from stages.lineage.record import Traced
from stages.message import msg
from stages.program.graph import Graph
from stages.rounding.grid import BITS, FARTHEST, Grid
from stages.rounding.layers import layers
from stages.text.printable import printable

#: What became of a tensor, by kind of weights.
ROUNDED = {
    Weights.INT8: msg("rounded to 8 bits"),
    Weights.INT16: msg("rounded to 16 bits"),
}


def trace_rounding(lite: Graph, rounded: Graph, weights: Weights) -> Traced:
    """Trace every tensor of the rounded model to the program that it was rounded from.

    Args:
        lite: the program that ``opt`` is given for float32, and its parameters.
        rounded: the same with the weights of layers on ``opt``'s grid.
        weights: the kind.

    Raises:
        IntegrityError: it is another program, a tensor that is not rounded is not the same, or a rounded one
            is not what rounding can make of it.
    """
    if _bytes(lite) != _bytes(rounded):
        raise _refusal(weights, msg("its program is not the one that was converted"))
    origins, taken = {}, layers(lite)
    for name, before in lite.parameters.items():
        after = rounded.parameters[name]
        if same(before, after):
            origins[name] = ""
        elif name in taken and before.shape == after.shape:
            layer = taken[name]
            if not _is_rounded(layer.matrix(before), layer.matrix(after), weights):
                shown = printable(name)
                raise _refusal(weights, msg("{name} is not {other}, rounded", shown, shown))
            origins[name] = ROUNDED[weights]
        else:
            raise _refusal(weights, msg("{name} is another tensor", printable(name)))
    return Traced(LITE_MODEL, weights.reference, origins)


def _bytes(graph: Graph) -> bytes:
    made: bytes = graph.program().SerializeToString(deterministic=True)
    return made


def _is_rounded(before: np.ndarray, after: np.ndarray, weights: Weights) -> bool:
    """Return whether weights [channels, inputs] are the first ones on their grid.

    The largest of a channel is where it was. Of 16 bits each is the nearest number; of 8 they may have been
    moved to make up for each other, but not far.
    """
    grid = Grid.of(before, BITS[weights])
    whole, nearest = grid.whole(after), grid.whole(before)
    places = np.abs(before).argmax(1)[:, None]
    kept = np.take_along_axis(whole, places, 1), np.take_along_axis(nearest, places, 1)
    if not same(grid.values(whole), after) or not np.array_equal(*kept):
        return False
    if weights is Weights.INT16:
        return bool(np.array_equal(whole, nearest))
    return bool((grid.moved(before, after) <= FARTHEST).all())


def _refusal(weights: Weights, why: str) -> IntegrityError:
    return IntegrityError(
        msg("the model that was rounded for {kind} is not this one's: {why}", weights.value, why),
        rounded_files(weights.value)[1],
        msg("run again with --force quantize"),
    )
