"""Which models a run compares: what its inputs hold, and what of it can be run or emulated here."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from stages.contract import Fault, Status
from stages.contract.artifacts import CHECKPOINT_MODEL, PIR_MODEL
from stages.contract.variant import Variant, Weights
from stages.emulation.call import NotEmulatedError
from stages.emulation.program import write_emulation
from stages.errors import StageError
from stages.kept import FEATURES
from stages.lite.kernels import target_of
from stages.lite.naive_buffer import NaiveBuffer, read_naive_buffer
from stages.lite.needs import needs_of
from stages.lite.targets import runnable_target
from stages.message import msg, text_of
from stages.parity.models import REFERENCE, Model, not_checked
from stages.parity.unsound import unsound
from stages.pitfalls import Pitfall
from stages.published.files import PARAMETERS, PROGRAM
from stages.runtime import Context
from stages.text.printable import printable

NO_CHECKPOINT = msg("no checkpoint in this project")


def list_models(context: Context, classes: int, machine: str) -> list[Model]:
    """Return the columns in the order of the table.

    Args:
        context: of the stage; its inputs say what there is.
        classes: of the dictionary, the blank included.
        machine: as ``platform.machine()`` names it; decides which ``.nb`` may run.
    """
    pd = Model(REFERENCE, "pd", (str(context.input("pdmodel")), str(context.input("pdiparams"))))
    models = [_original(context, classes), pd]
    for kind in Weights:
        if kind.are_integers and context.has(kind.inputs[0]):
            files = tuple(str(context.input(name)) for name in kind.inputs)
            models.append(Model(kind.reference, "pd", files))
        models += _buffers(context, kind, runnable_target(machine))
    return models


def _original(context: Context, classes: int) -> Model:
    """Describe what the PD model was made from: a PIR model, or a checkpoint.

    Paddle Inference takes a PIR model as it takes a legacy one.
    """
    if not context.has("pir"):
        return _checkpoint(context, classes)
    folder = context.input("pir")
    return Model(PIR_MODEL, "pd", (str(folder / PROGRAM), str(folder / PARAMETERS)))


def _checkpoint(context: Context, classes: int) -> Model:
    if not (context.has("checkpoint") and context.has("config")):
        return Model(CHECKPOINT_MODEL, status=Status.ABSENT, detail=NO_CHECKPOINT)
    kept = str(Path(context.spec.cache) / FEATURES) if context.spec.cache else ""
    files = (str(context.input("config")), str(context.input("checkpoint")), str(classes), kept)
    return Model(CHECKPOINT_MODEL, "checkpoint", files)


def _buffers(context: Context, kind: Weights, runnable: str | None) -> list[Model]:
    """Return the NB files with such weights: what runs first, then what is emulated, then what failed.

    No library that computes in half precision is there to run such a file.
    """
    variants = [each for each in context.variants if each.weights is kind]
    models = [
        _buffer(context, each, each.target == runnable and not each.half) for each in variants
    ]
    return sorted(
        models, key=lambda model: (model.emulated, model.status.value if model.status else "")
    )


def _buffer(context: Context, variant: Variant, machine_runs: bool) -> Model:
    """Describe the NB file that stands for a variant.

    One that nobody can read, or that is for another processor, is never run: it would crash, or
    return zeros with exit code 0.
    """
    name, slot = variant.model, variant.target
    nb = context.input(name)
    try:
        with context.guarding():
            read = read_naive_buffer(nb)
            target = target_of(read)
    except StageError as error:
        return _broken(Model(name), Fault.UNREADABLE, error.message, error.pitfall)
    model = Model(
        name,
        target=target,
        opt_version=printable(read.head.opt_version),
        reference=variant.weights.reference,
        needs=needs_of(read),
    )
    if target != slot:
        why = msg(
            "the file is made for {target}, not for {slot}; it was not run", printable(target), slot
        )
        return _broken(model, Fault.WRONG_TARGET, why, Pitfall.FOREIGN_TARGET)
    if wrong := unsound(read, target):
        return _broken(model, Fault.MISCOMPUTED, *wrong)
    if machine_runs:
        return replace(model, kind="nb", files=(str(nb),))
    return emulated(context, model, read)


def emulated(context: Context, model: Model, nb: NaiveBuffer) -> Model:
    """Return a model that is what the file holds, for Paddle to run; one that is not run if it cannot be.

    What rounds to half precision is computed without oneDNN, whose passes fuse the steps of the rounding into
    other operators (seen: a broadcast along another axis, NaN).
    """
    try:
        with context.guarding():
            files = write_emulation(nb, context.scratch / f"{model.name} read back")
    except NotEmulatedError as error:
        said = not_checked(text_of(error))
        return replace(model, status=Status.NOT_RUNNABLE, detail=said)
    kind = "pd-plain" if model.half else "pd"
    return replace(model, kind=kind, files=tuple(map(str, files)), emulated=True)


def _broken(model: Model, fault: Fault, detail: str, pitfall: Pitfall | None) -> Model:
    return replace(model, status=Status.FAILED, fault=fault, detail=detail, pitfall=pitfall)
