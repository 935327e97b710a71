"""Detection: a model finds the lines of a page."""

from __future__ import annotations

from pipeline.tasks.metric import DIFFERENCE, Metric, agreement
from pipeline.tasks.spec import Shapes, Task
from stages.message import msg

DETECTION = Task(
    msg("detection"),
    # The network halves its image five times; the usual size is that of the official models.
    Shapes((3, 960, 960), range(32, 4001), range(32, 4001), step=32),
    metrics=(
        Metric(
            "hmean",
            msg("mean of precision and recall"),
            lambda model, _: model.hmean,
            ".2%",
            "higher",
            rank=1,
        ),
        Metric(
            "precision",
            msg("boxes that are right"),
            lambda model, _: model.precision,
            ".2%",
            "higher",
        ),
        Metric(
            "recall", msg("labelled boxes found"), lambda model, _: model.recall, ".2%", "higher"
        ),
        Metric("boxes", msg("boxes found"), lambda model, _: model.boxes, "d", rank=3),
        agreement(msg("images with the same boxes as PD")),
        DIFFERENCE,
        Metric(
            "flipped",
            msg("pixels on the other side of the threshold than PD's"),
            lambda model, _: model.flipped_pixels,
            "d",
            "lower",
        ),
        Metric(
            "pixels",
            msg("pixels compared"),
            lambda model, _: model.pixels,
            "d",
            brief=False,
            rank=3,
        ),
    ),
    score=lambda model: model.hmean,
    score_name=msg("hmean"),
    weak=0.5,
    causes=msg(
        "Likely causes: exported without its weights, labels of images of another size, other "
        "preprocessing"
    ),
    weakness=lambda share: msg(
        "parity alone says little here: the boxes' hmean is only {share}, too weak to prove much",
        share,
    ),
    agreed=lambda share: msg("{share} of the images, box for box", share),
    differences=msg("Images with other boxes"),
)
