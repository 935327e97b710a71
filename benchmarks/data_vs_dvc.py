"""100,000 images taken in: ``paddock --batch --until data`` against ``dvc add``, both from nothing.

``python benchmarks/data_vs_dvc.py [--images 100000] [--rounds 1]`` makes the tree, then in turn lets Paddock
hash, upload and check it, and DVC hash it and copy it into its cache. Paddock also decodes every image, and
compares its pixels with those of all others; DVC does not.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from clock import paddock, timed
from dvc_pipeline import VERSION, initialise, install
from noop_vs_dvc import CACHE
from tree import make_project

#: Runs a command, and says in kilobytes the most memory that it, or one of its own, had.
_WATCHED = """
import resource, subprocess, sys
code = subprocess.call(sys.argv[1:])
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
sys.exit(code)
"""


@dataclass(frozen=True)
class Taken:
    """Seconds on the wall and of the processor, and the peak of memory in bytes."""

    seconds: float
    cpu: float
    peak: int


def main() -> None:
    """Measure and print."""
    options = _parse()
    project = options.cache / f"project-{options.images}"
    make_project(project, options.images)
    dvc = install(options.cache)
    ours, theirs = [], []
    for _ in range(options.rounds):
        ours.append(_take_in(project))
        theirs.append(_add(dvc, project, options.cache / f"dvc-add-{options.images}"))
    print(
        f"{options.images} images from nothing; {options.rounds} rounds in turn, seconds; "
        f"load {os.getloadavg()[0]:.1f}"
    )
    for name, taken in (("paddock --until data", ours), (f"dvc add {VERSION}", theirs)):
        wall, cpu = median(one.seconds for one in taken), median(one.cpu for one in taken)
        peak = max(one.peak for one in taken) / 1e6
        print(f"{name:<20} wall {wall:.1f}  CPU of the process {cpu:.1f}  its peak {peak:.0f} MB")
    print(f"peak memory of the data stage: {_peak_of_stage(project) / 1e6:.0f} MB")
    wall, cpu = (
        median(getattr(one, what) for one in ours) / median(getattr(one, what) for one in theirs)
        for what in ("seconds", "cpu")
    )
    print(f"ratio of the medians: wall {wall:.2f}, CPU of the processes {cpu:.2f}")


def _watched(command: Sequence[str], folder: Path | None = None) -> Taken:
    done = timed([sys.executable, "-c", _WATCHED, *command], folder)
    return Taken(done.seconds, done.cpu, int(done.stdout.split()[-1]) * 1024)


def _take_in(project: Path) -> Taken:
    """Forget what is known of the project, then let Paddock take its images in."""
    timed([paddock(), "clean", "--volumes", str(project)])
    shutil.rmtree(project / ".paddock", ignore_errors=True)
    return _watched([paddock(), "--batch", "--until", "data", str(project)])


def _add(dvc: str, project: Path, folder: Path) -> Taken:
    """Copy the tree, then let DVC take it in."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(project / "data", folder / "data")
    initialise(dvc, folder)
    try:
        return _watched([dvc, "add", "--quiet", "data"], folder)
    finally:
        shutil.rmtree(folder)


def _peak_of_stage(project: Path) -> int:
    """Return the most memory that the stage was seen with; a container is looked at every two seconds."""
    events = max((project / ".paddock" / "runs").iterdir()) / "events.jsonl"
    seen = [json.loads(line) for line in events.read_text(encoding="ascii").splitlines()]
    return max((event["memory"] for event in seen if event["type"] == "resources"), default=0)


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Taking in many images, against dvc add.")
    parser.add_argument("--images", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--cache", type=Path, default=CACHE, help="kept from run to run")
    options = parser.parse_args()
    options.cache = options.cache.resolve()
    return options


if __name__ == "__main__":
    main()
