"""Which of the tasks a stage works for."""

from __future__ import annotations

from stages.contract import TASKS
from stages.errors import StageError
from stages.message import msg
from stages.runtime import Context
from stages.text.printable import quoted

RECOGNITION, DETECTION, ORIENTATION = TASKS


def task_of(context: Context) -> str:
    """Return the task of the stage's parameters; recognition if they name none.

    Raises:
        StageError: it is none of :data:`stages.contract.TASKS`.
    """
    task = str(context.parameters.get("task", RECOGNITION))
    if task not in TASKS:
        allowed = ", ".join(TASKS)
        raise StageError(
            msg("the task {task} is not known; allowed are {allowed}", quoted(task), allowed),
            "model.task",
            msg("give one of them"),
        )
    return task
