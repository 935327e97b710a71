"""Mode frozen against PaddleOCR's own trainer: samples a second, and accuracy after the same minutes.

``python benchmarks/frozen_vs_upstream.py PROJECT [--minutes 5]`` copies a project that trains in mode
"frozen" from an official model and, on the same images, network, container limits and machine:

1. lets PaddleOCR's trainer (mode "full", ``tools/train.py`` unmodified) make a few steps, for its speed;
2. runs the project as it is, from nothing;
3. lets PaddleOCR's trainer train for as many samples as its speed allows in the minutes, in one go
   with its own learning rate schedule; reading the validation images afterwards is not counted.

Both are exported and measured on the test images by the same stages.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clock import paddock, timed
from copies import copy_of
from runs import measured_by_paddock
from seeds import stage_metrics
from settings import set_key

from pipeline.project import load_project

#: Batches of the first step's measurement of speed.
_PROBED = 3
_LABELS = "train.benchmark.txt"


@dataclass(frozen=True)
class Trained:
    """What one way of training took and reached."""

    seconds: float
    train: dict[str, Any]
    test: float
    #: Lines of the training set.
    lines: int

    @property
    def samples_per_s(self) -> float:
        """The steps alone, as the stage measured them."""
        return float(self.train["samples_per_s"])

    @property
    def all_in_all(self) -> float:
        """Of mode frozen: the samples of all epochs in the time of steps and features together."""
        samples = self.lines * self.train["epochs_run"]
        features = self.train["features"]
        seconds = samples / self.samples_per_s + features["images"] / features["images_per_s"]
        return float(samples / seconds)


@dataclass(frozen=True)
class Upstream:
    """How PaddleOCR's trainer is set for a few minutes on a CPU: small batches, many steps."""

    batch_size: int
    learning_rate: str


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Mode frozen against PaddleOCR's own trainer.")
    parser.add_argument("project", type=Path)
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--batch-size", type=int, default=8, help="of PaddleOCR's trainer")
    parser.add_argument("--learning-rate", default="1e-4", help="of PaddleOCR's trainer")
    options = parser.parse_args()
    chosen = Upstream(options.batch_size, options.learning_rate)
    with copy_of(options.project.resolve()) as folder:
        set_key(folder, "verify", "min_accuracy", "0.0")
        written = (folder / "paddock.toml").read_text(encoding="utf-8")
        probe = _train_upstream(folder, chosen, chosen.batch_size * _PROBED, last="train")
        (folder / "paddock.toml").write_text(written, encoding="utf-8")
        frozen = _run(folder)
        samples = int(options.minutes * 60 * probe.samples_per_s)
        upstream = _train_upstream(folder, chosen, max(chosen.batch_size, samples))
    _print(frozen, upstream, options.minutes)


def _train_upstream(folder: Path, chosen: Upstream, samples: int, last: str = "verify") -> Trained:
    """Train in mode "full" for ``samples`` samples; epochs are of all lines, or of as many as it takes."""
    data = load_project(folder).settings.data
    root = folder / data.root
    written = [(root / name).read_text(encoding="utf-8") for name in data.train]
    lines = "".join(written).splitlines(keepends=True)
    epochs = max(1, round(samples / len(lines)))
    (root / _LABELS).write_text("".join(lines[: samples // epochs]), encoding="utf-8")
    set_key(folder, "data", "train", f'["{_LABELS}"]')
    for key, value in (
        ("mode", '"full"'),
        ("epochs", str(epochs)),
        ("batch_size", str(chosen.batch_size)),
        ("learning_rate", chosen.learning_rate),
    ):
        set_key(folder, "train", key, value)
    return _run(folder, last)


def _run(folder: Path, last: str = "verify") -> Trained:
    done = timed([paddock(), "--batch", "--json", "--until", last, str(folder)])
    seconds = measured_by_paddock(done, folder).stages["train"].inside
    metrics = stage_metrics(folder)
    test = metrics["verify"]["accuracy"]["pd"] if last == "verify" else 0.0
    return Trained(seconds, metrics["train"], test, metrics["data"]["lines"]["train"])


def _print(frozen: Trained, upstream: Trained, minutes: float) -> None:
    columns = "{:<44}{:>12}{:>12}"
    print(columns.format("", "frozen", "upstream"))
    for name, values in _rows(frozen, upstream):
        print(columns.format(name, *values))
    ratios = (one / upstream.samples_per_s for one in (frozen.samples_per_s, frozen.all_in_all))
    steps, all_in_all = ratios
    print(f"frozen: {steps:.0f} times the samples a second; {all_in_all:.0f} times with features")
    print(f"upstream had {minutes:g} minutes of steps; frozen took what the table says")


def _rows(frozen: Trained, upstream: Trained) -> Sequence[tuple[str, tuple[str, str]]]:
    both = (frozen, upstream)
    return (
        ("samples a second, steps", _pair(f"{one.samples_per_s:.2f}" for one in both)),
        ("samples a second, features too", (f"{frozen.all_in_all:.2f}", "")),
        ("whole stage, s", _pair(f"{one.seconds:.1f}" for one in both)),
        ("epochs", _pair(str(one.train["epochs_run"]) for one in both)),
        ("loss in evaluation before training", _pair(_loss(one, "start_val_loss") for one in both)),
        ("loss of the first batch", _pair(_loss(one, "first_train_loss") for one in both)),
        ("validation images right", _pair(f"{one.train['accuracy']:.2%}" for one in both)),
        ("test images right (PD model)", _pair(f"{one.test:.2%}" for one in both)),
    )


def _pair(values: Iterable[str]) -> tuple[str, str]:
    first, second = values
    return first, second


def _loss(one: Trained, name: str) -> str:
    value = one.train.get(name)
    return "" if value is None else f"{value:.3f}"


if __name__ == "__main__":
    main()
