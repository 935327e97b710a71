"""The ``quantize`` stage: weights rounded so that ``opt`` has nothing left to lose.

``opt --quant_model`` rounds every weight to the nearest number of its grid. Rounded here first, onto the
same grid but with regard to what the layers' inputs are like (``stages/rounding``), the model is an ordinary
float32 one that Paddle can measure, and what ``opt`` then does to it changes nothing. Of 16 bits each
weight's nearest number is near enough.

The weights are those of the program that ``opt`` will be given: the same rules are applied as in
``convert``. Images are those of *train*, never of the test set.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from stages.contract import Quantisation, QuantizeMetrics, RoundedLayer, RoundedModel
from stages.contract.artifacts import QUANTISATION, rounded_files
from stages.errors import StageError
from stages.files import write_text
from stages.kernels.use import use
from stages.message import msg
from stages.pitfalls import Pitfall
from stages.preprocess import Prepare, read_image
from stages.program.graph import Graph
from stages.program.params import read_program, read_tensors, write_parameters, write_program
from stages.program.quantised import refuse_quantised
from stages.program.rules import apply_rules
from stages.rounding.activations import Activations
from stages.rounding.gptq import Rounded, round_weights
from stages.rounding.grid import BITS
from stages.rounding.layers import Layer, layers, lost
from stages.rounding.moments import Moments, has_moments
from stages.runtime import Context
from stages.tasks import task_of
from stages.text.documents import read_document
from stages.text.labels import read_labels
from stages.text.printable import printable

#: The kind of weights that is worth calibrating.
CALIBRATED = "int8"
#: Bytes of second moments that are held at once; layers beyond that see the images in another round.
_BUDGET = 256 * 2**20
_DOUBLE = 8


def run(context: Context) -> QuantizeMetrics:
    """Write ``rounded_KIND.pdmodel`` and ``rounded_KIND.pdiparams`` each, and ``quantize.json``.

    Raises:
        StageError: the model is not a legacy one, ``opt`` would round what no loader turns back, or there
            is no image to calibrate with.
    """
    use(context.spec.kernels)
    kinds = _kinds(context.parameters["weights"])
    graph = _rewritten(context)
    found = layers(graph)
    images = _images(context) if CALIBRATED in kinds else []
    work = _Rounding(context, graph, found, images)
    made = {kind: work.round(kind) for kind in kinds}
    work.end()
    for kind, rounded in made.items():
        _write(context, kind, graph, found, rounded)
    document = Quantisation(
        {
            kind: _entry(graph, found, rounded, work.calibrated(kind))
            for kind, rounded in made.items()
        },
        tuple(images),
    )
    write_text(context.output / QUANTISATION, document.dump())
    worst = {kind: model.worst for kind, model in document.kinds.items()}
    return QuantizeMetrics(
        len(images),
        {kind: len(rounded) for kind, rounded in made.items()},
        {kind: layer.weights for kind, layer in worst.items() if layer},
        {kind: layer.loss_after for kind, layer in worst.items() if layer},
    )


def _kinds(given: Sequence[str]) -> list[str]:
    """Return the kinds of weights to round for, those of fewer bits first."""
    unknown = [kind for kind in given if kind not in BITS]
    if unknown or not given:
        raise StageError(
            msg("weights is {given}; allowed are {kinds}", repr(list(given)), ", ".join(BITS)),
            "convert.weights",
            msg('give [convert] weights = ["float32", "int8"], say'),
        )
    return sorted(set(given), key=lambda kind: BITS[kind])


def _rewritten(context: Context) -> Graph:
    """Return the program as ``convert`` will give it to ``opt``.

    Raises:
        StageError: some of its weights would be lost.
    """
    pdmodel = context.input("pdmodel")
    program = read_program(pdmodel)
    refuse_quantised(program, pdmodel.name)
    graph = Graph(program, read_tensors(program, context.input("pdiparams")))
    apply_rules(graph)
    if names := lost(graph):
        raise StageError(
            msg(
                "{count} of the model's matrices are multiplied in a way in which Paddle-Lite's loader does "
                "not turn integers back, the first is {name}: the file would compute garbage",
                len(names),
                printable(names[0]),
            ),
            pdmodel.name,
            msg('take "int8" and "int16" out of [convert] weights'),
            Pitfall.QUANTISED_GARBAGE,
        )
    return graph


def _images(context: Context) -> list[str]:
    """Choose images of *train* by the run's seed.

    Raises:
        StageError: there are none.
    """
    labels = read_labels(context.input("train_labels")) if context.has("train_labels") else []
    names = list(dict.fromkeys(label.image for label in labels))
    count = min(int(context.parameters["images"]), len(names))
    if count < 1:
        raise StageError(
            msg("weights of 8 bits are rounded with images of train, and there are none"),
            "data.train",
            msg('give [data] train some lines, or take "int8" out of [convert] weights'),
        )
    chosen = np.random.default_rng(context.spec.seed).choice(len(names), count, replace=False)
    return [names[place] for place in sorted(chosen)]


class _Rounding:
    """The work on all layers, and how far it is: one step an image and round, and one a layer."""

    def __init__(
        self, context: Context, graph: Graph, found: dict[str, Layer], images: list[str]
    ) -> None:
        self._context, self._graph, self._layers, self._images = context, graph, found, images
        able = [layer for layer in found.values() if has_moments(layer, self._weights(layer))]
        self._rounds = list(_shared_out(graph, able)) if images else []
        kinds = len(set(context.parameters["weights"]))
        self._done, self._total = 0, len(self._rounds) * len(images) + kinds * len(found)

    def calibrated(self, kind: str) -> set[str]:
        """Return the names of the layers that are rounded with images for a kind of weights."""
        return (
            {layer.name for each in self._rounds for layer in each} if kind == CALIBRATED else set()
        )

    def round(self, kind: str) -> dict[str, Rounded]:
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

    def _round(self, layer: Layer, moments: np.ndarray | None, kind: str) -> Rounded:
        self._step(msg("rounding {layer} to {kind}", printable(layer.name), kind))
        return round_weights(layer.matrix(self._weights(layer)), moments, BITS[kind])

    def _observe(self, each: list[Layer]) -> dict[str, Moments]:
        """Return the second moments of some layers' inputs on all images."""
        wanted = dict.fromkeys(source for layer in each for source in layer.sources)
        model = Activations(
            self._graph, list(wanted), self._context.scratch, self._context.spec.threads
        )
        found = {layer.name: Moments(layer, self._weights(layer)) for layer in each}
        prepare, root = _preparation(self._context), self._context.input("train")
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
        own = layer.matrix(graph.parameters[layer.name]).shape[1] ** 2 * _DOUBLE
        if taken and size + own > _BUDGET:
            yield taken
            taken, size = [], 0
        taken.append(layer)
        size += own
    if taken:
        yield taken


def _preparation(context: Context) -> Prepare:
    """Return how the task prepares an image, as for every other model of the run."""
    description = context.input("description") if context.has("description") else None
    room = task_of(context).module("stages.*.prepare")
    prepare: Prepare = room.preparation(
        context.parameters["image_shape"], read_document(description) if description else None
    )
    return prepare


def _write(
    context: Context, kind: str, graph: Graph, found: dict[str, Layer], rounded: dict[str, Rounded]
) -> None:
    """Write the model with the weights as they were rounded, as float32."""
    values = graph.used_parameters()
    for name, result in rounded.items():
        values[name] = found[name].tensor(result.values, values[name].shape)
    program, parameters = (context.output / name for name in rounded_files(kind))
    write_program(program, graph.program())
    write_parameters(parameters, values)


def _entry(
    graph: Graph, found: dict[str, Layer], rounded: dict[str, Rounded], calibrated: set[str]
) -> RoundedModel:
    return RoundedModel(
        tuple(
            RoundedLayer(
                name,
                layer.kind,
                graph.parameters[name].shape,
                rounded[name].plain,
                rounded[name].loss,
                name in calibrated,
            )
            for name, layer in found.items()
        )
    )
