"""The trainer's log turned into this stage's events, as it arrives."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from stages.early import EarlyStopping
from stages.errors import IntegrityError, StageError
from stages.full.attempts import Attempt
from stages.message import msg
from stages.pitfalls import Pitfall
from stages.ppocr.trainer_log import (
    BadSample,
    Evaluated,
    LogEvent,
    Mismatch,
    NoData,
    Planned,
    Saved,
    SharedMemory,
    Stepped,
    parse_line,
)
from stages.runtime import Context

ALL_EPOCHS = msg("all epochs done")
EARLY = msg("early stopping")

#: PaddleOCR's names of the validation measures by this stage's.
_VALIDATION = {"val_accuracy": "acc", "val_ned": "norm_edit_dis"}
#: The loss that evaluation can be held against: a MultiHead's sum has the other heads' in it.
_LOSSES = ("CTCLoss", "loss")
#: How a user's YAML says what paddock.toml calls train.batch_size.
_BATCH = "Train.loader.batch_size_per_card"
_TRAINING = {"train_loss": "loss", "learning_rate": "lr"}
#: PaddleOCR's name of what ``early_stopping.metric`` says.
_MEASURES = {"acc": "acc", "ned": "norm_edit_dis"}


class Watch:
    """What the log has said so far; earlier attempts count as if they had been this one."""

    def __init__(self, context: Context, earlier: Sequence[Attempt]) -> None:
        self._context = context
        self._early = EarlyStopping.of(context.parameters)
        self._epochs = self._epoch = self._per_epoch = 0
        #: PaddleOCR counts steps from 0 again when it goes on: those of whole earlier epochs.
        self._steps_before = self._step = self._steps_saved = 0
        self._speeds: list[float] = []
        self._bad_samples = 0
        self._first_loss: float | None = None
        self.curve: list[dict[str, Any]] = []
        self.trouble: StageError | None = None
        for attempt in earlier:
            self._begin_attempt()
            for event in attempt.events:
                self._learn(event)
        self._begin_attempt()

    @property
    def exhausted(self) -> bool:
        """Whether training has gone on for long enough without getting better."""
        return self._early.exhausted(self._epoch)

    def line(self, text: str, stop: Callable[[], None]) -> bool:
        """Take one line of the log; call ``stop`` where the trainer shall not go on.

        Returns:
            whether the line says that a whole epoch's checkpoint is on the disk.
        """
        event = parse_line(text)
        if event is None:
            return False
        self._learn(event)
        whole_epoch = isinstance(event, Saved) and event.epoch is not None
        if self.trouble or (whole_epoch and self.exhausted):
            stop()
        return whole_epoch

    def metrics(self, best: Attempt) -> dict[str, Any]:
        """Return the stage's metrics."""
        return {
            "accuracy": best.accuracy,
            "ned": best.ned,
            "best_epoch": best.best_epoch,
            "epochs": self._epochs,
            "epochs_run": self._epoch,
            "stopped_because": EARLY if self.exhausted else ALL_EPOCHS,
            "samples_per_s": round(sum(self._speeds) / max(1, len(self._speeds)), 2),
            "first_train_loss": self._first_loss,
        }

    def say_ended(self) -> None:
        """Say why training ended: the steps that it left out are none of the work."""
        why = self._early.told(self._epoch)
        self._context.progress(self._step, self._step, "steps", why, self._epoch)

    def warn_of_bad_samples(self) -> None:
        """Say how often the trainer put another sample in place of one that it could not read."""
        if self._bad_samples:
            self._context.warn(
                msg(
                    "PaddleOCR could not read a line of data {bad_samples} times and took another one "
                    "instead",
                    self._bad_samples,
                ),
                "train.py",
            )

    def _begin_attempt(self) -> None:
        """Forget the points of an epoch that did not end: it is done again."""
        self._steps_before = self._step = self._steps_saved
        self.curve = [point for point in self.curve if point["step"] <= self._steps_saved]

    def _learn(self, event: LogEvent) -> None:
        if isinstance(event, Planned):
            self._per_epoch = event.steps
        elif isinstance(event, Stepped):
            self._stepped(event)
        elif isinstance(event, Evaluated):
            self._points(_VALIDATION, event.values)
            self._early.saw(self._epoch, event.values.get(_MEASURES[self._early.metric], 0.0))
        elif isinstance(event, Saved) and event.epoch is not None:
            self._steps_saved = self._step
        elif isinstance(event, BadSample):
            self._bad_samples += 1
        elif isinstance(event, Mismatch | NoData | SharedMemory):
            self.trouble = self.trouble or _error(event, self._context.has("config"))

    def _stepped(self, event: Stepped) -> None:
        self._epoch, self._epochs = event.epoch, event.epochs
        self._step = self._steps_before + event.step
        self._speeds.append(event.samples_per_s)
        if self._first_loss is None:
            self._first_loss = next((event.values[n] for n in _LOSSES if n in event.values), None)
        self._points(_TRAINING, event.values)
        note = msg(
            "epoch {epoch}/{epochs}, {samples_per_s} samples/s",
            event.epoch,
            event.epochs,
            f"{event.samples_per_s:.1f}",
        )
        total = max(self._step, self._per_epoch * self._epochs)
        self._context.progress(self._step, total, "steps", note, event.epochs)

    def _points(self, names: dict[str, str], values: dict[str, float]) -> None:
        for name, theirs in names.items():
            if theirs in values:
                self.curve.append({"step": self._step, "name": name, "value": values[theirs]})
                self._context.metric(name, values[theirs], self._step)


def _error(event: Mismatch | NoData | SharedMemory, own_yaml: bool) -> StageError:
    """Return the error of what the log says; ``own_yaml``: the training's keys are the user's YAML's."""
    if isinstance(event, Mismatch):
        return IntegrityError(
            msg("PaddleOCR left a parameter out of the network: {text}", event.text[:300]),
            "model.pretrained",
            msg("use weights of this architecture and this dictionary"),
            Pitfall.SHAPE_MISMATCH,
        )
    if isinstance(event, NoData):
        return StageError(
            msg("the training set gives no batch: it has fewer lines than batch_size"),
            _BATCH if own_yaml else "train.batch_size",
            msg(
                'set train.overrides = ["{key}=N"] (with a sampler "Train.sampler.first_bs=N"), N no more '
                "than there are lines",
                _BATCH,
            )
            if own_yaml
            else msg("make train.batch_size smaller"),
        )
    return StageError(
        msg("a DataLoader worker died for lack of shared memory: {text}", event.text[:300]),
        "train.py",
        msg(
            "raise shm_size in compose.yaml, or set train.overrides = "
            '["Train.loader.num_workers=0", "Eval.loader.num_workers=0"]'
        ),
    )
