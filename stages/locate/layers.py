"""The layer of the trained network that a parameter of its exported model belongs to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from stages.locate.steps import Step
from stages.ppocr.architectures import ARCHITECTURES
from stages.ppocr.network import build, live_tensors
from stages.ppocr.user_config import read_config
from stages.program.params import parameter_shapes, read_program
from stages.program.signature import read_signature
from stages.runtime import Context

#: What fusing puts into the place of a layer's branches: the layer itself, for who trained it.
_FUSED = ".reparam_conv"


def layers(context: Context) -> dict[str, str]:
    """Return the layer of each parameter by the name that it has in an export; {} if no network is known.

    An export, and an official model, call parameters as Paddle counts them up (``conv2d_137.w_0``); so does
    the network, built in the same order.

    Raises:
        StageError: the configuration's network cannot be built.
    """
    architecture = _architecture(context)
    if architecture is None:
        return {}
    model = context.input("pdmodel")
    shapes = parameter_shapes(read_program(model))
    network = build(architecture, read_signature(model).output_shape[-1], fused=True)
    tensors = live_tensors(network)
    if any(shapes.get(name) != tuple(tensor.shape) for name, tensor in tensors.items()):
        return {}  # counted up otherwise, or by another PaddleOCR: its own names say more than wrong ones
    keys = {id(tensor): key for key, tensor in network.state_dict().items()}
    return {
        name: keys[id(tensor)].rpartition(".")[0].removesuffix(_FUSED)
        for name, tensor in tensors.items()
    }


def _architecture(context: Context) -> Mapping[str, object] | None:
    if context.has("config"):
        architecture: Mapping[str, object] = read_config(context.input("config"))["Architecture"]
        return architecture
    known = ARCHITECTURES.get(str(context.parameters.get("architecture", "")))
    return known.ctc() if known else None


def place(steps: Sequence[Step], number: int, known: Mapping[str, str]) -> tuple[str, str, bool]:
    """Return layer and parameter of a step, and whether they are those of one before it.

    Args:
        steps: of the program.
        number: of the step; if it has no weights, the nearest before it that has them counts.
        known: layers by parameter.
    """
    producers = {name: place for place, step in enumerate(steps) for name in step.makes}
    waiting, seen = [number], set[int]()
    while waiting:
        current = waiting.pop(0)
        step = steps[current]
        if step.parameters:
            best = min(step.parameters, key=lambda name: (name not in known, ".w_" not in name))
            return known.get(best, ""), best, current != number
        seen.add(current)
        before = {producers[name] for name in step.reads if name in producers}
        waiting += sorted(before - seen, reverse=True)
    return "", "", False
