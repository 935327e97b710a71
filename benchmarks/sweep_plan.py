"""What planning a sweep of a thousand members costs: CPU seconds and memory, on a pretended engine.

No engine and no images are needed: the pretended engine knows their identities. The project has many images
and a ledger with a result of every stage of every member, as after the whole sweep ran.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path
from unittest import mock

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from pipeline.project import load_project
from pipeline.project.members import load_members
from pipeline.record.ledger import Entry
from pipeline.run.connect import connect
from pipeline.run.prepare import Preparation
from pipeline.sweep.plan import SweepPlan, plan_sweep
from stages.contract import Result
from support.pretended import PretendedEngine
from support.projects import MINIMAL, write_project
from support.results import make_result

_PROJECT = MINIMAL + '\n[model]\npretrained = ""\n[train]\nmode = "full"\n[sweep.matrix]\n'


@dataclass(frozen=True)
class Cost:
    """CPU seconds to check the members, to read the ledger and to plan; the process's peak in MB."""

    members: float
    ledger: float
    plan: float
    peak: float


def measure(folder: Path) -> tuple[SweepPlan, Cost]:
    """Plan the sweep in ``folder``."""
    started = time.process_time()
    members = load_members(folder)
    read = time.process_time()
    connected = connect(load_project(folder), {})
    reached = time.process_time()
    plan = plan_sweep(members, Preparation(connected, lambda _text: None))
    ended = time.process_time()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return plan, Cost(read - started, reached - read, ended - reached, peak)


def fill_ledger(plan: SweepPlan) -> None:
    """Write down a result of each stage, as if the sweep had run."""
    for planned in plan.members:
        planner, results = planned.prepared.planner, dict[str, Result]()
        for waiting in planner.plan():
            step = planner.settle(waiting, results)
            if step.entry:
                results[step.stage] = step.entry.result
            elif step.components:
                made = make_result(step.stage, flavour=planned.name)
                results[step.stage] = replace(made, key=step.components.key)
                planner.ledger.append(
                    Entry("now", "run", planner.workspace, step.components, results[step.stage])
                )


def print_costs(members: int, ledger: str, plan: SweepPlan, cost: Cost) -> None:
    """Print a line of the table."""
    each = (cost.members, cost.ledger, cost.plan, cost.members + cost.ledger + cost.plan)
    seconds = " ".join(f"{value:<7.2f}" for value in each)
    print(f"{members:<8} {ledger:<8} {seconds} {cost.peak:<8.0f} {len(plan.made)}")


def main() -> None:
    """Print the costs for some numbers of members."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--members", type=int, nargs="*", default=[1, 10, 100, 1000])
    parser.add_argument(
        "--images", type=int, default=10_000, help="of train, val and test together"
    )
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as scratch,
        mock.patch("pipeline.run.connect.open_engine", lambda _environ: PretendedEngine()),
    ):
        folder = write_project(Path(scratch) / "p", _PROJECT, images=options.images // 3)
        print("members  ledger   check   read    plan    CPU s   peak MB  to make")
        for count in options.members:
            seeds = f"train.seed = {[*range(count)]}\n"
            (folder / "paddock.toml").write_text(_PROJECT + seeds, encoding="utf-8")
            ledger = folder / ".paddock" / "ledger.jsonl"
            ledger.unlink(missing_ok=True)
            plan, cost = measure(folder)
            print_costs(count, "empty", plan, cost)
            fill_ledger(plan)
            plan, cost = measure(folder)
            print_costs(count, f"{ledger.stat().st_size >> 20} MB", plan, cost)


if __name__ == "__main__":
    main()
