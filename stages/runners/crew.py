"""Several models on the same images: each in processes of its own, and so many of them at work at a time.

Whoever is furthest behind gets an image first, so all cores are at work until the last image and the
models stay close together: of the images in between only a few are held. How many processes there are, and
which of them is faster, changes nothing of what is given back: images come in their order, each with what
every model made of it.
"""

from __future__ import annotations

import itertools
import select
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from stages.runners.client import ModelRunner, Output, RunnerFailedError

#: What a model made of an image, or how it failed on it.
Answer = Output | RunnerFailedError
#: The images that are held while models are at work, in bytes, and how many they are at least and at most:
#: enough for the others to go on while a checkpoint is loaded, which takes longest.
_HELD_BYTES, _HELD_LEAST, _HELD_MOST = 1 << 24, 2, 64
#: What models may have said of these images, in bytes, before nobody may be ahead of the one furthest behind.
_SAID_BYTES = 1 << 27
#: What images that are given together may take, in bytes: lines are, pages are not.
_TOGETHER_BYTES = 1 << 20
#: How long to wait for models before looking whether the stage is to stop.
_PATIENCE_S = 0.2


@dataclass
class _Member:
    """A model and its processes."""

    runners: Sequence[ModelRunner]
    wants: Callable[[int], bool]
    loading: list[ModelRunner] = field(default_factory=list)
    at_work: dict[ModelRunner, Sequence[int]] = field(default_factory=dict)
    answers: dict[int, Answer] = field(default_factory=dict)
    next: int = 0
    ended: bool = False

    def idle(self) -> ModelRunner | None:
        """Return a process that has nothing to do."""
        busy = (*self.loading, *self.at_work)
        return next((runner for runner in self.runners if runner not in busy), None)

    def is_done(self, number: int) -> bool:
        """Whether no answer for this image is to come."""
        if number in self.answers or not self.wants(number):
            return True
        return self.ended and not any(number in numbers for numbers in self.at_work.values())

    def fail(self, error: RunnerFailedError, number: int) -> None:
        """Give the model up, from this image on."""
        self.answers[number], self.ended = error, True
        self.loading.clear()


class Crew:
    """Reads images with several models. Use it as a context manager: it ends the processes.

    Args:
        hands: how many processes may be at work at a time.
        pause: is called again and again while models are at work; may raise.
        loaded: is told how many models are loaded, and of how many.
        most: how many images are held at most.
    """

    def __init__(
        self,
        hands: int,
        pause: Callable[[], None],
        loaded: Callable[[int, int], None],
        most: int = _HELD_MOST,
    ) -> None:
        self._hands, self._pause, self._loaded, self._most = hands, pause, loaded, most
        self._members: dict[str, _Member] = {}
        self._all_held = False

    def __enter__(self) -> Crew:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_rest: object) -> None:
        runners = [runner for member in self._members.values() for runner in member.runners]
        if kind is not None:  # nobody waits for what they are at
            for runner in runners:
                runner.kill()
        for runner in runners:
            runner.close()

    def add(
        self,
        name: str,
        runners: Sequence[ModelRunner],
        wants: Callable[[int], bool] = lambda _: True,
    ) -> None:
        """Let a model read with these processes of it; only the images with numbers that it ``wants``."""
        self._members[name] = _Member(runners, wants, loading=list(runners))

    def drop(self, name: str) -> None:
        """Ask a model no more."""
        self._members[name].ended = True

    def runners(self, name: str) -> Sequence[ModelRunner]:
        """Return the processes of a model that are loaded."""
        member = self._members[name]
        return [runner for runner in member.runners if runner not in member.loading]

    def read(
        self, images: Iterable[np.ndarray]
    ) -> Iterator[tuple[np.ndarray, Mapping[str, Answer]]]:
        """Give every image, float32 [3, H, W], with what each model made of it that was asked.

        Raises:
            StageError: an image has another shape than an NB model's first.
        """
        source, held = enumerate(images), dict[int, np.ndarray]()
        self._loaded(0, len(self._members))
        for given in itertools.count():
            self._fill(held, source)
            if given not in held:
                return
            while not all(member.is_done(given) for member in self._members.values()):
                self._hand_out(held, given)
                self._collect(given)
            answers = {
                name: member.answers.pop(given)
                for name, member in self._members.items()
                if given in member.answers
            }
            yield held.pop(given), answers

    def _fill(self, held: dict[int, np.ndarray], source: Iterator[tuple[int, np.ndarray]]) -> None:
        """Hold as many images as may be held."""
        if not held:  # the first says how large they are
            held |= itertools.islice(source, 1)
        for image in itertools.islice(held.values(), 1):
            room = max(_HELD_LEAST, min(self._most, _HELD_BYTES // image.nbytes)) - len(held)
            more = dict(itertools.islice(source, room))
            self._all_held = len(more) < room
            held |= more

    def _hand_out(self, held: Mapping[int, np.ndarray], given: int) -> None:
        """Give images to idle processes, as long as there are hands."""
        working = sum(len(member.at_work) for member in self._members.values())
        while working < self._hands:
            waiting = [
                (numbers, member, runner)
                for member in self._members.values()
                if not member.ended
                if (runner := member.idle()) is not None
                if (numbers := self._next_of(member, runner.together, held, given))
            ]
            if not waiting:
                return
            numbers, member, runner = min(waiting, key=lambda item: item[0][0])
            member.next = numbers[-1] + 1
            try:
                runner.ask_all([held[number] for number in numbers])
            except RunnerFailedError as error:
                member.fail(error, numbers[0])
            else:
                member.at_work[runner] = numbers
                working += 1

    def _next_of(
        self, member: _Member, together: int, held: Mapping[int, np.ndarray], given: int
    ) -> Sequence[int]:
        """Return the next images that the model is to read; none while too few are there to go together."""
        wanted = [number for number in held if number >= member.next and member.wants(number)]
        if self._said() > _SAID_BYTES:
            wanted = [number for number in wanted if number == given]
        if not wanted:
            return ()
        size = max(1, min(together, _TOGETHER_BYTES // held[wanted[0]].nbytes))
        may_wait = not self._all_held and wanted[0] != given
        return () if may_wait and len(wanted) < size else wanted[:size]

    def _said(self) -> int:
        """Return the bytes of all answers that wait for others."""
        return sum(
            answer.probabilities.nbytes
            for member in self._members.values()
            for answer in member.answers.values()
            if isinstance(answer, Output)
        )

    def _collect(self, given: int) -> None:
        """Take the answers that are there; wait a little for the first."""
        busy = {
            runner: member
            for member in self._members.values()
            for runner in (*member.loading, *member.at_work)
        }
        answering, _, _ = select.select(list(busy), [], [], _PATIENCE_S)
        self._pause()
        for runner, member in busy.items():
            if runner not in answering and not runner.is_overdue:
                continue
            if runner in member.at_work:
                numbers = member.at_work.pop(runner)
                try:
                    member.answers.update(zip(numbers, runner.take_all(), strict=True))
                except RunnerFailedError as error:
                    member.fail(error, numbers[0])
            elif runner in member.loading:
                self._welcome(member, runner, given)

    def _welcome(self, member: _Member, runner: ModelRunner, given: int) -> None:
        try:
            runner.wait_ready()
            member.loading.remove(runner)
        except RunnerFailedError as error:
            member.fail(error, max(member.next, given))
        if given == 0:
            waiting = sum(bool(each.loading) for each in self._members.values())
            self._loaded(len(self._members) - waiting, len(self._members))
