"""One verify, whatever the task: the models on the same images, and the documents about it."""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping, Sequence
from typing import Any, Generic

from stages.contract import (
    Attempt,
    Canary,
    Chain,
    DictionaryIdentity,
    Document,
    Evidence,
    Mismatch,
    ModelEntry,
    Parity,
    ReadBack,
)
from stages.contract.artifacts import GOLDEN_FILES, PREPROCESS
from stages.contract.golden import Golden, GoldenImage
from stages.files import write_text
from stages.guards.comparison import Comparison
from stages.parity.canary import Stock
from stages.parity.golden import golden_images, pack_golden
from stages.parity.images import Images
from stages.parity.latency import Cores, Sample
from stages.parity.listing import list_models
from stages.parity.measure import measure
from stages.parity.on_arm import run_on_arm
from stages.parity.read_back import Reader
from stages.parity.runtime import files_and_runtime, needed_runtime
from stages.parity.series import Series
from stages.parity.task import Prediction, Task
from stages.preprocess import Prepare
from stages.runtime import Context
from stages.tasks import task_of

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
        self._reader = Reader(context, list_models(context, classes, platform.machine()))
        self._models = self._reader.models
        self._columns: Sequence[Series[Prediction]] = ()
        self._timed = 0
        self._names: Sequence[str] = ()
        self._read_back: tuple[ReadBack, ...] = ()
        self.hashes: Sequence[str] = ()

    def describe(self, preprocessing: Mapping[str, Any]) -> None:
        """Write ``preprocess.json``, with the runtime that the files need."""
        described = {**preprocessing, "runtime": needed_runtime(self._models)}
        text = json.dumps(described, indent=2, ensure_ascii=False) + "\n"
        write_text(self._context.output / PREPROCESS, text)

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
        images = Images(self._context, names, prepare)
        self._names, self._prepare = names, prepare
        models = [*self._models, *self._reader.extra]
        cores = Cores(self._threads, self._context.spec.threads)
        sample = Sample(len(names), self._shape)
        columns = measure(
            models, images.prepared(), task, cores, sample, images, self._reader, stock
        )
        self.hashes = images.hashes
        self._columns, self._timed = columns[: len(self._models)], len(sample.images)
        self._read_back = self._reader.proof(columns)
        run_on_arm(self._context, self._columns, names, prepare, task)
        return self._columns

    def golden(self, labels: Sequence[str] = (), packed: bool = True) -> Sequence[GoldenImage]:
        """Return some images for a check on a phone, and leave their files.

        Args:
            labels: of all test images, where a label is a text.
            packed: whether their files are left: of pages they would be too large.
        """
        images = golden_images(self._columns, self._names, self.hashes, labels)
        if not packed:
            return images
        target = self._context.output / GOLDEN_FILES
        return pack_golden(target, self._context.input("test"), images, self._prepare)

    def write(
        self,
        models: Sequence[ModelEntry],
        mismatches: Sequence[Mismatch],
        golden: Sequence[GoldenImage],
        *,
        dictionary: DictionaryIdentity | None = None,
        chain: Chain | None = None,
        characters: Sequence[Comparison] = (),
        preprocessing: Sequence[Comparison] = (),
        canary: Canary | None = None,
        attempts: Sequence[Attempt] = (),
    ) -> None:
        """Write ``parity.json``, ``golden.json`` and ``evidence.json``.

        Args:
            models: what the task says of each model.
            mismatches: the images on which models differ.
            golden: some images, with what each model says of them.
            dictionary: what outputs were decoded with, if the task has one.
            chain: how detection and recognition read one after the other, if they did.
            characters: the dictionary, compared with every place that has one.
            preprocessing: the models' input, compared with every place that declares it.
            canary: how the starting model reads.
            attempts: how PD reads if one thing is changed, where it reads little.
        """
        task, images = task_of(self._context).name, len(self.hashes)
        parity = Parity(
            task=task,
            images=images,
            image_shape=tuple(self._shape),
            threads=self._threads,
            all_threads=self._context.spec.threads,
            timed=self._timed,
            machine=platform.machine(),
            models=tuple(models),
            mismatches=tuple(mismatches),
            dictionary=dictionary,
            chain=chain,
            attempts=tuple(attempts),
        )
        evidence = Evidence(
            dictionary=tuple(item.entry() for item in characters),
            preprocessing=tuple(item.entry() for item in preprocessing),
            sanity=tuple(column.sane() for column in self._columns if column.alive),
            runtime=files_and_runtime(self._models),
            canary=canary,
            read_back=self._read_back,
        )
        of_input = "SHA-256 of the prepared image's float32 values, little endian, in the order CHW"
        for document in (
            parity,
            evidence,
            Golden(task, of_input, tuple(self._shape), tuple(golden)),
        ):
            self._leave(document)

    def _leave(self, document: Document) -> None:
        """Leave a document for the host."""
        write_text(self._context.output / document.FILE, document.dump())
