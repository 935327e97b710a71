"""What the members of a sweep came to, a row each, ranked by validation.

Validation chose each member's checkpoint already, so it may choose among members as well. The test set may
not: a number that chose flatters what it chose. So neither rank nor Pareto front look at it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from pipeline.errors import UsageError
from pipeline.project.members import Member
from pipeline.record.ledger import Entry
from pipeline.record.runs import STOPPED, RunFolder, summarise
from pipeline.record.verdict import read_verdict
from pipeline.report.model import Model, Report, read_report
from pipeline.report.verdict import score_of
from pipeline.tasks import TASKS
from stages.contract import Exit, Interval, Status
from stages.contract.artifacts import PD_MODEL
from stages.message import msg

State = Literal["done", "failed", "stopped", "not begun"]


class _Part(BaseModel):
    """What all parts have in common; members that a later version added are passed over."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore", defer_build=True)


class Chosen(_Part):
    """The numbers that members are ranked by."""

    accuracy: float
    """exact matches on the validation set, of the checkpoint that was kept"""
    ned: float


class Measured(_Part):
    """A model of the member's report, on the test set: shown, never used to choose."""

    model: str
    """its name in the report: of the files that may ship and that ran here, the smallest"""
    accuracy: float | None = None
    """exact matches; hmean where lines are found; missing if it is no number"""
    interval: Interval | None = None
    """of the accuracy, 95 %"""
    ned: float | None = None
    agreement: float | None = None
    """with the model that it was made from"""
    size: int | None = None
    """of its file, in bytes"""
    latency_ms: float | None = None
    """median; of members that ran at once, each slows the others"""


class Cost(_Part):
    """What a stage's result took, where it was made."""

    seconds: float
    cpu_seconds: float | None = None
    """of all CPUs; missing in results of before they were counted"""


class Row(_Part):
    """A member."""

    name: str
    """empty for a project that came to no members"""
    project: str = ""
    """its folder as ``sweep.toml`` names it; empty where there is one project only"""
    settings: dict[str, Any]
    """by their dotted names, as paddock.toml would have them"""
    state: State
    code: int | None = None
    """exit code of its run; missing if it was not begun"""
    run: str = ""
    verdict: str = ""
    """as its report's; empty if nothing was compared"""
    message: str = ""
    """why it failed"""
    rank: int | None = None
    """by validation; missing where nothing was trained or delivered"""
    on_front: bool = False
    """no other that is ranked is both as small and as accurate in validation, and better in one of them"""
    validation: Chosen | None = None
    """missing where nothing was trained"""
    validation_set: str = ""
    """the beginning of the hash of the labels that it was validated on"""
    test: Measured | None = None
    seconds: float | None = None
    """of all its stages, each where it was made: what it would take alone"""
    cpu_seconds: float | None = None
    """of all CPUs, likewise; missing if a result is of before they were counted"""
    stages: dict[str, Cost] = {}
    """what each of its stages took"""
    made: tuple[str, ...] = ()
    """the stages that were made for it; the others were cached, or made for another member"""
    nodes: tuple[str, ...] = ()
    """on a Swarm: the host name of each node that had it, one an attempt; the last one's is the result"""


class Table(_Part):
    """``sweep.json``: what the members of a sweep came to, the best first."""

    schema_version: Literal[1] = 1
    project: str
    sweep: str
    """its name, which its events are found by"""
    jobs: int
    """members at once; 0: as many as a Swarm had room for"""
    ranked_by: Literal["validation"] = "validation"
    """never by the test set"""
    rows: tuple[Row, ...]
    seconds: float
    """of all stages that were made, each once"""
    cpu_seconds: float | None = None
    alone_seconds: float
    """of all stages of all members, as if each had run alone from nothing"""

    @property
    def varied(self) -> tuple[str, ...]:
        """The settings that are not the same for all members."""
        members = [row for row in self.rows if row.name]
        names = sorted({name for row in members for name in row.settings})
        return tuple(name for name in names if len({_text(row, name) for row in members}) > 1)

    @property
    def projects(self) -> tuple[str, ...]:
        """The projects of a sweep over several, as its file names them; nothing of a sweep of one."""
        return tuple(dict.fromkeys(row.project for row in self.rows if row.project))

    @property
    def validation_sets(self) -> int:
        """How many validation sets there were: accuracies on different ones are not comparable."""
        return len({row.validation_set for row in self.rows if row.validation_set})

    def dump(self) -> str:
        """Return ``sweep.json``: equal tables give equal bytes."""
        plain = self.model_dump(mode="json", exclude_none=True)
        return json.dumps(plain, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def load_table(path: Path) -> Table:
    """Read what :meth:`Table.dump` returned.

    Raises:
        UsageError: there is none, or it is none.
    """
    try:
        return Table.model_validate_json(path.read_bytes())
    except OSError as error:
        raise UsageError(
            msg("there is no table of a sweep yet"), str(path), msg("run it first: paddock sweep")
        ) from error
    except ValidationError as error:
        raise UsageError(
            msg("not the table of a sweep"), str(path), msg("run again: paddock sweep")
        ) from error


def _text(row: Row, name: str) -> str:
    return json.dumps(row.settings.get(name), sort_keys=True, default=str)


@dataclass(frozen=True)
class Ended:
    """The run of a member, its exit code, and the nodes of a Swarm that had it."""

    run: RunFolder
    code: Exit
    nodes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Head:
    """What stands over a table: the names of project and sweep, and how many members ran at once."""

    project: str
    sweep: str
    jobs: int


def table_of(head: Head, rows: Sequence[Row], made: Sequence[Entry]) -> Table:
    """Put down what the members came to.

    Args:
        head: what stands over it.
        rows: of all members, without ranks.
        made: the results that their runs made.
    """
    return Table(
        project=head.project,
        sweep=head.sweep,
        jobs=head.jobs,
        rows=tuple(ranked(rows)),
        seconds=round(sum(entry.result.seconds for entry in made), 2),
        cpu_seconds=_cpu_seconds(made),
        alone_seconds=round(sum(row.seconds or 0.0 for row in rows), 2),
    )


def row_of(member: Member, ended: Ended | None, kept: Mapping[str, Entry]) -> Row:
    """Put down what one member came to; it has no rank yet.

    Args:
        member: whose row.
        ended: its run; None if it was not begun.
        kept: the results that it may stand on, by key.
    """
    settings = dict(member.settings)
    if ended is None:
        return Row(name=member.name, settings=settings, state="not begun")
    report = read_report(ended.run)
    head: dict[str, Any] = {
        "name": member.name,
        "settings": settings,
        "state": _state(ended.code, report),
        "code": int(ended.code),
        "run": ended.run.name,
        "nodes": ended.nodes,
    }
    if ended.code not in (Exit.OK, Exit.PARITY):
        head["message"] = str(summarise(ended.run).message)
    if report is None:
        return Row(**head)
    found = {name: kept[it.key] for name, it in report.stages.items() if it.key in kept}
    entries = list(found.values())
    return Row(
        **head,
        verdict=report.verdict.value,
        validation=_chosen(report),
        validation_set=_validation_set(entries),
        test=_measured(report),
        seconds=round(sum(stage.seconds for stage in report.stages.values()), 2),
        cpu_seconds=_cpu_seconds(entries),
        stages={
            name: Cost(
                seconds=round(stage.seconds, 2),
                cpu_seconds=_cpu_seconds([found[name]]) if name in found else None,
            )
            for name, stage in report.stages.items()
        },
        made=tuple(it.components.stage for it in entries if it.run == ended.run.name),
    )


def _state(code: Exit, report: Report | None) -> State:
    if code in STOPPED:
        return "stopped"
    judged = report is not None and code == report.verdict.code
    return "done" if code == Exit.OK or judged else "failed"


def _chosen(report: Report) -> Chosen | None:
    trained = report.training
    return Chosen(accuracy=trained.accuracy, ned=trained.ned) if trained else None


def _validation_set(entries: Sequence[Entry]) -> str:
    trained = next((it for it in entries if it.components.stage == "train"), None)
    return trained.components.inputs.get("val_labels", "")[:12] if trained else ""


def _measured(report: Report) -> Measured | None:
    model = _shipped(report)
    if model is None:
        return None
    score = score_of(model, TASKS[report.task])
    return Measured(
        model=model.name,
        accuracy=None if math.isnan(score) else score,
        interval=model.accuracy_interval,
        ned=model.ned,
        agreement=model.agreement,
        size=model.size,
        latency_ms=model.latency_ms.p50 if model.latency_ms else None,
    )


def _shipped(report: Report) -> Model | None:
    """Return the model that stands for the member: the smallest file that may ship and ran here.

    Where none ran here it is an emulated one; where none may ship, any file, or else PD.
    """
    has_numbers = [model for model in report.models if model.is_measured]

    def order(model: Model) -> tuple[bool, bool, bool, bool, int]:
        return (
            not model.is_nb,
            model.name in report.refused,
            model.status is not Status.MEASURED,
            model.name != PD_MODEL,
            model.size or 0,
        )

    return min(has_numbers, key=order, default=None)


def _cpu_seconds(entries: Sequence[Entry]) -> float | None:
    counted = [entry.result.cpu_seconds for entry in entries]
    known = [seconds for seconds in counted if seconds is not None]
    return round(sum(known), 2) if known and len(known) == len(counted) else None


def ranked(rows: Sequence[Row]) -> Iterator[Row]:
    """Give the rows, the best in validation first; equal ones by size; then those that have no rank."""
    may_ship = [row for row in rows if row.validation and _may_ship(row)]
    best_first = sorted(may_ship, key=lambda row: (*_worse(row), _size(row)))
    front = on_front(best_first)
    for rank, row in enumerate(best_first, start=1):
        yield row.model_copy(update={"rank": rank, "on_front": row.name in front})
    names = {row.name for row in may_ship}
    yield from (row for row in rows if row.name not in names)


def _may_ship(row: Row) -> bool:
    verdict = read_verdict(row.verdict)
    return row.state == "done" and verdict is not None and verdict.delivers


def _worse(row: Row) -> tuple[float, float]:
    chosen = row.validation
    return (-chosen.accuracy, -chosen.ned) if chosen else (0.0, 0.0)


def _size(row: Row) -> float:
    return row.test.size if row.test and row.test.size is not None else math.inf


def on_front(rows: Sequence[Row]) -> set[str]:
    """Return the members on the Pareto front of size against validation accuracy: NED has no part in it."""
    front: set[str] = set()
    smallest, accuracy = math.inf, math.inf
    for row in sorted(rows, key=lambda row: (_worse(row)[0], _size(row))):
        mine = -_worse(row)[0]
        if _size(row) < smallest or (_size(row) == smallest < math.inf and mine == accuracy):
            front.add(row.name)
            smallest, accuracy = _size(row), mine
    return front
