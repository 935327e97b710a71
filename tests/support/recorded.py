"""A project with a recorded run, laid out in a folder: real events, logs, ledger and report."""

from __future__ import annotations

import shutil
from pathlib import Path

RECORDED = Path(__file__).parents[1] / "data" / "recorded"
#: The run in which every stage ran, and a later one in which all were cached.
RUN, CACHED_RUN = "20261122-172749-302e", "20261122-175118-0203"


def recorded_project(folder: Path, *, runs: tuple[str, ...] = (RUN,)) -> Path:
    """Lay the recorded project out in ``folder``, with these of its runs; return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("paddock.toml", "data", "out"):
        _copy(RECORDED / name, folder / name)
    state = folder / ".paddock"
    state.mkdir()
    shutil.copyfile(RECORDED / "state" / "ledger.jsonl", state / "ledger.jsonl")
    for run in runs:
        _lay_out_run(run, folder)
    return folder


def recorded_events(folder: Path, run: str = RUN) -> list[str]:
    """Return the lines of a recorded run's events, as if it had run in ``folder``."""
    text = (RECORDED / "state" / "runs" / run / "events.jsonl").read_text(encoding="ascii")
    return text.replace("FOLDER", str(folder)).splitlines()


def _lay_out_run(run: str, folder: Path) -> None:
    target = folder / ".paddock" / "runs" / run
    _copy(RECORDED / "state" / "runs" / run, target)
    lines = recorded_events(folder, run)
    (target / "events.jsonl").write_text("".join(line + "\n" for line in lines), "ascii")
    shutil.copyfile(RECORDED / "out" / "report.json", target / "report.json")


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target)
    else:
        shutil.copyfile(source, target)
