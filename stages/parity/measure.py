"""Two passes over all models: what they read, with all cores, then how long they take, with nothing beside.

Each model is in processes of its own, so that one that aborts takes only its own column with it. What a
model gives depends on the image alone, so the first pass may run several at a time; the second runs one at
a time (:mod:`stages.parity.latency`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Generic, Protocol

import numpy as np

from stages.contract import Fault
from stages.message import msg, text_of
from stages.parity.latency import Cores, Sample, take_times
from stages.parity.models import Model
from stages.parity.sanity import monotone
from stages.parity.series import Difference, Series
from stages.parity.task import Prediction, Task
from stages.pitfalls import Pitfall
from stages.runners import Answer, Crew, ModelRunner, Output, RunnerFailedError


class Watcher(Protocol):
    """Whoever wants to know how far the measuring is."""

    def pause(self) -> None:
        """Nothing is decided yet; raises if the stage is to stop."""

    def loaded(self, models: int, total: int) -> None:
        """So many of the models are loaded."""

    def advanced(self) -> None:
        """One more image has been read by all models."""

    def timed(self, images: int, total: int) -> None:
        """So many images of the sample have been read with the clock running."""

    def guarding(self) -> AbstractContextManager[None]:
        """Return a context for what only serves to check the models."""


class Onlooker(Protocol):
    """Whoever wants to see what the models give."""

    def compare(self, outputs: Mapping[str, np.ndarray]) -> None:
        """Look at all models' outputs for one image, by model."""


class Guest(Protocol):
    """A model that reads some of the images in the first pass, and is no column."""

    name: str
    files: list[str]

    def wants(self, number: int) -> bool:
        """Return whether it reads the image with this number."""

    def take(self, number: int, answer: Answer) -> None:
        """Take what it made of the image with this number, or how it failed."""


def measure(
    models: Sequence[Model],
    images: Iterable[np.ndarray],
    task: Task[Prediction],
    cores: Cores,
    sample: Sample,
    watcher: Watcher,
    onlooker: Onlooker | None = None,
    guest: Guest | None = None,
) -> list[Series[Prediction]]:
    """Run every model that can be run on every image, and the first image once more; then take times.

    Args:
        models: the columns.
        images: prepared, float32 [3, H, W], all of one shape.
        task: reads all models' outputs.
        cores: threads that there are.
        sample: takes the images that are timed.
        watcher: is told how far it is.
        onlooker: sees all outputs of an image together.
        guest: reads along.

    Returns:
        the models' series, in their order.

    Raises:
        IntegrityError: an output is not one of the project's models (:meth:`Task.check`).
    """
    columns: list[Series[Prediction]] = [Series(model, sanity=task.sanity()) for model in models]
    table = Table(columns, task, onlooker, sample.numbers)
    with Crew(max(1, cores.all // cores.each), watcher.pause, watcher.loaded) as crew:
        _gather(crew, columns, cores, guest)
        for number, (image, answers) in enumerate(crew.read(images)):
            table.read(answers)
            for column in columns:
                if not column.model.status and not column.alive:
                    crew.drop(column.model.name)
            if guest and guest.name in answers:
                guest.take(number, answers[guest.name])
            sample.see(number, image)
            watcher.advanced()
        with watcher.guarding():
            table.repeat(crew, sample.images[:1])
            table.look_over()
        take_times(table, crew, sample, cores, watcher)
    return columns


def _gather(
    crew: Crew, columns: Sequence[Series[Prediction]], cores: Cores, guest: Guest | None
) -> None:
    living = [column.model for column in columns if column.alive]
    for model in living:
        count = cores.processes(len(living))
        files = list(model.files)
        crew.add(model.name, [ModelRunner(model.kind, files, cores.each) for _ in range(count)])
    if guest:
        crew.add(guest.name, [ModelRunner("pd", guest.files, cores.each)], guest.wants)


class Table(Generic[Prediction]):
    """The columns, being filled.

    An image that is read again has to give the same again: the first one, and of a model that may have taken
    what was kept each one that is timed, as it is computed whole then.
    """

    def __init__(
        self,
        columns: Sequence[Series[Prediction]],
        task: Task[Prediction],
        onlooker: Onlooker | None = None,
        timed: Sequence[int] = (),
    ) -> None:
        # a reference is looked at first, so that the others can be compared with it
        held = {column.model.reference for column in columns}
        self.columns = sorted(
            columns, key=lambda column: (not column.is_own_reference, column.model.name not in held)
        )
        self._task, self._onlooker, self._timed = task, onlooker, timed
        self._before: dict[tuple[str, int], np.ndarray] = {}

    def read(self, answers: Mapping[str, Answer]) -> None:
        """Note what every living model made of the next image: reading and difference."""
        outputs: dict[str, np.ndarray] = {}
        for column in self.columns:
            name = column.model.name
            output = self.checked(column, answers[name]) if column.alive else None
            if output is None:
                continue
            number = len(column.predictions)
            if number == 0 or (column.model.keeps and number in self._timed):
                self._before[name, number] = output.probabilities
            outputs[name] = output.probabilities
            column.kept += output.kept
            self._note(column, output.probabilities, outputs.get(column.model.reference))
        if self._onlooker:
            self._onlooker.compare(outputs)

    def checked(self, column: Series[Prediction], answer: Answer) -> Output | None:
        """Return the output if it is one; else give up on the model.

        Raises:
            IntegrityError: it is not what a model of this project gives.
        """
        if isinstance(answer, RunnerFailedError):
            column.fail(Fault.DIED, text_of(answer))
            return None
        if wrong := column.sanity.fault(answer.probabilities):
            column.fail(*wrong, Pitfall.QUANTISED_GARBAGE)
            return None
        column.classes = self._task.check(column.model.name, answer.probabilities)
        column.rss_mb = max(column.rss_mb, answer.rss_mb)
        return answer

    def ask(
        self,
        column: Series[Prediction],
        runner: ModelRunner,
        image: np.ndarray,
        number: int | None = None,
    ) -> Output | None:
        """Let a process of a living model compute an image again; with its ``number`` to give the same."""
        if not column.alive:
            return None
        try:
            output = self.checked(column, runner.read(image))
        except RunnerFailedError as error:
            return self.checked(column, error)
        before = None if number is None else self._before.get((column.model.name, number))
        if output is None or before is None:
            return output
        if wrong := column.sanity.repeat_fault(before, output.probabilities):
            column.fail(*wrong)
            return None
        return output

    def repeat(self, crew: Crew, first: Iterable[np.ndarray]) -> None:
        """Run the first image again, now that all others have gone through, in every process."""
        for image in first:
            for column in self.columns:
                for runner in crew.runners(column.model.name) if column.alive else ():
                    self.ask(column, runner, image, 0)

    def look_over(self) -> None:
        """Give up on a model that reads the same in every image where others do not."""
        living = [column for column in self.columns if column.alive]
        predictions = {column.model.name: column.predictions for column in living}
        for column in living:
            others = [read for name, read in predictions.items() if name != column.model.name]
            if monotone(column.predictions, others):
                said = msg("it reads the same in every image")
                column.fail(Fault.ONE_READING, said, Pitfall.QUANTISED_GARBAGE)

    def _note(
        self, column: Series[Prediction], output: np.ndarray, reference: np.ndarray | None
    ) -> None:
        prediction, confidence = self._task.read(output, len(column.predictions))
        column.predictions.append(prediction)
        if confidence is not None:
            column.confidences.append(confidence)
        if reference is None:
            return
        if reference.shape != output.shape:
            said = msg(
                "its output has the shape {found}, {reference}'s {expected}",
                list(output.shape),
                column.model.reference,
                list(reference.shape),
            )
            column.fail(Fault.UNLIKE_REFERENCE, said)
            return
        self._task.compare(column.model.name, output, reference)
        if not column.is_own_reference:
            column.differences.append(Difference.of(output, reference))
