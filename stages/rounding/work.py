"""The work on a model: its layers' inputs observed on images, and their weights rounded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from stages.contract.variant import Weights
from stages.message import msg
from stages.preparation import preparation_of
from stages.preprocess import read_image
from stages.program.graph import Graph
from stages.rounding.activations import Activations
from stages.rounding.gptq import Rounded, round_weights
from stages.rounding.grid import BITS
from stages.rounding.layers import Layer
from stages.rounding.moments import Moments, has_moments
from stages.runtime import Context
from stages.text.printable import printable

#: The kind of weights that is worth calibrating.
CALIBRATED = Weights.INT8
#: Bytes of second moments that are held at once; layers beyond that see the images in another round.
_BUDGET = 256 * 2**20
_DOUBLE = 8


class Work:
    """Rounds all layers for one kind of weights after the other, and says how far it is.

    A step is an image that the model runs on, or a layer that is rounded.
    """

    def __init__(
        self,
        context: Context,
        graph: Graph,
        found: Mapping[str, Layer],
        kinds: Sequence[Weights],
        images: Sequence[str],
    ) -> None:
        """``images`` are of the input ``train``; none are needed if no kind is calibrated."""
        self._context, self._graph, self._layers, self._images = context, graph, found, images
        able = [layer for layer in found.values() if has_moments(layer, self._weights(layer))]
        self._rounds = list(_shared_out(graph, able)) if images else []
        self._done = 0
        self._total = len(self._rounds) * len(images) + len(kinds) * len(found)

    def round(self, kind: Weights) -> dict[str, Rounded]:
        """Round every layer."""
        rounded: dict[str, Rounded] = {}
        for each in self._rounds if kind == CALIBRATED else ():
            moments = self._observe(each)
            for layer in each:
                rounded[layer.name] = self._round(layer, moments.pop(layer.name).total, kind)
        for layer in self._layers.values():
            if layer.name not in rounded:
                rounded[layer.name] = self._round(layer, None, kind)
        return rounded

    def end(self) -> None:
        """Say that all is done."""
        self._context.progress(self._total, self._total, "steps")

    def _round(self, layer: Layer, moments: np.ndarray | None, kind: Weights) -> Rounded:
        self._step(msg("rounding {layer} to {kind}", printable(layer.name), kind.value))
        return round_weights(layer.matrix(self._weights(layer)), moments, BITS[kind])

    def _observe(self, each: list[Layer]) -> dict[str, Moments]:
        """Return the second moments of some layers' inputs on all images."""
        wanted = dict.fromkeys(source for layer in each for source in layer.sources)
        model = Activations(self._graph, list(wanted), self._context.scratch)
        found = {layer.name: Moments(layer, self._weights(layer)) for layer in each}
        prepare, root = preparation_of(self._context), self._context.input("train")
        for name in self._images:
            self._step(msg("running the model on images of train"))
            values = model(prepare(read_image(root / name)))
            for layer in each:
                for operator, source in zip(layer.operators, layer.sources, strict=True):
                    found[layer.name].add(operator, values[source])
        return found

    def _weights(self, layer: Layer) -> np.ndarray:
        return self._graph.parameters[layer.name]

    def _step(self, note: str) -> None:
        self._context.check_stop()
        self._context.progress(self._done, self._total, "steps", note)
        self._done += 1


def _shared_out(graph: Graph, able: Sequence[Layer]) -> Iterator[list[Layer]]:
    """Share the layers out to rounds whose moments fit into the budget."""
    taken: list[Layer] = []
    size = 0
    for layer in able:
        inputs = layer.matrix(graph.parameters[layer.name]).shape[1]
        own = layer.groups * inputs**2 * _DOUBLE
        if taken and size + own > _BUDGET:
            yield taken
            taken, size = [], 0
        taken.append(layer)
        size += own
    if taken:
        yield taken
