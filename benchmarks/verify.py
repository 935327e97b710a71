"""Verify's first pass against reading one image after the other with PaddleOCR's own predictor.

``python benchmarks/verify.py PROJECT [--images 150] [--rounds 3]``: the project is one whose verify stage
has run. In each round, in turn and in a container each with the stage's limits, the same PD model reads the
same test images in the ways of accuracy_pass.py. The strings have to be the same; the ratio is of
throughputs, without loading.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from byhand import ByHand

from pipeline.project import load_project

_PROGRAM = Path(__file__).with_name("accuracy_pass.py")


@dataclass(frozen=True)
class Ways:
    """The ways of reading, and what each took in every round, in images a second."""

    speeds: dict[str, list[float]]

    def median(self, way: str) -> float:
        """Return the median over the rounds."""
        return statistics.median(self.speeds[way])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Verify's first pass and PaddleOCR's predictor.")
    parser.add_argument("project", type=Path)
    parser.add_argument("--images", type=int, default=150)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    project = load_project(options.project.resolve())
    cpus = int(project.settings.limits.cpus or os.cpu_count() or 1)
    ways = _measure(
        ByHand(project, os.environ, "", ""),
        ("paddock", "predict_rec", f"predict_rec-{cpus}"),
        options.images,
        options.rounds,
    )
    ours = ways.median("paddock")
    print(f"{'':<20}{'images/s':>10}{'paddock is':>14}")
    for way in ways.speeds:
        speed = ways.median(way)
        print(f"{way:<20}{speed:>10.1f}{ours / speed:>12.2f} x")


def _measure(hand: ByHand, ways: tuple[str, ...], images: int, rounds: int) -> Ways:
    """Read in all ways, in turn.

    Raises:
        SystemExit: two ways read different strings; says where.
    """
    speeds: dict[str, list[float]] = {way: [] for way in ways}
    for _ in range(rounds):
        read = {way: _read(hand, way, images) for way in ways}
        for way, found in read.items():
            texts, expected = found["texts"], read[ways[0]]["texts"]
            if texts != expected:
                parted = [pair for pair in zip(texts, expected, strict=True) if pair[0] != pair[1]]
                raise SystemExit(f"{way} and {ways[0]} read differently: {parted[:5]}")
            speeds[way].append(found["images"] / found["seconds"])
    return Ways(speeds)


def _read(hand: ByHand, way: str, images: int) -> dict[str, Any]:
    said = hand.python("verify", _PROGRAM.read_text(encoding="utf-8"), way, str(images))
    found: dict[str, Any] = json.loads(said.splitlines()[-1])
    return found


if __name__ == "__main__":
    main()
