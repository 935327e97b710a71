"""Recognition: a model reads a line of text."""

from __future__ import annotations

from pipeline.tasks.metric import DIFFERENCE, SURENESS, Metric, accuracy, agreement
from pipeline.tasks.spec import Shapes, Task
from stages.contract import WEAK
from stages.message import msg

RECOGNITION = Task(
    msg("recognition"),
    Shapes((3, 48, 320), range(16, 129), range(32, 4097)),
    metrics=(
        accuracy(msg("exact matches")),
        Metric(
            "NED", msg("1 - edit distance"), lambda model, _: model.ned, ".4f", "higher", rank=1
        ),
        agreement(msg("same string as PD")),
        DIFFERENCE,
        *SURENESS,
    ),
    score=lambda model: model.accuracy,
    score_name=msg("accuracy"),
    weak=WEAK,
    causes=msg(
        "Likely causes: exported without its weights, another dictionary, labels in another order "
        "than the model writes, other preprocessing"
    ),
    weakness=lambda share: msg(
        "parity alone says little here: the model reads only {share} of the lines, too weak "
        "to prove much",
        share,
    ),
    agreed=lambda share: msg("{share} of the strings", share),
    differences=msg("Lines read differently"),
    reads=True,
    trains=True,
)
