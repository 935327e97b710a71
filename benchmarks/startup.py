"""How long a person waits for ``paddock``: ``--version``, ``plan``, and the first frame of the screen.

``python benchmarks/startup.py PROJECT [--rounds 7]`` on a project whose stages are all cached. Beside it, in
the same rounds: ``docker version`` and ``dvc --version``.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from clock import Timed, paddock, timed
from dvc_pipeline import VERSION, install
from noop_vs_dvc import CACHE
from terminal import Terminal

from pipeline.project import load_project

_STAGES = 5


def first_frame(folder: Path, shown: str) -> Timed:
    """Open the screen on the project, and wait until its name is drawn, in the header of the first frame."""
    started = time.perf_counter()
    screen = Terminal([paddock(), str(folder)])
    try:
        seconds = screen.wait_for(shown, 60.0) - started
        return Timed(seconds, "", screen.cpu())
    finally:
        screen.close()


def plan(folder: Path) -> Timed:
    """Plan, and see to it that the project is finished.

    Raises:
        SystemExit: a stage would run.
    """
    done = timed([paddock(), "plan", str(folder)])
    settled = done.stdout.count("✔ cached") + done.stdout.count("– skipped")
    if settled != _STAGES:
        raise SystemExit(f"run it first: {paddock()} --batch {folder}\n{done.stdout}")
    return done


def main() -> None:
    """Measure in turn, and print medians."""
    options = _arguments()
    folder, dvc = options.project, install(options.cache)
    shown = load_project(folder).name
    measured: dict[str, Callable[[], Timed]] = {
        "paddock --version": lambda: timed([paddock(), "--version"]),
        "paddock plan": lambda: plan(folder),
        "first frame": lambda: first_frame(folder, shown),
        "docker version": lambda: timed(["docker", "version"]),
        f"dvc --version ({VERSION})": lambda: timed([dvc, "--version"]),
    }
    found: dict[str, list[Timed]] = {name: [] for name in measured}
    for number in range(options.rounds + 1):
        for name, measure in measured.items():
            taken = measure()
            if number:  # the first round only warms the caches
                found[name].append(taken)
    _print(found)


def _print(found: dict[str, list[Timed]]) -> None:
    *_ours, docker, dvc = (_medians(taken) for taken in found.values())
    print(f"{'':<24} {'CPU':>6} {'wall':>6}   wall: / docker  / dvc")
    for name, taken in found.items():
        cpu, wall = _medians(taken)
        print(f"{name:<24} {cpu:6.2f} {wall:6.2f} {wall / docker[1]:16.2f} {wall / dvc[1]:6.2f}")


def _medians(taken: list[Timed]) -> tuple[float, float]:
    return median(item.cpu for item in taken), median(item.seconds for item in taken)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("project", type=Path, help="a finished project")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--cache", type=Path, default=CACHE, help="keeps DVC's environment")
    return parser.parse_args()


if __name__ == "__main__":
    main()
