"""The ``verify`` stage for orientation: all models say of the same lines whether they are upside down.

Lines are prepared as for recognition: PaddleOCR's ``ClsResizeImg`` and ``resize_norm_img`` of
tools/infer/predict_cls.py do the same (:mod:`stages.preprocess`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from stages.contract import ModelEntry, VerifyMetrics
from stages.guards.comparison import Comparison, refuse_difference
from stages.guards.preprocessing import in_description
from stages.guards.shapes import compare_shapes
from stages.orientation.data import ORIENTATIONS
from stages.orientation.task import Orientation
from stages.parity.series import Series
from stages.parity.summary import found_as_reference, scored, summarise
from stages.parity.verification import Verification
from stages.preprocess import describe_input, prepare
from stages.recognition.summary import mismatches
from stages.runtime import Context
from stages.testset import read_test_labels
from stages.text.documents import read_document
from stages.text.labels import Label


def run(context: Context) -> VerifyMetrics:
    """Write ``parity.json``, ``preprocess.json``, ``golden.json`` and ``evidence.json``.

    Raises:
        StageError: there is nothing to measure on, or an image cannot be read.
        IntegrityError: a model takes another shape, or gives other classes, than the project's.
    """
    labels = read_test_labels(context)
    shape = tuple(context.parameters["image_shape"])
    verification: Verification[str] = Verification(context, shape, len(ORIENTATIONS))
    verification.describe(describe(shape))
    compared = _compare(context, shape)
    refuse_difference(compared)
    names = [label.image for label in labels]
    columns = verification.measure(names, lambda image: prepare(image, shape), Orientation())
    models = _models(columns, labels)
    verification.write(
        models,
        mismatches(columns, labels),
        verification.golden(labels=[label.text for label in labels]),
        preprocessing=compared,
    )
    scores = {entry.name: entry.accuracy for entry in models if entry.accuracy is not None}
    return VerifyMetrics(
        len(labels), accuracy=scores, as_pd=found_as_reference(models, len(labels))
    )


def describe(shape: Sequence[int]) -> dict[str, Any]:
    """Return ``preprocess.json``: all that a phone must do as this project does."""
    return {
        "schema_version": 1,
        "task": "orientation",
        **describe_input(shape),
        "decode": {
            "method": "the class with the highest probability",
            "classes": list(ORIENTATIONS),
        },
    }


def _compare(context: Context, shape: Sequence[int]) -> list[Comparison]:
    """Hold shape and preparation against what the model's files say."""
    found = compare_shapes(context, shape)
    if context.has("description"):
        with context.guarding():
            found += in_description(read_document(context.input("description")), shape)
    return found


def _models(columns: Sequence[Series[str]], labels: Sequence[Label]) -> list[ModelEntry]:
    said = [label.text for label in labels]
    return [summarise(column, columns, lambda series: scored(series, said)) for column in columns]
