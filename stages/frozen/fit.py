"""Training neck and classifier on cached features: epochs, the best one, when to stop, resuming."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import paddle

from stages.dataset.samples import Sample
from stages.early import EarlyStopping, is_kept
from stages.errors import StageError
from stages.frozen.average import averaged
from stages.frozen.features import Features
from stages.frozen.head import Head, evaluate, loss_of
from stages.frozen.state import Progressed, Score, State, load_state, save_state
from stages.message import msg
from stages.runtime import Context
from stages.text.dictionary import Dictionary

ALL_EPOCHS = msg("all epochs done")
EARLY = msg("early stopping")


@dataclass(frozen=True)
class Split:
    """Samples, and the features of their images."""

    samples: Sequence[Sample]
    features: Features


@dataclass(frozen=True)
class Recipe:
    """How to train; the words are ``paddock.toml``'s."""

    epochs: int
    batch_size: int
    learning_rate: float
    seed: int

    def rate(self, step: int, steps: int) -> float:
        """Return the learning rate of a step: half a cosine from the full rate down to 0."""
        return self.learning_rate * (1 + math.cos(math.pi * step / steps)) / 2


class Fitting:
    """One head in training. ``state`` is what it goes on from after a stop."""

    def __init__(
        self,
        context: Context,
        head: Head,
        recipe: Recipe,
        early: EarlyStopping,
        dictionary: Dictionary,
    ) -> None:
        self.context, self.head, self.recipe, self.dictionary = context, head, recipe, dictionary
        self._early = early
        self._optimiser = paddle.optimizer.Adam(
            recipe.learning_rate, parameters=head.layer.parameters()
        )
        self._file: Path = context.scratch / "head.npz"
        start = head.arrays()
        self.state = State(Progressed(), head=start, average=start, best=start, optimiser={})
        self._total = 1

    def run(self, train: Split, val: Split) -> str:
        """Train until the epochs are done or nothing improves; return why it ended.

        Raises:
            Stopped: SIGTERM arrived; the last whole epoch is kept.
        """
        numbers = self._begin(val)
        per_epoch = math.ceil(len(train.samples) / self.recipe.batch_size)
        self._total = per_epoch * self.recipe.epochs
        while numbers.epoch < self.recipe.epochs:
            if self._early.exhausted(numbers.epoch):
                return EARLY
            self.context.check_stop()
            loss = self._train_epoch(train)
            self._point("train_loss", loss)
            self._score(val)
            self._save()
        return ALL_EPOCHS

    def say_ended(self) -> None:
        """Say why training ended: the steps that it left out are none of the work."""
        done = self.state.numbers
        why = self._early.told(done.epoch)
        self.context.progress(done.step, done.step, "steps", why, done.epoch)

    def _begin(self, val: Split) -> Progressed:
        """Go on from the kept state, or look at how good the head is before any training."""
        if not self._file.is_file():
            self._score(val)
            self._save()
            return self.state.numbers
        self.state = load_state(self._file)
        self.head.load(self.state.head)
        self._optimiser.set_state_dict(
            {name: paddle.to_tensor(array) for name, array in self.state.optimiser.items()}
        )
        numbers = self.state.numbers
        self._early.value, self._early.epoch = numbers.improved_value, numbers.improved_epoch
        for point in numbers.curve:
            self.context.metric(point["name"], point["value"], point["step"])
        return numbers

    def _train_epoch(self, train: Split) -> float:
        """Go once through the samples; the order and the dropout hang on seed and epoch alone."""
        numbers = self.state.numbers
        numbers.epoch += 1
        paddle.seed(self.recipe.seed * 10_000 + numbers.epoch)
        started, losses = time.monotonic(), []
        for rows in self._batches(len(train.samples)):
            losses.append(self._step(train, rows))
            self._report()
            self.context.check_stop()
        numbers.seconds += time.monotonic() - started
        numbers.samples += len(train.samples)
        return float(np.mean(losses))

    def _batches(self, samples: int) -> Iterator[list[int]]:
        """Give shuffled batches; rows of a batch in order, which is how a disk likes them."""
        random = np.random.default_rng([self.recipe.seed, self.state.numbers.epoch])
        order = random.permutation(samples)
        for start in range(0, samples, self.recipe.batch_size):
            yield sorted(order[start : start + self.recipe.batch_size].tolist())

    def _step(self, train: Split, rows: list[int]) -> float:
        """Take a step, and return the loss before it.

        Raises:
            StageError: the loss is not a number any more.
        """
        numbers = self.state.numbers
        self._optimiser.set_lr(self.recipe.rate(numbers.step, self._total))
        features = train.features.rows(rows, turn=numbers.epoch - 1)
        loss = loss_of(self.head, features, [train.samples[row] for row in rows])
        if not math.isfinite(value := float(loss)):
            raise StageError(
                msg("training diverged: the loss is {loss} in epoch {epoch}", value, numbers.epoch),
                "train.learning_rate",
                msg("lower train.learning_rate"),
            )
        loss.backward()
        self._optimiser.step()
        self._optimiser.clear_grad()
        numbers.step += 1
        self.state.head = self.head.arrays()
        self.state.average = averaged(self.state.average, self.state.head, numbers.step)
        if numbers.first_train_loss is None:
            numbers.first_train_loss = value
        return value

    def _score(self, val: Split) -> None:
        """Read the validation images with the averaged head, and keep it if none was better."""
        numbers = self.state.numbers
        self.head.load(self.state.average)
        score = evaluate(self.head, val.features, val.samples, self.dictionary)
        self.head.load(self.state.head)
        if numbers.start_val_loss is None:
            numbers.start_val_loss = score.loss
        self._point("val_loss", score.loss)
        self._point("val_accuracy", score.accuracy)
        self._point("val_ned", score.ned)
        self._point("learning_rate", self._optimiser.get_lr())
        numbers.highest = max(numbers.highest, self._value(score))
        if is_kept(self._value(score), numbers.highest, len(val.samples)):
            numbers.best, numbers.best_epoch = score, numbers.epoch
            self.state.best = self.state.average
        self._early.saw(numbers.epoch, self._value(score))
        self._report()

    def _value(self, score: Score) -> float:
        """Return the measure that early stopping goes by."""
        return score.accuracy if self._early.metric == "acc" else score.ned

    def _point(self, name: str, value: float) -> None:
        numbers = self.state.numbers
        numbers.curve.append({"step": numbers.step, "name": name, "value": value})
        self.context.metric(name, value, numbers.step)

    def _save(self) -> None:
        numbers = self.state.numbers
        numbers.improved_value, numbers.improved_epoch = self._early.value, self._early.epoch
        self.state.optimiser = {
            name: np.array(value.numpy())
            for name, value in self._optimiser.state_dict().items()
            if isinstance(value, paddle.Tensor)
        }
        save_state(self._file, self.state)

    def _report(self) -> None:
        numbers = self.state.numbers
        best = max(each["value"] for each in numbers.curve if each["name"] == "val_accuracy")
        note = msg(
            "epoch {epoch}/{epochs}, best accuracy {accuracy}",
            numbers.epoch,
            self.recipe.epochs,
            f"{best:.1%}",
        )
        self.context.progress(numbers.step, self._total, "steps", note, self.recipe.epochs)
