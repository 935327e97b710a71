"""Projects with recorded runs, laid out in a folder: real events, logs, ledger and report."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from pipeline.record.kept import kept_file
from stages.contract import digests_of

_DATA = Path(__file__).parents[1] / "data"
RECORDED = _DATA / "recorded"
#: The run in which every stage ran, and a later one in which all were cached.
RUN, CACHED_RUN = "20261122-172749-302e", "20261122-175118-0203"


@dataclass(frozen=True)
class Recording:
    """A project under tests/data, and the run of it that has a report."""

    source: Path
    run: str


FINE_TUNED = Recording(RECORDED, RUN)
#: Official models in the PIR format as they are: one that reads, and one that finds boxes, chained with it.
PIR = Recording(_DATA / "recorded-pir", "20261123-023814-4f32")
DETECTION = Recording(_DATA / "recorded-detection", "20261123-030349-1530")


def recorded_project(
    folder: Path, *, runs: tuple[str, ...] | None = None, of: Recording = FINE_TUNED
) -> Path:
    """Lay a recorded project out in ``folder``, with these of its runs (else its own); return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("paddock.toml", "data", "out"):
        _copy(of.source / name, folder / name)
    state = folder / ".paddock"
    state.mkdir()
    shutil.copyfile(of.source / "state" / "ledger.jsonl", state / "ledger.jsonl")
    keep(folder, (folder / "data" / "test.txt").read_bytes())
    for run in (of.run,) if runs is None else runs:
        _lay_out_run(run, folder, of)
    return folder


def keep(folder: Path, data: bytes) -> None:
    """Keep an artifact on the host, as a run does; the recorded test labels are what the data stage wrote."""
    kept = kept_file(folder / ".paddock", digests_of(data).sha256)
    kept.parent.mkdir(exist_ok=True)
    kept.write_bytes(data)


def recorded_events(folder: Path, run: str = RUN, of: Recording = FINE_TUNED) -> list[str]:
    """Return the lines of a recorded run's events, as if it had run in ``folder``."""
    text = (of.source / "state" / "runs" / run / "events.jsonl").read_text(encoding="ascii")
    return text.replace("FOLDER", str(folder)).splitlines()


def _lay_out_run(run: str, folder: Path, of: Recording) -> None:
    target = folder / ".paddock" / "runs" / run
    _copy(of.source / "state" / "runs" / run, target)
    lines = recorded_events(folder, run, of)
    (target / "events.jsonl").write_text("".join(line + "\n" for line in lines), "ascii")
    shutil.copyfile(of.source / "out" / "report.json", target / "report.json")


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target)
    else:
        shutil.copyfile(source, target)
