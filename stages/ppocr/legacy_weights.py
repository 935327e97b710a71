"""The weights of a legacy inference model, under the names of PaddleOCR's own network.

Paddle counts names up from the start of the process that made a model, so another version of
PaddleOCR gives other names (``mobile_one_block_0`` for ``learnable_affine_block_0``). What stays is the
order in which the program uses its parameters: the network is traced, both orders are laid side by
side, and shapes are compared. That the two compute the same is for ``import_proof`` to show.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import paddle

from stages.contract.artifacts import PD_PARAMETERS, PD_PROGRAM
from stages.errors import IntegrityError
from stages.message import msg
from stages.pitfalls import Pitfall
from stages.ppocr.network import build
from stages.ppocr.tracing import quickened
from stages.program.graph import Graph
from stages.program.params import parameter_shapes, read_program, read_tensors
from stages.program.signature import Signature
from stages.proto import proto
from stages.text.printable import printable

FILES = (PD_PROGRAM, PD_PARAMETERS)


def read_legacy_weights(
    folder: Path, architecture: Mapping[str, Any], signature: Signature
) -> dict[str, np.ndarray]:
    """Return a legacy model's parameters by the names that ``architecture``'s network has.

    Args:
        folder: holds :data:`FILES`.
        architecture: of the network, with a CTC head alone.
        signature: of the model: the classes of its last axis include the blank.

    Raises:
        StageError: a file is damaged.
        IntegrityError: the model is of another network.
    """
    program = read_program(folder / FILES[0])
    parameters = read_tensors(program, folder / FILES[1])
    return rename_by_use(program, parameters, architecture, signature)


def rename_by_use(
    program: proto.ProgramDesc,
    parameters: Mapping[str, np.ndarray],
    architecture: Mapping[str, Any],
    signature: Signature,
) -> dict[str, np.ndarray]:
    """Return ``parameters`` by the names that ``architecture``'s network has for them.

    Args:
        program: uses the parameters under the names that they have.
        parameters: by those names.
        architecture: of the network, with a CTC head alone.
        signature: of the model.

    Raises:
        IntegrityError: the model is of another network.
    """
    network = build(architecture, signature.output_shape[-1], fused=True)
    traced = _trace(network, signature.input_shape)
    wanted = parameter_shapes(traced)
    found = {name: tuple(array.shape) for name, array in parameters.items()}
    pairs = match(_in_use(traced, wanted), wanted, _in_use(program, found), found)
    return {name: parameters[other] for name, other in pairs.items()}


def match(
    wanted: Sequence[str],
    wanted_shapes: Mapping[str, tuple[int, ...]],
    found: Sequence[str],
    found_shapes: Mapping[str, tuple[int, ...]],
) -> dict[str, str]:
    """Pair the names of two models' parameters, each listed in its own order of use.

    Returns:
        ``found``'s name by ``wanted``'s.

    Raises:
        IntegrityError: one has more parameters, or other shapes; names the first.
    """
    for number, (name, other) in enumerate(zip(wanted, found, strict=False), 1):
        if wanted_shapes[name] != found_shapes[other]:
            raise _other_network(
                msg(
                    "parameter {number} in order of use, {other}, has the shape {found_shapes}, the "
                    "network's {name} has {wanted_shapes}",
                    number,
                    printable(other),
                    list(found_shapes[other]),
                    name,
                    list(wanted_shapes[name]),
                )
            )
    if len(wanted) != len(found):
        raise _other_network(
            msg("it has {found} parameters, the network {wanted}", len(found), len(wanted))
        )
    return dict(zip(wanted, found, strict=True))


def _other_network(why: str) -> IntegrityError:
    return IntegrityError(
        msg("the model is not of this architecture: {why}", why),
        "model.pretrained",
        msg("name the architecture that the model was exported from"),
        Pitfall.SHAPE_MISMATCH,
    )


def _in_use(program: proto.ProgramDesc, parameters: Mapping[str, object]) -> list[str]:
    """Return the parameters in the order in which operators first read them."""
    operators = Graph(program, {}).operators
    read = [name for item in operators for names in item.inputs.values() for name in names]
    return [name for name in dict.fromkeys(read) if name in parameters]


def _trace(network: paddle.nn.Layer, shape: Sequence[int]) -> proto.ProgramDesc:
    """Return the legacy program that an export of ``network`` for images of ``shape`` would hold."""
    specification = paddle.static.InputSpec(shape, "float32", "x")
    with paddle.pir_utils.OldIrGuard(), quickened():
        static = paddle.jit.to_static(network, input_spec=[specification], full_graph=True)
        serialised = static.forward.concrete_program.main_program.desc.serialize_to_string()
    network.forward.rollback()
    return proto.ProgramDesc.FromString(serialised)
