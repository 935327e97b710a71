"""The ``verify`` stage: the checkpoint, the PD model and the ``.nb`` on the same test images.

One preprocessing (:mod:`stages.preprocess`) and one decoder (:mod:`stages.text.decode`) for all. The stage
measures; thresholds and the verdict are the host's, so that changing one runs nothing again.
"""

from __future__ import annotations

import json
import platform
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from stages.errors import StageError
from stages.files import write_text
from stages.guards.comparison import refuse_difference
from stages.guards.dictionary import compare_dictionary
from stages.guards.preprocessing import compare_preprocessing
from stages.parity.canary import Stock, find_stock
from stages.parity.images import Images
from stages.parity.measure import measure
from stages.parity.models import REFERENCE, list_models
from stages.parity.runtime import files_and_runtime, needed_runtime
from stages.parity.series import Series
from stages.parity.summary import golden, mismatches, summarise
from stages.preprocess import describe
from stages.runtime import Context
from stages.text.dictionary import Dictionary
from stages.text.labels import Label, read_labels

#: Threads of every model unless the parameters say otherwise: with one, Paddle Inference and Paddle-Lite
#: are comparable, as their ways to use more are not.
THREADS = 1
SCHEMA_VERSION = 1


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
    _write(context.output / "preprocess.json", preprocessing)
    stock = find_stock(context, len(labels))
    compared = _compare(context, dictionary, shape, stock)
    images = Images(context, labels, shape, stock)
    with stock or nullcontext():
        columns = measure(models, images.prepared(), dictionary, threads, images)
    parity = _parity(columns, labels, dictionary, shape, threads)
    evidence = {
        "schema_version": SCHEMA_VERSION,
        **compared,
        "sanity": [column.sane() for column in columns if column.alive],
        "canary": stock.compare(columns) if stock else None,
        "runtime": files_and_runtime(models),
    }
    _write(context.output / "parity.json", parity)
    _write(context.output / "golden.json", _golden(columns, labels, images.hashes, shape))
    _write(context.output / "evidence.json", evidence)
    return _metrics(parity)


def _compare(
    context: Context, dictionary: Dictionary, shape: tuple[int, ...], stock: Stock | None
) -> dict[str, list[dict[str, str]]]:
    """Hold dictionary and preprocessing against what every place says; return the evidence.

    Raises:
        IntegrityError: a place says something else.
    """
    found = {
        "dictionary": compare_dictionary(context, dictionary),
        "preprocessing": compare_preprocessing(context, shape),
    }
    for comparisons in found.values():
        refuse_difference(stock.recognise(comparisons) if stock else comparisons)
    return {name: [item.entry() for item in items] for name, items in found.items()}


def _parity(
    columns: list[Series],
    labels: list[Label],
    dictionary: Dictionary,
    shape: tuple[int, ...],
    threads: int,
) -> dict[str, Any]:
    texts = [label.text for label in labels]
    reference = next((item for item in columns if item.model.name == REFERENCE), None)
    return {
        "schema_version": SCHEMA_VERSION,
        "images": len(labels),
        "image_shape": list(shape),
        "threads": threads,
        "machine": platform.machine(),
        "dictionary": {
            "md5": dictionary.md5,
            "sha256": dictionary.sha256,
            "entries": len(dictionary.characters),
            "classes": dictionary.classes,
        },
        "models": [summarise(column, texts, reference) for column in columns],
        "mismatches": mismatches(columns, labels),
    }


def _golden(
    columns: list[Series], labels: list[Label], hashes: list[str], shape: tuple[int, ...]
) -> dict[str, Any]:
    return {
        "schema_version": SCHEMA_VERSION,
        "input": "SHA-256 of the prepared image's float32 values, little endian, in the order CHW",
        "image_shape": list(shape),
        "images": golden(columns, labels, hashes),
    }


def _metrics(parity: dict[str, Any]) -> dict[str, Any]:
    measured = [model for model in parity["models"] if model["status"] == "measured"]
    accuracy = {model["name"]: model["accuracy"] for model in measured}
    return {"images": parity["images"], "accuracy": accuracy}


def _write(path: Path, value: dict[str, Any]) -> None:
    write_text(path, json.dumps(value, indent=2, ensure_ascii=False) + "\n")
