"""Which models a run compares, and why one of them is not run."""

from __future__ import annotations

from dataclasses import dataclass, replace

from stages.contract import Fault, Status
from stages.contract.artifacts import CHECKPOINT_MODEL, PD_MODEL, PIR_MODEL, nb_model
from stages.errors import StageError
from stages.lite.kernels import target_of
from stages.lite.naive_buffer import read_naive_buffer
from stages.lite.targets import TARGETS, runnable_target
from stages.message import msg
from stages.pitfalls import Pitfall
from stages.published.files import PARAMETERS, PROGRAM
from stages.runtime import Context
from stages.text.printable import printable

NOT_RUNNABLE = msg("not runnable here")
NO_CHECKPOINT = msg("no checkpoint in this project")
#: The model that the others are compared with.
REFERENCE = PD_MODEL


@dataclass(frozen=True)
class Model:
    """A column of the parity table.

    ``status`` is None if it is run; else it and ``fault`` say why not, and ``detail`` says it to people.
    ``target`` and ``opt_version`` are what an NB file says of itself.
    """

    name: str
    kind: str = ""
    files: tuple[str, ...] = ()
    status: Status | None = None
    fault: Fault | None = None
    detail: str = ""
    pitfall: Pitfall | None = None
    target: str = ""
    opt_version: str = ""


def list_models(context: Context, classes: int, machine: str) -> list[Model]:
    """Return the columns in the order of the table.

    Args:
        context: of the stage; its inputs say what there is.
        classes: of the dictionary, the blank included.
        machine: as ``platform.machine()`` names it; decides which ``.nb`` may run.
    """
    pd = Model(REFERENCE, "pd", (str(context.input("pdmodel")), str(context.input("pdiparams"))))
    targets = [target for target in TARGETS if context.has(nb_model(target))]
    runnable = runnable_target(machine)
    buffers = [_buffer(context, target, target == runnable) for target in targets]
    # what runs stands first, then what failed
    buffers.sort(key=lambda model: "" if model.status is None else model.status.value)
    return [_original(context, classes), pd, *buffers]


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
    files = (str(context.input("config")), str(context.input("checkpoint")), str(classes))
    return Model(CHECKPOINT_MODEL, "checkpoint", files)


def _buffer(context: Context, slot: str, machine_runs: bool) -> Model:
    """Describe the NB file that stands for the target ``slot``.

    One that nobody can read, or that is for another processor, is never run: it would crash, or
    return zeros with exit code 0.
    """
    name = nb_model(slot)
    nb = context.input(name)
    try:
        with context.guarding():
            read = read_naive_buffer(nb)
            target = target_of(read)
    except StageError as error:
        return _broken(Model(name), Fault.UNREADABLE, error.message, error.pitfall)
    model = Model(name, target=target, opt_version=printable(read.head.opt_version))
    if target != slot:
        why = msg(
            "the file is made for {target}, not for {slot}; it was not run", printable(target), slot
        )
        return _broken(model, Fault.WRONG_TARGET, why, Pitfall.FOREIGN_TARGET)
    if not machine_runs:
        return replace(model, status=Status.NOT_RUNNABLE, detail=NOT_RUNNABLE)
    return replace(model, kind="nb", files=(str(nb),))


def _broken(model: Model, fault: Fault, detail: str, pitfall: Pitfall | None) -> Model:
    return replace(model, status=Status.FAILED, fault=fault, detail=detail, pitfall=pitfall)
