"""The ``verify`` stage for detection: all models look for text on the same pages.

One preparation (:mod:`stages.detection.prepare`) and one postprocessing for all. If the project names a
recogniser, the pages are read to the end as well, with the original pair and with the converted one.
"""

from __future__ import annotations

import platform
from collections.abc import Sequence
from typing import Any

from stages.detection.boxes import Boxes
from stages.detection.chain import chain
from stages.detection.describe import describe
from stages.detection.labels import LabelError, parse_regions
from stages.detection.prepare import check_shape
from stages.detection.rules import Rules, read_rules
from stages.detection.summary import Labels, golden, mismatches, pixels_of, quality
from stages.detection.task import Detection
from stages.errors import StageError
from stages.guards.comparison import refuse_difference
from stages.guards.documents import read_document
from stages.guards.shapes import compare_shapes
from stages.parity.images import Images
from stages.parity.measure import measure
from stages.parity.models import list_models
from stages.parity.runtime import needed_runtime
from stages.parity.series import Series
from stages.parity.summary import reference_of, summarise
from stages.parity.written import (
    THREADS,
    by_model,
    evidence_document,
    golden_document,
    parity_head,
    write_documents,
    write_json,
)
from stages.runtime import Context
from stages.tasks import DETECTION
from stages.text.labels import read_labels


def run(context: Context) -> dict[str, Any]:
    """Write ``parity.json``, ``preprocess.json``, ``golden.json`` and ``evidence.json``.

    Raises:
        StageError: there is nothing to measure on, a page cannot be read, or the model wants what this
            project does not do.
        IntegrityError: a model takes or gives another shape than the project's.
    """
    shape = check_shape(context.parameters["image_shape"])
    labels = read_pages(context)
    rules = _rules(context)
    threads = int(context.parameters.get("threads", THREADS))
    models = list_models(context, 0, platform.machine())
    preprocessing = {**describe(shape, rules), "runtime": needed_runtime(models)}
    write_json(context.output / "preprocess.json", preprocessing)
    compared = compare_shapes(context, shape)
    refuse_difference(compared)
    task = Detection(shape, rules)
    names = [image for image, _ in labels]
    images = Images(context, names, task.prepare)
    columns = measure(models, images.prepared(), task, threads, images)
    chained = chain(context, columns, names)
    parity = {
        **parity_head(DETECTION, len(labels), shape, threads),
        "models": _models(columns, labels, task),
        "mismatches": mismatches(columns, labels),
        **({"chain": chained} if chained else {}),
    }
    evidence = evidence_document(columns, models, {"preprocessing": compared})
    rows = golden(columns, labels, images.hashes)
    write_documents(context.output, parity, golden_document(DETECTION, shape, rows), evidence)
    return {"images": len(labels), "hmean": by_model(parity["models"], "hmean")}


def read_pages(context: Context) -> Labels:
    """Return image and regions of every page of the test set.

    Raises:
        StageError: there are none, or a label is not a page's.
    """
    pages = []
    for label in read_labels(context.input("test_labels")):
        try:
            pages.append((label.image, parse_regions(label.text)))
        except LabelError as error:
            where = f"test_labels:{label.line}"
            raise StageError(f"{where}: {error}", where, "run the data stage on it") from error
    if not pages:
        raise StageError("there are no test images", "test_labels", "give [data] test some lines")
    return pages


def _rules(context: Context) -> Rules:
    given = context.has("description")
    return read_rules(read_document(context.input("description")) if given else None)


def _models(
    columns: Sequence[Series[Boxes]], labels: Labels, task: Detection
) -> list[dict[str, Any]]:
    reference = reference_of(columns)
    return [
        {
            **summarise(column, reference, lambda readings: quality(readings, labels)),
            **pixels_of(column, task.pixels),
        }
        for column in columns
    ]
