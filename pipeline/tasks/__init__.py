"""The tasks that a model may have, as the host knows them: a record each, by name.

A new one is a name in :data:`stages.contract.TASKS`, its module here, and its room in ``stages``
(:mod:`stages.tasks`).
"""

from pipeline.tasks.detection import DETECTION
from pipeline.tasks.metric import NONE, Metric, ModelMetric
from pipeline.tasks.orientation import ORIENTATION
from pipeline.tasks.recognition import RECOGNITION
from pipeline.tasks.spec import Shapes, Task

__all__ = ["NONE", "TASKS", "Metric", "ModelMetric", "Shapes", "Task"]

#: In the order of the contract; the first is that of a project that names none.
TASKS = {task.name: task for task in (RECOGNITION, DETECTION, ORIENTATION)}
