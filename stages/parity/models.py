"""Which models a run compares, and why one of them is not run."""

from __future__ import annotations

from dataclasses import dataclass, replace

from stages.errors import StageError
from stages.lite.kernels import target_of
from stages.lite.naive_buffer import read_naive_buffer
from stages.lite.targets import TARGETS, runnable_target
from stages.pitfalls import Pitfall
from stages.published.files import PARAMETERS, PROGRAM
from stages.runtime import Context
from stages.text.printable import printable

NOT_RUNNABLE = "not runnable here"
NO_CHECKPOINT = "no checkpoint in this project"
#: The model that the others are compared with.
REFERENCE = "pd"


@dataclass(frozen=True)
class Model:
    """A column of the parity table. ``status`` says why it is not run; "" means that it is.

    ``target`` and ``opt_version`` are what an NB file says of itself.
    """

    name: str
    kind: str = ""
    files: tuple[str, ...] = ()
    status: str = ""
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
    targets = [target for target in TARGETS if context.has(f"nb-{target}")]
    runnable = runnable_target(machine)
    buffers = [_buffer(context, target, target == runnable) for target in targets]
    buffers.sort(key=lambda model: model.status)  # what runs stands first
    return [_original(context, classes), pd, *buffers]


def _original(context: Context, classes: int) -> Model:
    """Describe what the PD model was made from: a PIR model, or a checkpoint.

    Paddle Inference takes a PIR model as it takes a legacy one.
    """
    if not context.has("pir"):
        return _checkpoint(context, classes)
    folder = context.input("pir")
    return Model("pir", "pd", (str(folder / PROGRAM), str(folder / PARAMETERS)))


def _checkpoint(context: Context, classes: int) -> Model:
    if not (context.has("checkpoint") and context.has("config")):
        return Model("checkpoint", status=NO_CHECKPOINT)
    files = (str(context.input("config")), str(context.input("checkpoint")), str(classes))
    return Model("checkpoint", "checkpoint", files)


def _buffer(context: Context, slot: str, machine_runs: bool) -> Model:
    """Describe the NB file that stands for the target ``slot``.

    One that nobody can read, or that is for another processor, is never run: it would crash, or
    return zeros with exit code 0.
    """
    name, nb = f"nb-{slot}", context.input(f"nb-{slot}")
    try:
        with context.guarding():
            read = read_naive_buffer(nb)
            target = target_of(read)
    except StageError as error:
        return Model(name, status=f"failed: {error.message}", pitfall=error.pitfall)
    model = Model(name, target=target, opt_version=printable(read.head.opt_version))
    if target != slot:
        why = f"failed: the file is made for {printable(target)}, not for {slot}; it was not run"
        return replace(model, status=why, pitfall=Pitfall.FOREIGN_TARGET)
    if not machine_runs:
        return replace(model, status=NOT_RUNNABLE)
    return replace(model, kind="nb", files=(str(nb),))
