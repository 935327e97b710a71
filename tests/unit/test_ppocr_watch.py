from pathlib import Path
from typing import Any

import pytest

from stages.contract import Input, Metric, Progress, Spec, StageEvent, Warned
from stages.errors import IntegrityError, StageError
from stages.full.attempts import LOG, Attempt, attempts_in, best_of, new_attempt
from stages.full.watch import Watch
from stages.runtime import Context

EARLY = {"metric": "acc", "patience": 2, "min_delta": 0.0}


class Follower:
    """A watch with what it said and how often it wanted the trainer to stop."""

    def __init__(
        self, earlier: list[Attempt] | None = None, inputs: tuple[Input, ...] = (), **early: Any
    ) -> None:
        self.events: list[StageEvent] = []
        self.stops = self.whole_epochs = 0
        parameters = {"early_stopping": {**EARLY, **early}}
        spec = Spec("train", "key", "/nowhere", parameters, inputs)
        self.watch = Watch(Context(spec, Path("/nowhere"), self.events.append), earlier or [])

    def hear(self, *lines: str) -> None:
        for line in lines:
            self.whole_epochs += self.watch.line(line, self._stop)

    def _stop(self) -> None:
        self.stops += 1

    def points(self, name: str) -> list[tuple[int, float]]:
        return [
            (event.step, event.value)
            for event in self.events
            if isinstance(event, Metric) and event.name == name
        ]


def epoch(number: int, accuracy: float, of: int = 9, step: int | None = None) -> list[str]:
    """Return what the trainer logs in an epoch of one step."""
    return [
        f"epoch: [{number}/{of}], global_step: {step or number}, lr: 0.001, loss: 2.5, "
        "avg_reader_cost: 0.1 s, ips: 4.0 samples/s, eta: 0:00:10",
        f"cur metric, acc: {accuracy}, norm_edit_dis: 0.9, fps: 3.0",
        *(["save best model is to /o/best_accuracy"] if accuracy > 0 else []),
        f"save model in /o/iter_epoch_{number}",
    ]


def test_steps_and_evaluations_become_curves_and_progress() -> None:
    follower = Follower()
    follower.hear("train dataloader has 1 iters", *epoch(1, 0.5))
    assert follower.points("train_loss") == [(1, 2.5)]
    assert follower.points("learning_rate") == [(1, 0.001)]
    assert follower.points("val_accuracy") == [(1, 0.5)]
    assert follower.points("val_ned") == [(1, 0.9)]
    progress = [event for event in follower.events if isinstance(event, Progress)]
    assert (progress[0].done, progress[0].total, progress[0].unit) == (1, 9, "steps")
    assert "epoch 1/9" in progress[0].note
    assert follower.whole_epochs == 1


def test_patience_stops_the_trainer_only_after_a_whole_epoch() -> None:
    follower = Follower()
    for number, accuracy in enumerate([0.5, 0.4, 0.3], start=1):
        *head, saved = epoch(number, accuracy)
        follower.hear(*head)
        assert follower.stops == 0
        follower.hear(saved)
    assert follower.stops == 1
    assert follower.watch.exhausted


OWN_CONFIG = (Input("config", "/own.yml", "0", "project"),)


@pytest.mark.parametrize(
    ("line", "inputs", "kind", "message", "remedies"),
    [
        ("The pretrained params x not in model", (), IntegrityError, "left a parameter out", ()),
        ("No Images in train dataset", (), StageError, "fewer lines than batch_size",
         ("make train.batch_size smaller",)),
        ("No Images in train dataset", OWN_CONFIG, StageError, "fewer lines than batch_size",
         ('"Train.loader.batch_size_per_card=N"',)),  # the key that counts
        ("Unexpected BUS error encountered in DataLoader worker", (), StageError, "shared memory", ()),
        ("Bus error", (), StageError, "shared memory", ("shm_size", "num_workers=0")),
    ],
)  # fmt: skip
def test_trouble_stops_the_trainer_at_once_and_has_a_remedy(
    line: str, inputs: tuple[Input, ...], kind: type[StageError], message: str, remedies: tuple[str, ...]
) -> None:  # fmt: skip
    follower = Follower(inputs=inputs)
    follower.hear(line)
    assert follower.stops == 1
    trouble = follower.watch.trouble
    assert isinstance(trouble, kind) and message in trouble.message
    assert all(remedy in trouble.remedy for remedy in remedies)


def test_samples_that_were_not_read_are_counted() -> None:
    follower = Follower()
    follower.hear(*["When parsing line x, error happened"] * 3)
    follower.watch.warn_of_bad_samples()
    assert any(
        isinstance(event, Warned) and "3 times" in event.message for event in follower.events
    )


def write_attempt(scratch: Path, number: int, lines: list[str], kept: int) -> Attempt:
    folder = scratch / f"attempt-{number}"
    folder.mkdir(parents=True)
    (folder / LOG).write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "best_accuracy.pdparams").touch()
    for ending in (".pdparams", ".pdopt", ".states"):
        (folder / f"iter_epoch_{kept}{ending}").touch()
    return Attempt(folder)


def test_training_goes_on_from_the_last_whole_epoch(tmp_path: Path) -> None:
    write_attempt(tmp_path, 1, [*epoch(1, 0.5), *epoch(2, 0.6), epoch(3, 0.0)[0]], kept=2)
    earlier = attempts_in(tmp_path)
    assert earlier[0].resumable == tmp_path / "attempt-1" / "iter_epoch_2"
    follower = Follower(earlier)
    follower.hear(*epoch(3, 0.7, step=1))
    losses = [point["step"] for point in follower.watch.curve if point["name"] == "train_loss"]
    assert losses == [1, 2, 3]


def test_a_torn_checkpoint_is_not_gone_on_from(tmp_path: Path) -> None:
    attempt = write_attempt(tmp_path, 1, epoch(1, 0.5), kept=1)
    (attempt.folder / "iter_epoch_1.pdopt").unlink()
    assert attempt.resumable is None


def test_the_best_of_all_attempts_wins(tmp_path: Path) -> None:
    write_attempt(tmp_path, 1, [*epoch(1, 0.8), *epoch(2, 0.7)[:2]], kept=1)
    write_attempt(tmp_path, 2, epoch(2, 0.6), kept=2)
    best = best_of(attempts_in(tmp_path))
    assert (best.folder.name, best.accuracy, best.best_epoch) == ("attempt-1", 0.8, 1)


def test_only_the_newest_epochs_checkpoint_is_kept(tmp_path: Path) -> None:
    attempt = write_attempt(tmp_path, 1, [*epoch(1, 0.5), *epoch(2, 0.6)], kept=2)
    (attempt.folder / "iter_epoch_1.pdparams").touch()
    attempt.forget_old_epochs()
    assert sorted(path.stem for path in attempt.folder.glob("iter_*.pdparams")) == ["iter_epoch_2"]


def test_an_attempt_that_came_to_nothing_makes_room(tmp_path: Path) -> None:
    write_attempt(tmp_path, 1, epoch(1, 0.5), kept=1)
    (tmp_path / "attempt-2").mkdir()
    assert new_attempt(tmp_path).name == "attempt-2"
    (tmp_path / "attempt-1" / LOG).unlink()
    assert new_attempt(tmp_path).name == "attempt-1"
    assert [path.name for path in tmp_path.iterdir()] == ["attempt-1"]
