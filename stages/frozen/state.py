"""The head's training as it stands after an epoch, kept so that it can go on: arrays and numbers.

One ``.npz`` file, written beside and renamed: a crash leaves the epoch before. No pickle.
"""

from __future__ import annotations

import io
import json
import math
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from stages.files import write_bytes

_NUMBERS = "numbers"
_PARTS = ("head", "average", "best", "optimiser")
Arrays = dict[str, np.ndarray]


@dataclass
class Score:
    """What a network reads of the validation images: shares in 0..1, and its mean CTC loss."""

    accuracy: float
    ned: float
    loss: float = math.inf


@dataclass
class Progressed:
    """Where training stands: ``epoch`` 0 is the network as it was given."""

    epoch: int = 0
    step: int = 0
    best: Score = field(default_factory=lambda: Score(-1.0, -1.0))
    best_epoch: int = 0
    #: The highest value of the metric that epochs are chosen by.
    highest: float = 0.0
    #: The epoch that early stopping counts its patience from.
    improved_epoch: int = 0
    #: What the metric was then.
    improved_value: float = -1.0
    seconds: float = 0.0
    samples: int = 0
    #: Of the validation images before any training, and of the first batch in training mode.
    start_val_loss: float | None = None
    first_train_loss: float | None = None
    curve: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class State:
    """Numbers, and arrays of the head now, of its average, of the best one, and of the optimiser."""

    numbers: Progressed
    head: Arrays
    average: Arrays
    best: Arrays
    optimiser: Arrays


def save_state(path: Path, state: State) -> None:
    """Write ``state`` to ``path``, whole or not at all."""
    named = {
        f"{part}/{key}": array for part in _PARTS for key, array in getattr(state, part).items()
    }
    buffer = io.BytesIO()
    np.savez(buffer, **named, **{_NUMBERS: np.array(json.dumps(asdict(state.numbers)))})
    write_bytes(path, buffer.getvalue())


def load_state(path: Path) -> State:
    """Read what :func:`save_state` wrote."""
    with np.load(path, allow_pickle=False) as file:
        raw = json.loads(str(file[_NUMBERS]))
        parts: dict[str, Arrays] = {part: {} for part in _PARTS}
        for name in file.files:
            part, _, key = name.partition("/")
            if key:
                parts[part][key] = file[name]
    raw["best"] = Score(**raw["best"])
    return State(Progressed(**raw), **parts)
