"""PaddleOCR's network as an object: built with the names an export gives, loaded without mercy."""

from __future__ import annotations

import importlib
import traceback
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import paddle

from stages.errors import IntegrityError, StageError
from stages.message import joined, msg
from stages.pitfalls import Pitfall
from stages.ppocr.architectures import with_classes
from stages.ppocr.location import use_paddleocr
from stages.ppocr.parts import unknown_parts
from stages.text.printable import printable
from stages.text.yaml import at

#: State-dict parts of a LearnableRepLayer that fusing replaces by ``reparam_conv``.
BRANCHES = (".identity.", ".conv_kxk.", ".conv_1x1.")
#: Heads that are there for training only, and that an inference model leaves out.
TRAINING_ONLY = ("head.gtc_head.", "head.before_gtc.", "head.sar_head.")

#: What PaddleOCR's code raises where a configuration asks for what it has not.
_NOT_BUILT = (AssertionError, NameError, TypeError, KeyError, AttributeError, NotImplementedError)
_BUILDERS = ("build_transform", "build_backbone", "build_neck", "build_head")
_SHOWN = 5


def build(
    architecture: Mapping[str, Any],
    classes: int,
    weights: Mapping[str, np.ndarray] | None = None,
    *,
    fused: bool = False,
) -> paddle.nn.Layer:
    """Build PaddleOCR's network in evaluation mode.

    Parameters get the names that they have in an exported model: Paddle counts names up from the
    start of the process, so this one starts a count of its own.

    Args:
        architecture: the ``Architecture`` part of a PaddleOCR configuration.
        classes: of the CTC head, the blank included.
        weights: a checkpoint by state-dict key; None leaves Paddle's initialisation.
        fused: merge the branches of every LearnableRepLayer into one convolution, as exporting does.

    Raises:
        StageError: PaddleOCR's code has no such network.
        IntegrityError: the weights are not the network's.
    """
    use_paddleocr()
    with paddle.utils.unique_name.guard():
        network = _build(with_classes(architecture, classes))
        if weights is not None:
            load_strictly(network, weights)
        network.eval()
        if fused:
            fuse(network)
    return network


def _build(architecture: dict[str, Any]) -> paddle.nn.Layer:
    """Have PaddleOCR build the network.

    Raises:
        StageError: it has no part of a name, or the part takes no such argument; says which.
    """
    build_model = importlib.import_module("ppocr.modeling.architectures").build_model
    try:
        return build_model(architecture)
    except _NOT_BUILT as error:
        part = _part_of(error)
        known = str(at(architecture, part, "name"))
        name = printable(next(unknown_parts(architecture), known))
        raise StageError(
            msg(
                "the images' PaddleOCR cannot build the network's {part}, {name}: it may be of a newer one",
                part or "Architecture",
                name,
            ),
            "Architecture",
            msg(
                "export the model with the PaddleOCR that trained it and give it as [export] model"
            ),
        ) from error


def _part_of(error: BaseException) -> str:
    """Return which part PaddleOCR was building: it has a function for each, named after it."""
    frames = (frame.f_code.co_name for frame, _line in traceback.walk_tb(error.__traceback__))
    parts = (name.removeprefix("build_").capitalize() for name in frames if name in _BUILDERS)
    return next(parts, "")


def fuse(network: paddle.nn.Layer) -> None:
    """Merge branches in place, as ``dynamic_to_static`` in ppocr/utils/export_model.py does."""
    for layer in network.sublayers():
        if hasattr(layer, "rep") and not layer.is_repped:
            layer.rep()


def load_strictly(network: paddle.nn.Layer, weights: Mapping[str, np.ndarray]) -> None:
    """Load a whole checkpoint; unlike ``load_pretrained_params``, nothing may be left over.

    Raises:
        IntegrityError: a parameter is missing, unknown or of another shape; names them.
    """
    check_shapes(
        {key: tuple(tensor.shape) for key, tensor in network.state_dict().items()},
        {key: tuple(array.shape) for key, array in weights.items()},
        msg("the checkpoint"),
        msg("the network"),
    )
    network.set_state_dict({key: np.asarray(array) for key, array in weights.items()})


def check_shapes(
    expected: Mapping[str, tuple[int, ...]],
    found: Mapping[str, tuple[int, ...]],
    source: str,
    target: str,
) -> None:
    """Compare names and shapes of two sets of parameters.

    Raises:
        IntegrityError: they differ; names the first few parameters.
    """
    both = expected.keys() & found.keys()
    faults = [
        msg(
            "{name}: {source} has shape {found}, {target} {expected}",
            name,
            source,
            list(found[name]),
            target,
            list(expected[name]),
        )
        for name in sorted(both)
        if expected[name] != found[name]
    ]
    faults += [
        msg("{name}: not in {source}", name, source) for name in sorted(expected.keys() - both)
    ]
    faults += [msg("{name}: not in {target}", name, target) for name in sorted(found.keys() - both)]
    if faults:
        raise IntegrityError(
            msg(
                "{faults} parameters of {source} do not fit {target}: {list}",
                len(faults),
                source,
                target,
                _list(faults),
            ),
            faults[0].split(":")[0],
            msg("use the architecture and the dictionary that the weights were trained with"),
            Pitfall.SHAPE_MISMATCH,
        )


def live_tensors(network: paddle.nn.Layer) -> dict[str, Any]:
    """Return what an exported model holds of a fused network: Paddle's name → tensor."""
    return {
        tensor.name: tensor
        for key, tensor in network.state_dict().items()
        if not key.startswith(TRAINING_ONLY) and not any(part in f".{key}" for part in BRANCHES)
    }


def state_arrays(layer: paddle.nn.Layer) -> dict[str, np.ndarray]:
    """Return a copy of a layer's parameters and buffers by state-dict key."""
    return {key: np.array(tensor.numpy()) for key, tensor in layer.state_dict().items()}


def _list(faults: Iterable[str]) -> str:
    shown = list(faults)
    more = [msg("and {count} more", len(shown) - _SHOWN)] if len(shown) > _SHOWN else []
    return joined("; ", [*shown[:_SHOWN], *more])
