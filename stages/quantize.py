"""The ``quantize`` stage: weights rounded so that ``opt`` has nothing left to lose.

``opt --quant_model`` rounds every weight to the nearest number of its grid. Rounded here first, onto the
same grid but with regard to what the layers' inputs are like (``stages/rounding``), the model is an ordinary
float32 one that Paddle can measure, and what ``opt`` then does to it changes nothing. Of 16 bits each
weight's nearest number is near enough.

The weights are those of the program that ``opt`` will be given: the same rules are applied as in
``convert``. Images are those of *train*, never of the test set.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from stages.contract import Quantisation, QuantizeMetrics, RoundedLayer, RoundedModel
from stages.contract.artifacts import QUANTISATION, rounded_files
from stages.contract.variant import Weights
from stages.errors import StageError
from stages.files import write_text
from stages.kernels.use import use
from stages.message import msg
from stages.pitfalls import Pitfall
from stages.program.graph import Graph
from stages.program.params import read_program, read_tensors, write_parameters, write_program
from stages.program.quantised import refuse_quantised
from stages.program.rules import apply_rules
from stages.rounding.gptq import Rounded
from stages.rounding.grid import BITS
from stages.rounding.layers import Layer, layers, lost
from stages.rounding.work import CALIBRATED, Work
from stages.runtime import Context
from stages.text.labels import read_labels
from stages.text.printable import printable


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
    work = Work(context, graph, found, kinds, images)
    made: dict[str, RoundedModel] = {}
    for kind in kinds:
        rounded = work.round(kind)
        _write(context, kind, graph, found, rounded)
        made[kind.value] = _entry(graph, found, rounded)
    work.end()
    write_text(context.output / QUANTISATION, Quantisation(made, tuple(images)).dump())
    worst = {kind: model.worst for kind, model in made.items()}
    return QuantizeMetrics(
        len(images),
        {kind: len(model.layers) for kind, model in made.items()},
        {kind: layer.weights for kind, layer in worst.items() if layer},
        {kind: layer.loss_after for kind, layer in worst.items() if layer},
    )


def _kinds(given: Sequence[str]) -> list[Weights]:
    """Return the kinds of weights to round for, those of fewer bits first."""
    allowed = [kind.value for kind in BITS]
    if not given or set(given) - set(allowed):
        raise StageError(
            msg("weights is {given}; allowed are {kinds}", repr(list(given)), ", ".join(allowed)),
            "convert.weights",
            msg('give [convert] weights = ["float32", "int8"], say'),
        )
    return sorted(set(map(Weights, given)), key=lambda kind: BITS[kind])


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


def _write(
    context: Context,
    kind: Weights,
    graph: Graph,
    found: dict[str, Layer],
    rounded: dict[str, Rounded],
) -> None:
    """Write the model with the weights as they were rounded, as float32."""
    values = graph.used_parameters()
    for name, result in rounded.items():
        values[name] = found[name].tensor(result.values, values[name].shape)
    program, parameters = (context.output / name for name in rounded_files(kind.value))
    write_program(program, graph.program())
    write_parameters(parameters, values)


def _entry(graph: Graph, found: dict[str, Layer], rounded: dict[str, Rounded]) -> RoundedModel:
    return RoundedModel(
        tuple(
            RoundedLayer(
                name,
                layer.kind,
                graph.parameters[name].shape,
                _digits(rounded[name].plain),
                _digits(rounded[name].loss),
                rounded[name].calibrated,
            )
            for name, layer in found.items()
        )
    )


def _digits(loss: float) -> float:
    """Round to the digits in which the number of threads makes no difference."""
    return float(f"{loss:.4g}")
