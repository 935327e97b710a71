"""The ``verify`` stage for orientation: all models say of the same lines whether they are upside down.

Lines are prepared as for recognition: PaddleOCR's ``ClsResizeImg`` and ``resize_norm_img`` of
tools/infer/predict_cls.py do the same (:mod:`stages.preprocess`).
"""

from __future__ import annotations

import platform
from collections.abc import Sequence
from typing import Any

from stages.errors import StageError
from stages.guards.comparison import Comparison, refuse_difference
from stages.guards.documents import read_document
from stages.guards.preprocessing import in_description
from stages.guards.shapes import compare_shapes
from stages.orientation.labels import ORIENTATIONS
from stages.orientation.task import Orientation
from stages.parity.images import Images
from stages.parity.measure import measure
from stages.parity.models import list_models
from stages.parity.runtime import needed_runtime
from stages.parity.series import Series
from stages.parity.summary import DIGITS, reference_of, summarise
from stages.parity.written import (
    THREADS,
    by_model,
    evidence_document,
    golden_document,
    parity_head,
    write_documents,
    write_json,
)
from stages.preprocess import describe_input, prepare
from stages.recognition.summary import golden, mismatches
from stages.runtime import Context
from stages.tasks import ORIENTATION
from stages.text.labels import Label, read_labels
from stages.text.metrics import exact_match


def run(context: Context) -> dict[str, Any]:
    """Write ``parity.json``, ``preprocess.json``, ``golden.json`` and ``evidence.json``.

    Raises:
        StageError: there is nothing to measure on, or an image cannot be read.
        IntegrityError: a model takes another shape, or gives other classes, than the project's.
    """
    labels = read_labels(context.input("test_labels"))
    if not labels:
        raise StageError("there are no test images", "test_labels", "give [data] test some lines")
    shape = tuple(context.parameters["image_shape"])
    threads = int(context.parameters.get("threads", THREADS))
    models = list_models(context, len(ORIENTATIONS), platform.machine())
    preprocessing = {**describe(shape), "runtime": needed_runtime(models)}
    write_json(context.output / "preprocess.json", preprocessing)
    compared = _compare(context, shape)
    refuse_difference(compared)
    images = Images(context, [label.image for label in labels], lambda image: prepare(image, shape))
    columns = measure(models, images.prepared(), Orientation(), threads, images)
    parity = {
        **parity_head(ORIENTATION, len(labels), shape, threads),
        "models": _models(columns, labels),
        "mismatches": mismatches(columns, labels),
    }
    evidence = evidence_document(columns, models, {"preprocessing": compared})
    rows = golden(columns, labels, images.hashes)
    write_documents(context.output, parity, golden_document(ORIENTATION, shape, rows), evidence)
    return {"images": len(labels), "accuracy": by_model(parity["models"], "accuracy")}


def describe(shape: Sequence[int]) -> dict[str, Any]:
    """Return ``preprocess.json``: all that a phone must do as this project does."""
    return {
        "schema_version": 1,
        "task": ORIENTATION,
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


def _models(columns: Sequence[Series[str]], labels: Sequence[Label]) -> list[dict[str, Any]]:
    said, reference = [label.text for label in labels], reference_of(columns)
    return [
        summarise(
            column,
            reference,
            lambda readings: {"accuracy": round(exact_match(readings, said), DIGITS)},
        )
        for column in columns
    ]
