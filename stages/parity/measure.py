"""Feeding the same prepared images to all models, image by image in turn.

In turn, so that whatever else the machine does hits all of them alike; each in a process of its own, so
that one that aborts takes only its own column with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager, ExitStack
from typing import Generic, Protocol

import numpy as np

from stages.contract import Fault
from stages.message import msg
from stages.parity.models import Model
from stages.parity.sanity import monotone
from stages.parity.series import Series
from stages.parity.task import Prediction, Task
from stages.pitfalls import Pitfall
from stages.runners import ModelRunner, Output, RunnerFailedError

#: Runs before the clock starts: the first ones allocate memory and choose kernels.
WARM_UPS = 3


class Watcher(Protocol):
    """Whoever wants to know how far the measuring is."""

    def loaded(self, models: int, total: int) -> None:
        """So many of the models are loaded and have run."""

    def warmed(self) -> None:
        """All models are loaded and have run; the clock starts next."""

    def advanced(self) -> None:
        """One more image has been read by all models."""

    def guarding(self) -> AbstractContextManager[None]:
        """Return a context for what only serves to check the models."""


class Onlooker(Protocol):
    """Whoever wants to see what the models give."""

    def compare(self, outputs: Mapping[str, np.ndarray]) -> None:
        """Look at all models' outputs for one image, by model."""


def measure(
    models: list[Model],
    images: Iterable[np.ndarray],
    task: Task[Prediction],
    threads: int,
    watcher: Watcher,
    onlooker: Onlooker | None = None,
) -> list[Series[Prediction]]:
    """Run every model that can be run on every image, and the first image once more at the end.

    Args:
        models: the columns.
        images: prepared, float32 [3, H, W], all of one shape.
        task: reads all models' outputs.
        threads: of each model.
        watcher: is told how far it is.
        onlooker: sees all outputs of an image together.

    Returns:
        the models' series, in their order.

    Raises:
        IntegrityError: an output is not one of the project's models (:meth:`Task.check`).
    """
    columns: list[Series[Prediction]] = [Series(model, sanity=task.sanity()) for model in models]
    with ExitStack() as stack:
        runners = {
            column.model.name: stack.enter_context(
                ModelRunner(column.model.kind, list(column.model.files), threads)
            )
            for column in columns
            if column.alive
        }
        table = Table(columns, runners, task, onlooker)
        for number, image in enumerate(images):
            if number == 0:
                table.warm_up(image, watcher)
                watcher.warmed()
            table.read(image)
            watcher.advanced()
        with watcher.guarding():
            table.repeat()
            table.look_over()
    return columns


class Table(Generic[Prediction]):
    """The columns, being filled."""

    def __init__(
        self,
        columns: list[Series[Prediction]],
        runners: dict[str, ModelRunner],
        task: Task[Prediction],
        onlooker: Onlooker | None = None,
    ) -> None:
        # a reference answers first, so that the others can be compared as they come
        held = {column.model.reference for column in columns}
        self._columns = sorted(
            columns, key=lambda column: (not column.is_own_reference, column.model.name not in held)
        )
        self._readers, self._task, self._onlooker = runners, task, onlooker
        self._first: np.ndarray | None = None
        self._first_outputs: dict[str, np.ndarray] = {}

    def warm_up(self, image: np.ndarray, watcher: Watcher) -> None:
        """Wait for all models to load, and run each a few times."""
        self._first = image
        living = [column for column in self._columns if column.alive]
        for loaded, column in enumerate(living):
            watcher.loaded(loaded, len(living))
            for run in range(WARM_UPS):
                output = self._ask(column, image, first=run == 0)
                if output is not None:
                    self._compare_with_first(column, output)

    def repeat(self) -> None:
        """Run the first image again, now that all others have gone through each model."""
        for column in self._columns:
            output = None if self._first is None else self._ask(column, self._first)
            if output is not None:
                self._compare_with_first(column, output)

    def look_over(self) -> None:
        """Give up on a model that reads the same in every image where others do not."""
        living = [column for column in self._columns if column.alive]
        predictions = {column.model.name: column.predictions for column in living}
        for column in living:
            others = [read for name, read in predictions.items() if name != column.model.name]
            if monotone(column.predictions, others):
                said = msg("it reads the same in every image")
                column.fail(Fault.ONE_READING, said, Pitfall.QUANTISED_GARBAGE)

    def read(self, image: np.ndarray) -> None:
        """Run every living model on one image and note reading, time and difference."""
        outputs: dict[str, np.ndarray] = {}
        for column in self._columns:
            output = self._ask(column, image)
            if output is None:
                continue
            outputs[column.model.name] = output.probabilities
            self._note(column, output, outputs.get(column.model.reference))
        if self._onlooker:
            self._onlooker.compare(outputs)

    def _ask(
        self, column: Series[Prediction], image: np.ndarray, *, first: bool = False
    ) -> Output | None:
        if not column.alive:
            return None
        reader = self._readers[column.model.name]
        try:
            if first:
                reader.wait_ready()
            output = reader.read(image)
        except RunnerFailedError as error:
            column.fail(Fault.DIED, str(error))
            return None
        if wrong := column.sanity.fault(output.probabilities):
            column.fail(*wrong, Pitfall.QUANTISED_GARBAGE)
            return None
        column.classes = self._task.check(column.model.name, output.probabilities)
        return output

    def _compare_with_first(self, column: Series[Prediction], output: Output) -> None:
        first = self._first_outputs.setdefault(column.model.name, output.probabilities)
        if wrong := column.sanity.repeat_fault(first, output.probabilities):
            column.fail(*wrong)

    def _note(
        self, column: Series[Prediction], output: Output, reference: np.ndarray | None
    ) -> None:
        number = len(column.predictions)
        column.predictions.append(self._task.read(output.probabilities, number))
        column.seconds.append(output.seconds)
        column.rss_mb = max(column.rss_mb, output.rss_mb)
        if reference is None:
            return
        if reference.shape != output.probabilities.shape:
            found, expected = list(output.probabilities.shape), list(reference.shape)
            said = msg(
                "its output has the shape {found}, {reference}'s {expected}",
                found,
                column.model.reference,
                expected,
            )
            column.fail(Fault.UNLIKE_REFERENCE, said)
            return
        self._task.compare(column.model.name, output.probabilities, reference)
        if not column.is_own_reference:
            difference = float(np.abs(output.probabilities - reference).max())
            column.max_abs_diff = max(column.max_abs_diff or 0.0, difference)
