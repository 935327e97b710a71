"""Two runs of a project from nothing, and every byte that differs: ``python scripts/two_runs.py PROJECT``.

The project is copied twice, without what earlier runs left, and each copy runs all its stages in volumes of
its own. What should be the same: every artifact by its MD5, ``paddock.lock`` and ``out/`` byte by byte, the
report without its times. Exit code 1 if anything differs. The copies and their volumes are removed.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Any

from pipeline.plan.lockfile import LOCK_FILE, TIMED
from pipeline.project import load_project
from pipeline.record.ledger import Ledger
from pipeline.run.deliver import SUMS
from stages.contract import Artifact

_LEFT = (".paddock", "out", "out.failed", "out.sweep", "paddock.locks", LOCK_FILE)
#: Values of a report that are measured times and memory, or say which run it was.
MEASURED = frozenset(
    {
        "run", "seconds", "guard_seconds", "cpu_seconds", "latency_ms", "latency_all_ms", "time_ratio",
        "images_per_s", "load_s", "peak_rss_mb",
        "samples_per_s", "feature_seconds", "fit_seconds",
    }
)  # fmt: skip
_REPORTS = ("report.json", "report.md", "report.html")


def differences(first: Path, second: Path) -> list[str]:
    """Return a line for all that two projects that ran should have in common and have not."""
    return [
        *_artifacts(first, second),
        *_bytes(LOCK_FILE, first / LOCK_FILE, second / LOCK_FILE),
        *_delivered(load_project(first).out, load_project(second).out),
        *_reports(load_project(first).out, load_project(second).out),
    ]


def artifacts(folder: Path) -> dict[str, Artifact]:
    """Return what the stages of the last good run made, by stage and path."""
    ledger = Ledger(folder / ".paddock" / "ledger.jsonl")
    good = ledger.last_good()
    if good is None:
        sys.exit(f"{folder}: no run has passed")
    made = (ledger.find(key, good.workspace) for key in good.stages.values())
    return {
        f"{entry.components.stage}/{item.path}": item
        for entry in made
        if entry
        for item in entry.result.artifacts
    }


def _artifacts(first: Path, second: Path) -> Iterator[str]:
    one, other = artifacts(first), artifacts(second)
    for name in sorted(one.keys() | other.keys()):
        if Path(name).name in TIMED:
            continue
        if name not in one or name not in other:
            yield f"{name}: only in one of the runs"
        elif one[name].md5 != other[name].md5:
            yield f"{name}: MD5 {one[name].md5} and {other[name].md5}"


def _delivered(first: Path, second: Path) -> Iterator[str]:
    names = {
        path.relative_to(folder).as_posix()
        for folder in (first, second)
        for path in folder.rglob("*")
        if path.is_file()
    }
    for name in sorted(names - {*_REPORTS, *SUMS}):  # the sums name the reports, which have times
        yield from _bytes(f"out/{name}", first / name, second / name)


def _bytes(name: str, first: Path, second: Path) -> Iterator[str]:
    if not first.is_file() or not second.is_file():
        yield f"{name}: only in one of the runs"
        return
    pairs = zip_longest(first.read_bytes(), second.read_bytes())
    place = next((at for at, (one, other) in enumerate(pairs) if one != other), None)
    if place is not None:
        yield f"{name}: byte {place} is the first that differs"


def _reports(first: Path, second: Path) -> Iterator[str]:
    one, other = (
        json.loads((folder / "report.json").read_text("utf-8")) for folder in (first, second)
    )
    for key in sorted(one.keys() | other.keys()):
        if without_times(one.get(key)) != without_times(other.get(key)) and key not in MEASURED:
            yield f"report.json: {key} differs"


def without_times(value: Any) -> Any:
    """Return the value without what is measured anew in each run."""
    if isinstance(value, dict):
        if value.get("path") in TIMED:
            return {"path": value["path"]}
        return {key: without_times(item) for key, item in value.items() if key not in MEASURED}
    return [without_times(item) for item in value] if isinstance(value, list) else value


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the project twice and print every artifact's MD5, then what differs."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("project", type=Path)
    source = parser.parse_args(arguments).project
    with tempfile.TemporaryDirectory(prefix="paddock-two-runs-") as top:
        folders = [_copy(source, Path(top) / name) for name in ("first", "second")]
        try:
            for folder in folders:
                _paddock("--batch", str(folder))
            found = differences(*folders)
            for name, item in artifacts(folders[0]).items():
                print(f"{item.md5}  {name}")
        finally:
            for folder in folders:
                _paddock("clean", "--volumes", str(folder))
    print("\n".join(found) or "both runs made the same, times aside")
    return 1 if found else 0


def _copy(source: Path, target: Path) -> Path:
    shutil.copytree(source, target, ignore=shutil.ignore_patterns(*_LEFT))
    return target


def _paddock(*words: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "tui.cli", *words],
        check=True,
        stdout=subprocess.DEVNULL,
        cwd=Path(__file__).parents[1],
        env={**os.environ, "CI": "1"},
    )


if __name__ == "__main__":
    sys.exit(main())
