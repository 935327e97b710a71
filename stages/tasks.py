"""What stages know of each task: one record, and a room with the code that only it needs.

A new task is a name in :data:`stages.contract.TASKS`, its record here, and a room ``stages/NAME/`` with

- ``data.py``: ``rules(context)``, what its labels must keep to (:class:`stages.dataset.split.Rules`);
- ``prepare.py``: ``preparation(shape, description)``, how an image becomes a model's input;
- ``verify.py``: ``run(context)``, the stage of that name.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from types import ModuleType

from stages.contract import TASKS
from stages.errors import StageError
from stages.message import msg
from stages.runtime import Context
from stages.text.printable import quoted


@dataclass(frozen=True)
class Task:
    """A task as stages know it.

    Args:
        name: of :data:`stages.contract.TASKS`, and of its room.
        sizes: (height, width) that stand for dimensions that are only known at run time, beside the
            project's own.
        reads: whether its models read text, and so have a dictionary.
    """

    name: str
    sizes: tuple[tuple[int, int], ...]
    reads: bool = False

    def module(self, pattern: str) -> ModuleType:
        """Return a module of the task's room.

        Args:
            pattern: its name with the task's left open, such as ``stages.*.verify``. What puts a
                stage's code into its image (images/tools/closure.py) takes every room's.
        """
        return import_module(pattern.replace("*", self.name))


BY_NAME = {
    task.name: task
    for task in (
        Task("recognition", sizes=((48, 320), (48, 160)), reads=True),
        Task("detection", sizes=((320, 320), (192, 320))),
        Task("orientation", sizes=((48, 192),)),
    )
}


def task_of(context: Context) -> Task:
    """Return the task of the stage's parameters; recognition if they name none.

    Raises:
        StageError: there is no such task.
    """
    name = str(context.parameters.get("task", TASKS[0]))
    if name not in BY_NAME:
        allowed = ", ".join(BY_NAME)
        raise StageError(
            msg("the task {task} is not known; allowed are {allowed}", quoted(name), allowed),
            "model.task",
            msg("give one of them"),
        )
    return BY_NAME[name]
