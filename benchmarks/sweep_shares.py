"""What the members of a sweep save by what they share, against the same members run alone from nothing.

``python benchmarks/sweep_shares.py PROJECT [--seeds 42 43 44] [--rates 1e-3 3e-4] [--jobs 1]`` copies
the project, sweeps it from nothing, and runs each member in a copy of its own, whose ``.nb`` files must be
the same. On two CPUs ``--jobs 2 --cpus 1.0`` keeps both at work; a member alone
has what the project says. With ``--alone 1`` only the first member is run alone, and stands for all.
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clock import Timed, paddock, timed
from copies import copy_of
from settings import set_key


@dataclass(frozen=True)
class Member:
    """A member's settings, and its name."""

    rate: str
    seed: int

    @property
    def name(self) -> str:
        """As the sweep calls it."""
        return f"learning_rate={float(self.rate)},seed={self.seed}"


@dataclass(frozen=True)
class Swept:
    """The sweep's wall time, its table's rows by member, and the hashes of each member's models."""

    seconds: float
    rows: Mapping[str, Mapping[str, Any]]
    models: Mapping[str, Mapping[str, str]]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("project", type=Path)
    parser.add_argument("--seeds", type=int, nargs="+", default=[42, 43, 44])
    parser.add_argument("--rates", nargs="+", default=["1e-3", "3e-4"])
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument(
        "--cpus", default="", help="limits.cpus of the sweep, where more run at once"
    )
    parser.add_argument(
        "--alone", type=int, default=1000, help="so many members are run alone, too"
    )
    options = parser.parse_args()
    project = options.project.resolve()
    members = [Member(*pair) for pair in itertools.product(options.rates, options.seeds)]
    swept = sweep(project, members, options)
    alone = {it.name: run_alone(project, it, swept) for it in members[: options.alone]}
    columns = "{:<34}{:>10}{:>10}{:>12}"
    print(columns.format("member", "alone, s", "shares, s", "validation"))
    for name, row in swept.rows.items():
        known = f"{alone[name].seconds:.1f}" if name in alone else ""
        validation = f"{row['validation']['accuracy']:.2%}"
        print(columns.format(name, known, f"{row['seconds']:.1f}", validation))
    mean = sum(item.seconds for item in alone.values()) / len(alone)
    print(f"sweep {swept.seconds:.1f} s, {options.jobs} at once; {len(members)} alone: ", end="")
    print(f"{mean * len(members):.1f} s; ratio {swept.seconds / (mean * len(members)):.2f}")


def sweep(project: Path, members: list[Member], options: argparse.Namespace) -> Swept:
    """Sweep a copy of the project from nothing."""
    with copy_of(project) as folder:
        _ready(folder, options.cpus)
        matrix = f"train.learning_rate = [{', '.join(options.rates)}]\ntrain.seed = {options.seeds}"
        with (folder / "paddock.toml").open("a", encoding="utf-8") as file:
            file.write(f"\n[sweep.matrix]\n{matrix}\n")
        command = [paddock(), "sweep", "run", str(folder), "--json", "--jobs", str(options.jobs)]
        took = timed(command).seconds
        out = folder / "out.sweep"
        table = json.loads((out / "sweep.json").read_text(encoding="utf-8"))
        models = {member.name: models_in(out / member.name) for member in members}
        return Swept(took, {row["name"]: row for row in table["rows"]}, models)


def run_alone(project: Path, member: Member, swept: Swept) -> Timed:
    """Run a member in a copy of its own from nothing; say so if its models are not the sweep's."""
    with copy_of(project) as folder:
        _ready(folder, "")
        set_key(folder, "train", "seed", str(member.seed))
        set_key(folder, "train", "learning_rate", member.rate)
        done = timed([paddock(), "--batch", "--json", str(folder)])
        if models_in(folder / "out") != swept.models[member.name]:
            print(f"{member.name}: alone it comes out otherwise")
        return done


def _ready(folder: Path, cpus: str) -> None:
    set_key(folder, "verify", "min_accuracy", "0.0")
    if cpus:
        set_key(folder, "limits", "cpus", cpus)


def models_in(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of each ``.nb`` file."""
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.glob("*.nb")
    }


if __name__ == "__main__":
    main()
