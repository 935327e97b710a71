"""Whether an inference model's files are whole, of one model, and of a kind that can be taken over."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.errors import UsageError
from pipeline.models.inference import InferenceModel
from pipeline.models.program import Outline, read_outline
from pipeline.models.weights import BFLOAT16, FLOAT16, INT8, Tensor, read_tensors
from pipeline.text import human_size, one_line
from stages.contract.operators import is_of_quantisation
from stages.message import msg

_SHOWN = 3
_AGAIN = msg("copy or download it again: program and parameters must be of one export")


def check_sound(model: InferenceModel) -> None:
    """Read program and parameters' headers and hold them against each other.

    Raises:
        UsageError: a file is damaged, cut off or another model's, or the model is quantised or of half
            precision; says so by name.
    """
    outline = read_outline(model.program)
    _refuse_quantised(model, outline)
    _refuse_half(model, outline)
    found = read_tensors(model.parameters)
    wanted, name = outline.stored, model.parameters.name
    if found.items == wanted and found.whole:
        return
    where = str(model.parameters)
    if found.items == wanted[: len(found.items)]:  # as far as it goes it is this program's
        size = human_size(model.parameters.stat().st_size)
        message = msg(
            "{name} is damaged or cut off: {size} hold {found} of the {wanted} parameters of {program}",
            name,
            size,
            len(found.items),
            len(wanted),
            model.program.name,
        )
        raise UsageError(message, where, _AGAIN)
    raise UsageError(
        msg(
            "{name} is not the file of {program}: {difference}",
            name,
            model.program.name,
            _difference(outline, found.items),
        ),
        where,
        _AGAIN,
    )


def _difference(outline: Outline, found: Sequence[Tensor]) -> str:
    """Say where the first difference is."""
    for name, tensor in zip(sorted(outline.parameters), found, strict=False):
        wanted = outline.parameters[name]
        if tensor != wanted:
            return msg(
                "{parameter} has the shape {found}, the program says {wanted}",
                one_line(name),
                list(tensor.shape),
                list(wanted.shape),
            )
    return msg("it holds {found} parameters, the program {wanted}", len(found), len(outline.stored))


def _refuse_quantised(model: InferenceModel, outline: Outline) -> None:
    kinds = sorted(kind for kind in outline.operators if is_of_quantisation(kind))
    stored = [name for name, tensor in outline.parameters.items() if tensor.dtype == INT8]
    if not kinds and not stored:
        return
    what = ", ".join(kinds[:_SHOWN]) or msg("weights of int8")
    count = sum(outline.operators[kind] for kind in kinds) or len(stored)
    raise UsageError(
        msg(
            '{program} is of a quantised ("slim") model: {count} times {what}',
            model.program.name,
            count,
            what,
        ),
        str(model.program),
        msg("give the float32 model that it was made from"),
    )


def _refuse_half(model: InferenceModel, outline: Outline) -> None:
    half = [name for name, each in outline.parameters.items() if each.dtype in (FLOAT16, BFLOAT16)]
    if half:
        raise UsageError(
            msg(
                "{program} is of a half-precision model: {count} parameters, {first} first",
                model.program.name,
                len(half),
                one_line(sorted(half)[0]),
            ),
            str(model.program),
            msg("give the float32 model; export it without half precision"),
        )
