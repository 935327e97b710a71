"""What Paddock costs: its stages against the same containers started by hand with ``docker run``.

``python benchmarks/orchestration.py PROJECT [--rounds 2]`` copies the project, runs it once so that
images and inputs are in place, then in each round runs all stages again with Paddock and, from the
same specs, with the docker CLI. The copy and its volumes are removed at the end.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from byhand import ByHand
from clock import paddock, timed
from copies import copy_of
from runs import Measured, Span, measured_by_paddock, read_ledger

from pipeline.project import load_project

_COLUMNS = "{:<10}{:>10}{:>10}{:>8}{:>12}{:>10}{:>8}"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Paddock against docker run, side by side.")
    parser.add_argument("project", type=Path)
    parser.add_argument("--rounds", type=int, default=2)
    options = parser.parse_args()
    with copy_of(options.project.resolve()) as folder:
        timed([paddock(), "--batch", str(folder)])
        rounds = [_round(folder, number) for number in range(options.rounds)]
    _print([ours for ours, _ in rounds], [theirs for _, theirs in rounds])


def _round(folder: Path, number: int) -> tuple[Measured, Measured]:
    """Run all stages with Paddock, then the same specs by hand."""
    stages = {entry.components.stage for entry in read_ledger(folder)}
    forced = [word for stage in sorted(stages) for word in ("--force", stage)]
    done = timed([paddock(), "--batch", "--json", *forced, str(folder)])
    ours = measured_by_paddock(done, folder)
    hand = ByHand(load_project(folder), os.environ, ours.run, f"byhand-{number}")
    return ours, hand.measure(tuple(ours.stages))


def _print(ours: Sequence[Measured], theirs: Sequence[Measured]) -> None:
    print(
        f"medians of {len(ours)} rounds, in seconds; 'around' is the wall time less the stage's own"
    )
    print(_COLUMNS.format("stage", "paddock", "by hand", "ratio", "around", "by hand", "more"))
    for stage in ours[0].stages:
        _print_stage(
            stage, [one.stages[stage] for one in ours], [one.stages[stage] for one in theirs]
        )
    rest = median(one.rest for one in ours)
    print(f"start, plan, report and delivery, once a run: {rest:.2f}")
    added = [
        _around(one) + one.rest - _around(other) for one, other in zip(ours, theirs, strict=True)
    ]
    work = median(sum(span.wall for span in one.stages.values()) for one in theirs)
    print(
        f"all that Paddock adds: {median(added):.2f}, {median(added) / work:.1%} of the run by hand"
    )


def _print_stage(stage: str, ours: Sequence[Span], theirs: Sequence[Span]) -> None:
    wall, by_hand = median(span.wall for span in ours), median(span.wall for span in theirs)
    around, less = median(span.around for span in ours), median(span.around for span in theirs)
    figures = [f"{wall:.2f}", f"{by_hand:.2f}", f"{wall / by_hand:.3f}"]
    figures += [f"{around:.2f}", f"{less:.2f}", f"{around - less:+.2f}"]
    print(_COLUMNS.format(stage, *figures))


def _around(one: Measured) -> float:
    return sum(span.around for span in one.stages.values())


if __name__ == "__main__":
    main()
