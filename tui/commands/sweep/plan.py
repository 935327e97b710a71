"""``paddock sweep plan``: what a sweep would do."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from pipeline.errors import PaddockError
from pipeline.project import load_project
from pipeline.project.members import Member, load_members
from pipeline.project.several import load_several
from pipeline.run.connect import connect
from pipeline.run.prepare import Preparation
from pipeline.sweep.capacity import advice, refuse_too_many
from pipeline.sweep.drive import chosen
from pipeline.sweep.plan import SweepPlan, plan_sweep
from pipeline.text import one_line
from stages.contract import Exit
from stages.message import msg, text_of
from tui.console import Terminal, padded
from tui.language import _, translated
from tui.views.sweep_plan import fates_line, plan_lines

#: As many members of a plan are listed; --json has all.
_LISTED = 30


def show_plan(
    folder: Path, file: Path | None, options: argparse.Namespace, terminal: Terminal
) -> int:
    """Plan the sweep of the project in ``folder``, or that of all projects that ``file`` names."""
    if file:
        return _plan_several(file, options, terminal)
    plan, better = _planned(folder, load_members(folder), options, terminal)
    if options.json:
        terminal.document(_as_json(plan, better, options.jobs or 1))
    else:
        _print_plan(plan, better, options, terminal)
    return Exit.OK


def _plan_several(file: Path, options: argparse.Namespace, terminal: Terminal) -> int:
    """Plan each project of a file; one that cannot be planned is named, and decides the exit code."""
    several, plans, codes = load_several(file), list[dict[str, object]](), [Exit.OK]
    for name, folder in several.folders.items():
        try:
            plan, better = _planned(folder, several.members(folder), options, terminal)
        except PaddockError as error:
            codes.append(error.code)
            told = text_of(error)
            told = msg("{first}: {rest}", told, error.where) if error.where else told
            plans.append({"project": name, "error": str(told)})
            terminal.note(f"! {one_line(name)}: {one_line(translated(told))}")
            continue
        plans.append({"project": name, **_as_json(plan, better, options.jobs or 1)})
        if not options.json:
            terminal.print(f"{one_line(name)}:")
            _print_plan(plan, better, options, terminal)
    if options.json:
        terminal.document({"projects": plans})
    return max(codes)


def _planned(
    folder: Path, members: tuple[Member, ...], options: argparse.Namespace, terminal: Terminal
) -> tuple[SweepPlan, str]:
    """Plan the members that are asked for; return what would be quicker beside the plan."""
    wanted = chosen(members, tuple(options.member))
    connected = connect(load_project(folder), os.environ)
    preparation = Preparation(connected, terminal.pass_on)
    plan = plan_sweep(wanted, preparation, frozenset(options.force), options.last)
    refuse_too_many(connected.engine, plan, options.jobs or 1)
    return plan, advice(connected.engine, plan, options.jobs or 1)


def _print_plan(
    plan: SweepPlan, better: str, options: argparse.Namespace, terminal: Terminal
) -> None:
    width = max(len(it.name) for it in plan.members[:_LISTED])
    for planned in plan.members[:_LISTED]:
        terminal.print(f"{padded(planned.name, width)}  {fates_line(planned)}")
    if (rest := len(plan.members) - _LISTED) > 0:
        terminal.print(_("… and {count} more: --json has all").format(count=rest))
    for line in plan_lines(plan, options.jobs or 1):
        terminal.print(line)
    if better:
        terminal.print(translated(better))


def _as_json(plan: SweepPlan, better: str, jobs: int) -> dict[str, object]:
    return {
        "members": [
            {
                "name": planned.name,
                "settings": dict(planned.member.settings),
                "stages": [
                    {
                        "stage": it.stage,
                        "fate": it.fate,
                        "origin": it.origin,
                        "member": it.member,
                        "seconds": it.seconds,
                    }
                    for it in planned.stages
                ],
            }
            for planned in plan.members
        ],
        "jobs": jobs,
        "cached": plan.count("cached"),
        "make": plan.count("make"),
        "shared": plan.count("shared"),
        "seconds": round(plan.seconds(jobs), 1),
        "unknown": list(plan.unknown),
        "advice": better,
    }
