"""The ``verify`` stage for recognition: all models read the same lines of text.

One preprocessing (:mod:`stages.preprocess`) and one decoder (:mod:`stages.text.decode`) for all.
"""

from __future__ import annotations

import platform
from contextlib import nullcontext
from typing import Any

from stages.errors import StageError
from stages.guards.comparison import Comparison, refuse_difference
from stages.guards.dictionary import compare_dictionary
from stages.guards.preprocessing import compare_preprocessing
from stages.parity.canary import Stock, find_stock
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
from stages.preprocess import describe, prepare
from stages.recognition.summary import golden, mismatches, quality
from stages.recognition.task import Recognition
from stages.runtime import Context
from stages.tasks import RECOGNITION
from stages.text.dictionary import Dictionary
from stages.text.labels import Label, read_labels


def run(context: Context) -> dict[str, Any]:
    """Write ``parity.json``, ``preprocess.json``, ``golden.json`` and ``evidence.json``.

    Raises:
        StageError: there is nothing to measure on, or an image cannot be read.
        IntegrityError: a model's number of classes is not the dictionary's.
    """
    use_space_char = bool(context.parameters["use_space_char"])
    dictionary = Dictionary.load(context.input("dict"), use_space_char)
    labels = read_labels(context.input("test_labels"))
    if not labels:
        raise StageError("there are no test images", "test_labels", "give [data] test some lines")
    shape = tuple(context.parameters["image_shape"])
    threads = int(context.parameters.get("threads", THREADS))
    models = list_models(context, dictionary.classes, platform.machine())
    preprocessing = describe(shape, dictionary, use_space_char)
    preprocessing["runtime"] = needed_runtime(models)
    write_json(context.output / "preprocess.json", preprocessing)
    stock = find_stock(context, len(labels))
    compared = _compare(context, dictionary, shape, stock)
    images = Images(
        context, [label.image for label in labels], lambda image: prepare(image, shape), stock
    )
    with stock or nullcontext():
        columns = measure(models, images.prepared(), Recognition(dictionary), threads, images)
    parity = {
        **parity_head(RECOGNITION, len(labels), shape, threads),
        "dictionary": _identity(dictionary),
        "models": _models(columns, labels),
        "mismatches": mismatches(columns, labels),
    }
    canary = stock.compare(columns) if stock else None
    evidence = evidence_document(columns, models, compared, canary)
    rows = golden(columns, labels, images.hashes)
    write_documents(context.output, parity, golden_document(RECOGNITION, shape, rows), evidence)
    return {"images": len(labels), "accuracy": by_model(parity["models"], "accuracy")}


def _compare(
    context: Context, dictionary: Dictionary, shape: tuple[int, ...], stock: Stock | None
) -> dict[str, list[Comparison]]:
    """Hold dictionary and preprocessing against what every place says; return that.

    Raises:
        IntegrityError: a place says something else.
    """
    found = {
        "dictionary": compare_dictionary(context, dictionary),
        "preprocessing": compare_preprocessing(context, shape),
    }
    for comparisons in found.values():
        refuse_difference(stock.recognise(comparisons) if stock else comparisons)
    return found


def _identity(dictionary: Dictionary) -> dict[str, Any]:
    return {
        "md5": dictionary.md5,
        "sha256": dictionary.sha256,
        "entries": len(dictionary.characters),
        "classes": dictionary.classes,
    }


def _models(columns: list[Series[str]], labels: list[Label]) -> list[dict[str, Any]]:
    texts, reference = [label.text for label in labels], reference_of(columns)
    return [
        summarise(column, reference, lambda readings: quality(readings, texts))
        for column in columns
    ]
