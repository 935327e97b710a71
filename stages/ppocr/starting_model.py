"""The inference model that training starts from, of either format: its weights and its characters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from stages.errors import IntegrityError
from stages.message import msg
from stages.pir.program import read_program as read_pir
from stages.pir.replay import replay
from stages.ppocr.legacy_weights import FILES, read_legacy_weights, rename_by_use
from stages.ppocr.network import build, live_tensors
from stages.program.signature import Signature, read_signature
from stages.published.files import PROGRAM
from stages.published.model import is_legacy, model_characters
from stages.published.official import OfficialModel, read_official
from stages.text.printable import printable

#: Names do not depend on the number of classes, and a small network is built sooner.
_ANY_CLASSES = 2


def read_starting_model(folder: Path, architecture: Mapping[str, Any]) -> OfficialModel:
    """Read a PIR model (``inference.json``) or a legacy one (``inference.pdmodel``).

    Args:
        folder: the model's files. A legacy model's characters come from ``inference.yml``, or from the
            only ``.txt`` file beside it.
        architecture: of the network that takes the weights, with a CTC head alone.

    Raises:
        StageError: a file of a legacy model is damaged.
        IntegrityError: a file is missing or damaged, or does not fit the others or the network.
    """
    if not is_legacy(folder):
        return _read_pir(folder, architecture)
    signature = read_signature(folder / FILES[0])
    if len(signature.input_shape) != 4 or len(signature.output_shape) != 3:
        raise IntegrityError(
            msg(
                "{files} is not a recognition model's: its input has the shape {input_shape}, its "
                "output {output_shape}",
                FILES[0],
                list(signature.input_shape),
                list(signature.output_shape),
            ),
            printable(str(folder), 400),
            msg("give the inference model of a text recognition network with a CTC head"),
        )
    characters = model_characters(folder)  # first: reading them takes no time
    return OfficialModel(read_legacy_weights(folder, architecture, signature), characters)


def _read_pir(folder: Path, architecture: Mapping[str, Any]) -> OfficialModel:
    """Read a PIR model; where its names are not the network's, its order of use gives them.

    The official models have the names that PaddleOCR's network has when nothing was built before it.
    """
    model = read_official(folder)
    names = live_tensors(build(architecture, _ANY_CLASSES, fused=True)).keys()
    if names == model.parameters.keys():
        return model
    program = read_pir(folder / PROGRAM)
    signature = Signature(program.input_shape, (-1, -1, model.classes))
    renamed = rename_by_use(replay(program), model.parameters, architecture, signature)
    return replace(model, parameters=renamed)
