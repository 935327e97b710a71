"""The ``verify`` stage: the checkpoint, the PD model and the ``.nb`` on the same test images.

One preprocessing (:mod:`stages.preprocess`) and one decoder (:mod:`stages.text.decode`) for all. The stage
measures; thresholds and the verdict are the host's, so that changing one runs nothing again.
"""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from stages.errors import StageError
from stages.files import write_text
from stages.parity.canary import find_stock
from stages.parity.measure import measure
from stages.parity.models import REFERENCE, Model, list_models
from stages.parity.runtime import files_and_runtime, needed_runtime
from stages.parity.series import Series
from stages.parity.summary import golden, mismatches, summarise
from stages.preprocess import describe, prepare, read_image
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
    images = Images(context, labels, shape)
    models = list_models(context, dictionary.classes, platform.machine())
    columns, canary = _measure(context, models, images, dictionary, threads)
    parity = _parity(columns, labels, dictionary, shape, threads)
    preprocessing = describe(shape, dictionary, use_space_char)
    evidence = {
        "schema_version": SCHEMA_VERSION,
        "dictionary": [],
        "preprocessing": [],
        "sanity": [column.sane() for column in columns if column.alive],
        "canary": canary,
        "runtime": files_and_runtime(models),
    }
    _write(context.output / "parity.json", parity)
    _write(context.output / "preprocess.json", preprocessing | {"runtime": needed_runtime(models)})
    _write(context.output / "golden.json", _golden(columns, labels, images.hashes, shape))
    _write(context.output / "evidence.json", evidence)
    return _metrics(parity)


def _measure(
    context: Context, models: list[Model], images: Images, dictionary: Dictionary, threads: int
) -> tuple[list[Series], dict[str, Any] | None]:
    """Run all models, and the one that training started from beside them if there is one."""

    def run_on(prepared: Iterable[np.ndarray]) -> list[Series]:
        return measure(models, prepared, dictionary, threads, images.advanced, context.guarding)

    stock = find_stock(context, len(images), threads)
    if stock is None:
        return run_on(images.prepared()), None
    with stock:
        columns = run_on(stock.beside(images.prepared()))
    return columns, stock.compare(columns)


class Images:
    """The test images, prepared one after the other, with the hash of each."""

    def __init__(self, context: Context, labels: list[Label], shape: tuple[int, ...]) -> None:
        self._context, self._labels, self._shape = context, labels, shape
        self.hashes: list[str] = []

    def __len__(self) -> int:
        return len(self._labels)

    def prepared(self) -> Iterator[np.ndarray]:
        """Give each image as float32 [3, H, W]."""
        root = self._context.input("test")
        self._context.progress(0, len(self._labels), "images", "load the models")
        for label in self._labels:
            image = prepare(read_image(root / label.image), self._shape)
            self.hashes.append(hashlib.sha256(image.astype("<f4").tobytes()).hexdigest())
            yield image

    def advanced(self) -> None:
        """Say that one more image has been read by all models."""
        self._context.check_stop()
        self._context.progress(len(self.hashes), len(self._labels), "images")


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
