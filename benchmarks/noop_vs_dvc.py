"""A run with nothing to do: ``paddock --batch`` against ``dvc repro``, on the same 10,000 images.

``python benchmarks/noop_vs_dvc.py [--images 10000] [--rounds 9]`` makes the tree, really runs all five
stages of Paddock and a five-stage pipeline of DVC once, then times both in turn.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from clock import Timed, paddock, timed
from dvc_pipeline import VERSION, install, make_pipeline
from tree import make_project

#: Keeps the tree, the pipeline and DVC's environment from run to run.
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "paddock-benchmarks"


def main() -> None:
    """Measure and print."""
    options = _parse()
    project = options.cache / f"project-{options.images}"
    pipeline = options.cache / f"dvc-{options.images}"
    make_project(project, options.images)
    first = timed([paddock(), "--batch", str(project)])
    dvc = install(options.cache)
    make_pipeline(dvc, project, pipeline)
    ours, theirs = [], []
    for _ in range(options.rounds):
        ours.append(_noop_of_paddock(project))
        theirs.append(timed([dvc, "repro"], pipeline))
    print(
        f"{options.images} images, 5 stages, nothing to do; {options.rounds} rounds in turn, seconds;"
        f" load {os.getloadavg()[0]:.1f}"
    )
    print(f"first run of Paddock, or its no-op if it had run before: {first.seconds:.1f}")
    for name, taken in (("paddock --batch", ours), (f"dvc repro {VERSION}", theirs)):
        walls = [one.seconds for one in taken]
        print(
            f"{name:<18} wall: median {median(walls):.2f}  min {min(walls):.2f}  max {max(walls):.2f}"
            f"   CPU of the process: median {_cpu(taken):.2f}"
        )
    wall = median(one.seconds for one in ours) / median(one.seconds for one in theirs)
    print(f"ratio of the medians: wall {wall:.2f}, CPU {_cpu(ours) / _cpu(theirs):.2f}")


def _cpu(taken: Sequence[Timed]) -> float:
    """Return the median of the CPU seconds; what the engine and its container use is not in them."""
    return median(one.cpu for one in taken)


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Paddock's no-op run against DVC's.")
    parser.add_argument("--images", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--cache", type=Path, default=CACHE, help="kept from run to run")
    options = parser.parse_args()
    options.cache = options.cache.resolve()
    return options


def _noop_of_paddock(project: Path) -> Timed:
    """Time a run, and see to it that it was a no-op.

    Raises:
        SystemExit: a stage ran.
    """
    done = timed([paddock(), "--batch", str(project)])
    cached = done.stdout.count("✔ cached")
    if cached != 5:
        raise SystemExit(f"{cached} stages were cached, not 5: were images built meanwhile?")
    return done


if __name__ == "__main__":
    main()
