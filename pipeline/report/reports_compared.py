"""Two reports beside each other: what went in otherwise, what came out otherwise, and what that says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.record.ledger import Ledger
from pipeline.record.runs import RunFolder, RunSummary, list_runs
from pipeline.report.lines_compared import (
    LineChange,
    Paired,
    changed_lines,
    have_same_images,
    paired,
)
from pipeline.report.model import Report
from pipeline.report.runs_compared import Comparison, Measure, Side, compare, read_side
from pipeline.tasks import NONE

#: So many earlier runs are looked through for one whose report is another.
_LOOKED_AT = 50


@dataclass(frozen=True)
class Pair:
    """Something that both reports have, each in its own way; :data:`~pipeline.tasks.NONE` where it is not."""

    name: str
    before: str
    now: str


@dataclass(frozen=True)
class ReportComparison:
    """Two reports, the earlier one first; all that differs, and nothing that does not."""

    before: Report
    now: Report
    went_in: tuple[tuple[str, str], ...]
    """stage, and in words what it was given otherwise; as far as the ledger knows"""
    is_recorded: bool
    """whether the ledger knows what all stages of both were given"""
    measures: tuple[tuple[str, Measure], ...]
    """by model, those that are better or worse; what varies by itself, or is just another number, is not"""
    only: tuple[tuple[str, str], ...]
    """models of only one report (``before`` or ``now``)"""
    comparison: Comparison
    files: tuple[Pair, ...]
    environment: tuple[Pair, ...]
    lines: tuple[LineChange, ...]
    same_images: bool
    paired: tuple[Paired, ...]

    @property
    def is_empty(self) -> bool:
        """Whether nothing differs."""
        parts = (self.went_in, self.measures, self.only, self.files, self.environment, self.lines)
        same = self.before.verdict is self.now.verdict and not self.comparison.limits
        return same and not any(parts)


def compare_reports(before: Side, now: Side) -> ReportComparison:
    """Compare two runs that have a report.

    Raises:
        ValueError: one has none.
    """
    old, new = before.report, now.report
    if old is None or new is None:
        raise ValueError("a run without a report has nothing to compare")
    found = compare(before, now)
    measures = (
        (model.name, measure)
        for model in found.models
        for measure in model.measures
        if measure.trend in ("better", "worse")
    )
    same_images = have_same_images(old, new)
    return ReportComparison(
        before=old,
        now=new,
        went_in=tuple((it.stage, change) for it in found.stages for change in it.changes),
        is_recorded=all(it.origin != "unknown" for it in found.stages),
        measures=tuple(measures),
        only=tuple((it.name, it.only) for it in found.models if it.only),
        comparison=found,
        files=tuple(_pairs(_files(old), _files(new))),
        environment=tuple(_pairs(_environment(old), _environment(new))),
        lines=tuple(changed_lines(old, new)) if same_images else (),
        same_images=same_images,
        paired=paired(old, new),
    )


def _pairs(before: Mapping[str, str], now: Mapping[str, str]) -> Iterator[Pair]:
    for name in dict.fromkeys((*now, *before)):
        was, has = before.get(name, NONE), now.get(name, NONE)
        if was != has:
            yield Pair(name, was, has)


def _files(report: Report) -> dict[str, str]:
    return {f"{item.stage}/{item.path}": item.sha256 for item in report.artifacts}


def _environment(report: Report) -> dict[str, str]:
    """Return versions by stage and name; a name that is the same in all stages stands without one."""
    names = dict.fromkeys(name for stage in report.environment.values() for name in stage)
    found = {}
    for name in names:
        values = {stage: it[name] for stage, it in report.environment.items() if name in it}
        if len({*values.values()}) == 1:
            found[name] = next(iter(values.values()))
        else:
            found |= {f"{stage}: {name}": value for stage, value in values.items()}
    return found


def side_of(report: Report) -> Side:
    """Return a side of which nothing is known but its report."""
    summary = RunSummary(
        "", 0.0, None, report.judgement, stages=dict.fromkeys(report.stages, "finished")
    )
    return Side(report.run, summary, report=report)


def side_of_run(run: RunFolder) -> Side:
    """Return a side with all that the project's record knows of it."""
    return read_side(run, ledger_of(run.state).entries)


def ledger_of(state: Path) -> Ledger:
    """Return the ledger of a project with this ``.paddock``."""
    return Ledger(state / "ledger.jsonl")


def with_last_other(
    state: Path, ledger: Ledger, report: Report, now: Side, member: str = ""
) -> ReportComparison | None:
    """Compare a run with the latest one before it whose report says something else; None if there is none.

    Runs in which all was cached say what the run before them said: a page compared with these would
    tell of no difference, and be another page after every run. What a sweep's members differ in is the
    sweep's to say: a run is compared with those of the same one.

    Args:
        state: the project's ``.paddock``.
        ledger: the project's.
        report: of the run.
        now: what is known of the run.
        member: whose run it is, if the ledger does not have it yet.
    """
    members = ledger.members
    text, own = report.dump(), members.get(report.run, member)
    for run in list_runs(state)[:_LOOKED_AT]:
        if run.name >= report.run or run.report is None or members.get(run.name, "") != own:
            continue
        with suppress(OSError, UnicodeDecodeError):
            written = run.report.read_text("utf-8")
            is_same = written.replace(f'"run": "{run.name}"', f'"run": "{report.run}"') == text
            before = None if is_same else read_side(run, ledger.entries)
            if before and before.report:
                return compare_reports(before, replace(now, report=report))
    return None
