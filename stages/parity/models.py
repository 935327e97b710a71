"""Which models a run compares, and why one of them is not run."""

from __future__ import annotations

from dataclasses import dataclass

from stages.lite.targets import TARGETS, runnable_target
from stages.runtime import Context

NOT_RUNNABLE = "not runnable here"
NO_CHECKPOINT = "no checkpoint in this project"
#: The model that the others are compared with.
REFERENCE = "pd"


@dataclass(frozen=True)
class Model:
    """A column of the parity table. ``status`` says why it is not run; "" means that it is."""

    name: str
    kind: str = ""
    files: tuple[str, ...] = ()
    status: str = ""


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
    return [_checkpoint(context, classes), pd, *buffers]


def _checkpoint(context: Context, classes: int) -> Model:
    if not (context.has("checkpoint") and context.has("config")):
        return Model("checkpoint", status=NO_CHECKPOINT)
    files = (str(context.input("config")), str(context.input("checkpoint")), str(classes))
    return Model("checkpoint", "checkpoint", files)


def _buffer(context: Context, target: str, runnable: bool) -> Model:
    name = f"nb-{target}"
    if not runnable:
        return Model(name, status=NOT_RUNNABLE)
    return Model(name, "nb", (str(context.input(name)),))
