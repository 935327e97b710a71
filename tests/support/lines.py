"""A small data set to train on, drawn with OpenCV's own font."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from support.legacy import ALPHANUMERIC, SHAPE, Recorded, context, official

PARAMETERS: dict[str, Any] = {
    "mode": "frozen",
    "architecture": "PP-OCRv5_mobile_rec",
    "image_shape": list(SHAPE),
    "epochs": 2,
    "batch_size": 16,
    "learning_rate": 1e-3,
    "early_stopping": {"metric": "acc", "patience": 0, "min_delta": 0.0},
    "copies": 0,
    "device": "cpu",
    "overrides": [],
    "use_space_char": False,
    "max_text_length": 25,
}


class Stopping(Recorded):
    """A context that is told to stop when it has said ``after`` events of ``kind``."""

    kind: type = object
    after = 10**9

    def emitted(self) -> int:
        return sum(isinstance(event, self.kind) for event in self.events)

    def check_stop(self) -> None:
        self.stopping = self.stopping or self.emitted() >= self.after
        super().check_stop()


def draw_split(folder: Path, name: str, count: int, seed: int) -> None:
    """Draw ``count`` noisy lines into ``folder/NAME`` and list them in ``folder/NAME.txt``."""
    words, labels = random.Random(seed), []  # noqa: S311
    noise = np.random.default_rng(seed)
    (folder / name).mkdir(parents=True)
    for number in range(count):
        text = "".join(words.choices(ALPHANUMERIC, k=words.randint(3, 8)))
        cv2.imwrite(str(folder / name / f"{number}.png"), _line(text, noise))
        labels.append(f"{number}.png\t{text}\n")
    (folder / f"{name}.txt").write_text("".join(labels), encoding="utf-8")


def _line(text: str, noise: np.random.Generator) -> np.ndarray:
    (width, height), _ = cv2.getTextSize(text, cv2.FONT_HERSHEY_COMPLEX_SMALL, 1.4, 1)
    image = np.full((height + 24, width + 24, 3), 200, np.uint8)
    place = (12, height + 10)
    cv2.putText(image, text, place, cv2.FONT_HERSHEY_COMPLEX_SMALL, 1.4, (120, 110, 100), 1)
    noisy = image + noise.normal(0, 22, image.shape)
    return np.clip(noisy, 0, 255).astype(np.uint8)


def train_inputs(folder: Path, train: int, val: int) -> dict[str, Path]:
    """Draw a data set into ``folder`` and return the train stage's inputs."""
    draw_split(folder, "train", train, seed=1)
    draw_split(folder, "val", val, seed=2)
    (folder / "dict.txt").write_text("\n".join(ALPHANUMERIC) + "\n", encoding="utf-8")
    return {
        "train": folder / "train",
        "val": folder / "val",
        "train_labels": folder / "train.txt",
        "val_labels": folder / "val.txt",
        "dict": folder / "dict.txt",
        "pretrained": official("PP-OCRv5_mobile_rec"),
    }


def train_context(folder: Path, inputs: dict[str, Path], **changes: Any) -> Stopping:
    """Return the context of a train stage whose output is ``folder/train``."""
    made = context("train", folder, inputs, {**PARAMETERS, **changes})
    return Stopping(made.spec, made.output)
