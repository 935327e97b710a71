"""Several models on the same images: order, faults and limits, with models that are only pretended."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Sequence
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest

from stages.contract import Fault
from stages.errors import Stopped
from stages.parity import latency
from stages.parity.measure import Table, Watcher
from stages.parity.models import Model
from stages.parity.series import Series
from stages.recognition.task import Recognition
from stages.runners import Answer, Crew, ModelRunner, Output, RunnerFailedError
from stages.runners import crew as crews
from stages.runners.together import Reader
from stages.text.dictionary import Dictionary

IMAGES = 40


class Pretended(ModelRunner):
    """Gives the image times a factor; fails on an image, or to load, if told so."""

    at_work = 0
    most = 0

    def __init__(
        self, factor: float = 1.0, dies_on: float | None = None, together: int = 1
    ) -> None:
        self.together = together
        self._factor, self._dies_on, self.load_s = factor, dies_on, 0.0
        self._out, self._in = os.pipe()
        self._images: Sequence[np.ndarray] = ()
        self.seen: list[float] = []
        self.sizes: list[int] = []
        self.process = cast("subprocess.Popen[bytes]", self)
        self.ended = ""
        os.write(self._in, b"r")

    def kill(self) -> None:
        self.ended = "killed"

    def fileno(self) -> int:
        return self._out

    @property
    def is_overdue(self) -> bool:
        return False

    def wait_ready(self) -> None:
        os.read(self._out, 1)
        if self._dies_on == -1:
            raise RunnerFailedError("it cannot be loaded")

    def ask_all(self, images: Sequence[np.ndarray], *, afresh: bool = False) -> None:
        Pretended.at_work += 1
        Pretended.most = max(Pretended.most, Pretended.at_work)
        self._images = images
        self.seen += [float(image.flat[0]) for image in images]
        self.sizes.append(len(images))
        os.write(self._in, b"x")

    def take_all(self) -> list[Output]:
        Pretended.at_work -= 1
        os.read(self._out, 1)
        if any(image.flat[0] == self._dies_on for image in self._images):
            raise RunnerFailedError("it died")
        return [Output(image * self._factor, 0.0, 1.0) for image in self._images]

    def close(self) -> None:
        self.ended = self.ended or "closed"
        os.close(self._out)
        os.close(self._in)


@pytest.fixture(autouse=True)
def nobody_at_work() -> None:
    Pretended.at_work = Pretended.most = 0


def images() -> Iterator[np.ndarray]:
    return (np.full(4, number, np.float32) for number in range(IMAGES))


def crew(hands: int) -> Crew:
    return Crew(hands, lambda: None, lambda _models, _total: None)


def value(answer: Answer) -> float | str:
    return str(answer) if isinstance(answer, RunnerFailedError) else float(answer.probabilities[0])


@pytest.mark.parametrize(("hands", "processes"), [(1, 1), (2, 1), (3, 2), (8, 3)])
def test_images_come_in_order_with_what_every_model_made_of_them(
    hands: int, processes: int
) -> None:
    with crew(hands) as several:
        several.add("one", [Pretended() for _ in range(processes)])
        several.add("ten", [Pretended(10) for _ in range(processes)])
        read = [
            (float(image[0]), {name: value(answer) for name, answer in answers.items()})
            for image, answers in several.read(images())
        ]
    assert read == [(n, {"one": n, "ten": 10 * n}) for n in range(IMAGES)]
    assert Pretended.most <= hands


def test_those_that_read_several_at_once_get_as_many_together_and_the_rest_at_the_end() -> None:
    one, four = Pretended(), Pretended(10, together=4)
    with crew(2) as several:
        several.add("one", [one])
        several.add("four", [four])
        several.add("some", [some := Pretended(together=4)], lambda number: number % 9 == 0)
        read = [value(answers["four"]) for _, answers in several.read(images())]
    assert read == [10 * number for number in range(IMAGES)]
    assert set(one.sizes) == {1}
    assert four.sizes == [4] * (IMAGES // 4)
    assert some.seen == [0, 9, 18, 27, 36] and some.sizes == [4, 1]


def test_pages_are_too_large_to_be_read_together() -> None:
    reader = Pretended(together=4)
    with crew(1) as several:
        several.add("pages", [reader])
        large = (np.zeros(1 << 20, np.float32) for _ in range(5))
        assert len(list(several.read(large))) == 5
    assert reader.sizes == [1] * 5


def test_while_much_waits_for_the_slowest_only_the_image_that_it_is_at_is_handed_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(crews, "_SAID_BYTES", 0)
    slow = Pretended()
    with crew(1) as several:
        several.add("fast", [fast := Pretended(together=4)])
        several.add("slow", [slow])
        for number, _ in enumerate(several.read(images())):
            assert len(fast.seen) <= number + 4
    assert len(fast.seen) == IMAGES


@pytest.mark.parametrize(("processes", "together", "given_up"), [(1, 1, 7), (2, 1, 7), (2, 4, 4)])
def test_a_model_that_dies_is_asked_no_more_and_the_others_go_on(
    processes: int, together: int, given_up: int
) -> None:
    """Of images that were given together none has an answer; the first of them says why."""
    with crew(3) as several:
        several.add("good", [Pretended()])
        several.add("bad", [Pretended(2, 7, together) for _ in range(processes)])
        answers = [answers for _, answers in several.read(images())]
    assert [value(each["good"]) for each in answers] == list(range(IMAGES))
    told = [value(each["bad"]) if "bad" in each else None for each in answers]
    assert told[: given_up + 1] == [*range(0, 2 * given_up, 2), "it died"]
    assert not any(told[given_up + 1 : given_up + together])
    assert not any(told[given_up + 2 * together :])


def test_one_that_cannot_be_loaded_says_so_with_its_first_image() -> None:
    with crew(2) as several:
        several.add("good", [Pretended()])
        several.add("bad", [Pretended(dies_on=-1)])
        answers = [answers for _, answers in several.read(images())]
    told = [number for number, each in enumerate(answers) if "bad" in each]
    assert [value(answers[number]["bad"]) for number in told] == ["it cannot be loaded"]
    assert len(answers) == IMAGES


def test_a_model_reads_only_what_it_wants_and_none_after_it_was_dropped() -> None:
    some, dropped = Pretended(), Pretended()
    with crew(2) as several:
        several.add("all", [Pretended()])
        several.add("some", [some], lambda number: number % 10 == 0)
        several.add("dropped", [dropped])
        for number, (_, answers) in enumerate(several.read(images())):
            assert ("some" in answers) == (number % 10 == 0)
            if number == 3:
                several.drop("dropped")
    assert some.seen == [0, 10, 20, 30]
    assert len(dropped.seen) < IMAGES / 2


def test_images_are_read_at_once_only_where_that_gives_the_very_same() -> None:
    asked: list[int] = []

    def run(images: np.ndarray) -> np.ndarray:
        asked.append(len(images))
        return images * np.float32(2)

    several = np.arange(12, dtype=np.float32).reshape(4, 3)
    reader = Reader(run)
    for _ in range(2):
        assert np.array_equal(reader.read(several), several * 2)
    assert asked == [1, 1, 1, 1, 4, 4]
    for _ in range(2):
        assert np.array_equal(reader.read(several[:2]), several[:2] * 2)
    assert asked[6:] == [1, 1, 2, 2]

    def other(images: np.ndarray) -> np.ndarray:
        asked.append(len(images))
        return images + np.float32(1e-7 if len(images) > 1 else 0)

    def refuses(images: np.ndarray) -> np.ndarray:
        if len(images) > 1:
            raise ValueError("the batch must be 1")
        return other(images)

    for odd in (other, refuses):
        reader = Reader(odd)
        asked.clear()
        for _ in range(2):
            assert np.array_equal(reader.read(several), several)
        assert [count for count in asked if count == 1] == [1] * 8


class Alone(Pretended):
    """With all threads a model adds up in another order."""

    def __init__(self, _kind: str, _files: list[str], _threads: int) -> None:
        super().__init__(factor=1.0005)

    def __enter__(self) -> Alone:
        return self


def test_what_is_timed_with_all_threads_leaves_the_evidence_as_it_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(latency, "ModelRunner", Alone)
    image = np.ones((4, 1), np.float32)
    sample = latency.Sample(1, (3, 48, 320))
    sample.see(0, image)
    column = Series[str](Model("pd", "pd"))
    table = Table([column], Recognition(Dictionary((), "", "")))
    watcher = cast(Watcher, SimpleNamespace(pause=lambda: None, timed=lambda *_: None))
    with Crew(1, lambda: None, lambda *_: None) as crew:
        crew.add("pd", [Pretended()])
        for _, answers in crew.read([image]):
            table.read(answers)
        latency.take_times(table, crew, sample, latency.Cores(1, 2), watcher)
    assert column.alive and len(column.seconds_all) == 1
    assert column.sanity.entry() == {"row_sum_error": 0.0, "repeat_difference": 0.0}


class Keeping(Pretended):
    """After two images it gives what was kept, unless it is to compute afresh."""

    def __init__(self, kept: float) -> None:
        super().__init__()
        self._kept = kept

    def ask_all(self, images: Sequence[np.ndarray], *, afresh: bool = False) -> None:
        self._factor = 1.0 if afresh or len(self.seen) < 2 else self._kept
        super().ask_all(images, afresh=afresh)


@pytest.mark.parametrize(("kept", "believed"), [(1.0, True), (1.0005, False)])
def test_what_was_kept_has_to_be_what_an_image_that_is_timed_is_computed_to(
    kept: float, believed: bool
) -> None:
    images = [np.ones((4, 1), np.float32)] * 40
    sample = latency.Sample(len(images), (3, 48, 320))
    column = Series[str](Model("checkpoint", "checkpoint"))
    table = Table([column], Recognition(Dictionary((), "", "")), timed=sample.numbers)
    watcher = cast(Watcher, SimpleNamespace(pause=lambda: None, timed=lambda *_: None))
    with Crew(1, lambda: None, lambda *_: None) as crew:
        crew.add("checkpoint", [Keeping(kept)])
        for number, (image, answers) in enumerate(crew.read(images)):
            table.read(answers)
            sample.see(number, image)
        latency.take_times(table, crew, sample, latency.Cores(1, 1), watcher)
    assert column.alive is believed
    if column.failure:
        assert column.failure.fault is Fault.NOT_REPEATABLE


def test_nobody_waits_for_models_when_the_stage_is_to_stop() -> None:
    def stop() -> None:
        raise Stopped

    slow = Pretended()
    with pytest.raises(Stopped), Crew(2, stop, lambda _models, _total: None) as several:
        several.add("slow", [slow])
        list(several.read(images()))
    assert slow.ended == "killed"
