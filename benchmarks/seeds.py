"""How well a project's training does with other seeds, and how long each stage takes.

``python benchmarks/seeds.py PROJECT [--seeds 42 43 44]`` copies the project and runs it once a seed. The
first run is from nothing; the later ones find the backbone's features, as a user's second run does.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clock import paddock, timed
from copies import copy_of
from runs import Measured, measured_by_paddock, read_ledger
from settings import set_key

from pipeline.plan.stages import STAGES


@dataclass(frozen=True)
class Run:
    """One seed's run: times, and what train and verify measured."""

    seed: int
    measured: Measured
    train: dict[str, Any]
    test: dict[str, float]

    @property
    def seconds(self) -> float:
        """The wall time of all stages."""
        return sum(span.wall for span in self.measured.stages.values())


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="A project's accuracy and times by seed.")
    parser.add_argument("project", type=Path)
    parser.add_argument("--seeds", type=int, nargs="+", default=[42, 43, 44])
    options = parser.parse_args()
    with copy_of(options.project.resolve()) as folder:
        set_key(folder, "verify", "min_accuracy", "0.0")
        runs = [measure(folder, seed) for seed in options.seeds]
    _print(runs)


def measure(folder: Path, seed: int) -> Run:
    """Run the project in ``folder`` with ``seed``."""
    set_key(folder, "train", "seed", str(seed))
    measured = measured_by_paddock(timed([paddock(), "--batch", "--json", str(folder)]), folder)
    metrics = stage_metrics(folder)
    return Run(seed, measured, metrics["train"], metrics["verify"]["accuracy"])


def stage_metrics(folder: Path) -> dict[str, dict[str, Any]]:
    """Return each stage's metrics of the project's latest results."""
    return {entry.components.stage: entry.result.metrics for entry in read_ledger(folder)}


def _print(runs: Sequence[Run]) -> None:
    columns = "{:<24}" + "{:>12}" * len(runs)
    print(columns.format("seed", *(run.seed for run in runs)))
    for stage in STAGES:
        walls = [run.measured.stages.get(stage) for run in runs]
        print(columns.format(f"{stage}, s", *(f"{w.wall:.1f}" if w else "cached" for w in walls)))
    print(columns.format("all stages, s", *(f"{run.seconds:.1f}" for run in runs)))
    for name, key in (("best of epochs", "best_epoch"), ("epochs run", "epochs_run")):
        print(columns.format(name, *(run.train[key] for run in runs)))
    print(columns.format("validation", *(f"{run.train['accuracy']:.2%}" for run in runs)))
    for model in runs[0].test:
        print(columns.format(f"test, {model}", *(f"{run.test[model]:.2%}" for run in runs)))


if __name__ == "__main__":
    main()
