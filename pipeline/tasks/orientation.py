"""Orientation: a model tells whether a line is upside down."""

from __future__ import annotations

from pipeline.tasks.metric import DIFFERENCE, SURENESS, accuracy, agreement
from pipeline.tasks.spec import Shapes, Task
from stages.message import msg

ORIENTATION = Task(
    msg("orientation"),
    Shapes((3, 48, 192), range(16, 257), range(32, 1025)),
    metrics=(
        accuracy(msg("orientations that are right")),
        agreement(msg("same orientation as PD")),
        DIFFERENCE,
        *SURENESS,
    ),
    score=lambda model: model.accuracy,
    score_name=msg("accuracy"),
    weak=0.75,  # half are right by chance
    causes=msg("Likely causes: labels the wrong way round, exported without its weights"),
    weakness=lambda share: msg(
        "parity alone says little here: the model tells only {share} of the orientations, "
        "too weak to prove much",
        share,
    ),
    agreed=lambda share: msg("{share} of the orientations", share),
    differences=msg("Images turned differently"),
)
