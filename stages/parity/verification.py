"""One verify, whatever the task: the models on the same images, and the documents about it."""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any, Generic

from stages.files import write_text
from stages.guards.comparison import Comparison
from stages.parity.canary import Stock
from stages.parity.images import Images
from stages.parity.measure import measure
from stages.parity.models import list_models
from stages.parity.runtime import files_and_runtime, needed_runtime
from stages.parity.series import Series
from stages.parity.task import Prediction, Task
from stages.preprocess import Prepare
from stages.runtime import Context
from stages.tasks import task_of

SCHEMA_VERSION = 1
#: Threads of every model unless the parameters say otherwise: with one, Paddle Inference and Paddle-Lite
#: are comparable, as their ways to use more are not.
THREADS = 1


class Verification(Generic[Prediction]):
    """The stage's work in its order: :meth:`describe`, :meth:`measure`, :meth:`write`."""

    def __init__(self, context: Context, shape: Sequence[int], classes: int = 0) -> None:
        """Find the models.

        Args:
            context: of the stage; its inputs say what there is.
            shape: [3, H, W] of the models' input.
            classes: of a checkpoint's classifier; 0 where a task has no checkpoints.
        """
        self._context, self._shape = context, list(shape)
        self._threads = int(context.parameters.get("threads", THREADS))
        self._models = list_models(context, classes, platform.machine())
        self._columns: Sequence[Series[Prediction]] = ()
        self.hashes: Sequence[str] = ()

    def describe(self, preprocessing: Mapping[str, Any]) -> None:
        """Write ``preprocess.json``, with the runtime that the files need."""
        runtime = needed_runtime(self._models)
        self._write("preprocess.json", {**preprocessing, "runtime": runtime})

    def measure(
        self,
        names: Sequence[str],
        prepare: Prepare,
        task: Task[Prediction],
        stock: Stock | None = None,
    ) -> Sequence[Series[Prediction]]:
        """Run all models on the test images called ``names``; ``hashes`` are those of their inputs.

        Raises:
            StageError: an image cannot be read.
            IntegrityError: a model gives what no model of this project does.
        """
        images = Images(self._context, names, prepare, stock)
        with stock or nullcontext():
            self._columns = measure(self._models, images.prepared(), task, self._threads, images)
        self.hashes = images.hashes
        return self._columns

    def write(
        self,
        parity: Mapping[str, Any],
        golden: Sequence[Mapping[str, Any]],
        compared: Mapping[str, Sequence[Comparison]],
        canary: Mapping[str, Any] | None = None,
    ) -> None:
        """Write ``parity.json``, ``golden.json`` and ``evidence.json``.

        Args:
            parity: what the task says of the models.
            golden: some images, with what each model says of them.
            compared: ``dictionary`` and ``preprocessing``; what a task does not have is empty.
            canary: how the starting model reads.
        """
        head = {"schema_version": SCHEMA_VERSION, "task": task_of(self._context)}
        shape = {"image_shape": self._shape}
        measured_on = {"threads": self._threads, "machine": platform.machine()}
        images = {"images": len(self.hashes)}
        self._write("parity.json", {**head, **images, **shape, **measured_on, **parity})
        of_input = "SHA-256 of the prepared image's float32 values, little endian, in the order CHW"
        self._write("golden.json", {**head, "input": of_input, **shape, "images": golden})
        places = {name: [item.entry() for item in items] for name, items in compared.items()}
        evidence = {
            "schema_version": SCHEMA_VERSION,
            "dictionary": [],
            **places,
            "sanity": [column.sane() for column in self._columns if column.alive],
            "canary": canary,
            "runtime": files_and_runtime(self._models),
        }
        self._write("evidence.json", evidence)

    def _write(self, name: str, value: Mapping[str, Any]) -> None:
        """Write a document as a person can read it."""
        path: Path = self._context.output / name
        write_text(path, json.dumps(value, indent=2, ensure_ascii=False) + "\n")


def stage_metrics(entries: Sequence[Mapping[str, Any]], images: int, score: str) -> dict[str, Any]:
    """Return the stage's metrics: how many images, and each measured model's score."""
    measured = [entry for entry in entries if entry["status"] == "measured"]
    return {"images": images, score: {entry["name"]: entry[score] for entry in measured}}
