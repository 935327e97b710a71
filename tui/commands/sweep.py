"""``paddock sweep``"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path

from rich import box
from rich.cells import cell_len
from rich.table import Table as Drawing
from rich.text import Text

from pipeline.errors import PaddockError, UsageError
from pipeline.plan.stages import STAGES
from pipeline.project import load_project
from pipeline.project.members import Member, load_members
from pipeline.project.schema import OUT_OF_SWEEP
from pipeline.project.several import load_several, several_at
from pipeline.record.events import Envelope
from pipeline.run.connect import connect
from pipeline.run.options import Options
from pipeline.run.prepare import Preparation
from pipeline.swarm.kept import goes_on
from pipeline.sweep.capacity import advice, refuse_too_many
from pipeline.sweep.deliver import TABLE_JSON, render_markdown, render_page
from pipeline.sweep.drive import Asked, SweepEnd, chosen, sweep
from pipeline.sweep.plan import SweepPlan, plan_sweep
from pipeline.sweep.several import sweep_several
from pipeline.sweep.table import Table, load_table
from pipeline.sweep.words import COLUMNS, choice, doubts, failures, rows, titles
from pipeline.text import human_seconds, one_line
from stages.contract import Exit
from stages.message import msg, text_of
from tui.attach import follow, hear, newest_sweep
from tui.batch import listening, stoppable
from tui.commands.sweep_compare import compare, last_table, put, refuse_output
from tui.console import Terminal, is_interactive, padded
from tui.language import _, translated
from tui.printer import Printer
from tui.views.sweep_plan import fates_line, plan_lines

DESCRIPTION = """\
Run the project again and again with other settings, which [sweep] in paddock.toml has: a matrix, whose
values are crossed, or a list of members. What members have in common is made once. Each delivers into
a folder of its own, out.sweep/MEMBER/; one table of all, ranked by validation, is beside them. The
values of a matrix are lists; docs/sweep.md shows more:

  [sweep.matrix]
  train.seed = [42, 43, 44]

  paddock sweep [PROJECT]         run it; what was made before is not made again
  paddock sweep plan [PROJECT]    how many members, what is cached, what is shared, how long it should take
  paddock sweep attach [PROJECT]  look on at the newest one: the text UI, or lines where there is no terminal
  paddock sweep table [PROJECT]   the last table again
  paddock sweep sweep.toml        the projects that a file names, all with the settings that it has
  paddock sweep compare A B [PROJECT]
                                  what differs between two of its members, and what that came to

On a Docker Swarm, whose nodes share the members, as [sweep.swarm] says (docs/swarm.md):

  paddock sweep --swarm           start it there, and attach; ^C detaches, and the sweep goes on
  paddock sweep attach [PROJECT]  attach again: what is done is fetched, the rest is watched
  paddock sweep stop [PROJECT]    end it"""

#: What a node's container does: a member, whose word is what was sent along, by digest; or the clearing up.
_WHAT = ("run", "plan", "attach", "stop", "table", "compare")
_IN_CONTAINERS = ("member", "tidy")
#: Columns that are not settings; dropped first when the terminal is narrow, in this order.
_OWN = ("project", *(column.title for column in COLUMNS))
_LEAST_NEEDED = ("CPU s", "p50 ms", "time", "agreement", "NED")
#: As many members of a plan are listed; --json has all.
_LISTED = 30


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add = parser.add_argument
    add(
        "what",
        nargs="?",
        default="run",
        metavar="plan|attach|stop|table|compare",
        help="run it, if nothing else is asked for",
    )
    add("words", nargs="*", metavar="PROJECT", help="compare: two members before it")
    add("--jobs", type=_count, metavar="N", help="members at once on this engine (default: 1)")
    add(
        "--swarm",
        action=argparse.BooleanOptionalAction,
        help="on the Swarm that the engine manages; by itself if it does, and [sweep.swarm] is there",
    )
    add(
        "--member",
        action="append",
        default=[],
        metavar="NAME",
        help="only this one, as the plan names it (repeatable)",
    )
    add("--until", dest="last", choices=STAGES, default=STAGES[-1], help="last stage to run")
    add(
        "--force",
        action="append",
        choices=STAGES,
        default=[],
        metavar="STAGE",
        help="forget the stage's results and make each again, once (may be repeated)",
    )
    add("--locked", action="store_true", help="hold each member to its lock in paddock.locks/")
    add("--json", action="store_true", help="print events, plan or table as JSON")
    add("--format", choices=("text", "md", "html"), default="text", help="of the table")
    add("--output", type=Path, metavar="FILE", help="write table or comparison into a file instead")
    add("--plain-http", action="store_true", help=argparse.SUPPRESS)


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text)):
        raise argparse.ArgumentTypeError(_("not a whole number of at least 1"))
    return int(text)


def run(options: argparse.Namespace, terminal: Terminal) -> int:
    """Run, plan, or print the table."""
    what, words = options.what, options.words
    if what in _IN_CONTAINERS:
        from tui.commands import sweep_swarm  # noqa: PLC0415 - a sweep on one engine needs none of it

        return sweep_swarm.in_container(what, words, options, terminal)
    if what not in _WHAT:
        if words:
            message = _("a sweep has no {what}").format(what=repr(what))
            raise UsageError(
                message, remedy=_("choose one of: {known}").format(known=", ".join(_WHAT))
            )
        what, words = "run", [what]  # `paddock sweep PROJECT`
    if what == "compare":
        return compare(words, options, terminal)
    if len(words) > 1:
        raise UsageError(
            _("too many words: {words}").format(words=" ".join(words[1:])),
            remedy=_("see: paddock sweep --help"),
        )
    return _do(what, Path(words[0] if words else "."), options, terminal)


def _do(what: str, folder: Path, options: argparse.Namespace, terminal: Terminal) -> int:
    file = several_at(folder)
    if file is None and folder.is_file():
        folder = folder.parent  # its paddock.toml was named
    if what == "plan":
        return _plan_several(file, options, terminal) if file else _plan(folder, options, terminal)
    if what == "table":
        return _print_table(folder, file, options, terminal)
    if what == "attach" and not file and (_on_screen(options) or not goes_on(folder)):
        return _attach(folder, options, terminal)
    ended = _run_several(file, what, options, terminal) if file else None
    ended = ended or _on_swarm(what, folder, options, terminal)
    if ended is None:
        stop = stoppable(terminal)
        listen = listening(_Printers(terminal).show, options.json, terminal, stop)
        ended = sweep(folder, _asked(options), os.environ, listen, stop)
    if ended.table and not options.json:
        _draw(ended.table, terminal)
    return ended.code


def _run_several(
    file: Path, what: str, options: argparse.Namespace, terminal: Terminal
) -> SweepEnd:
    """Run the sweep of all projects that ``file`` names."""
    if what != "run":
        raise UsageError(
            _("{what} is about the sweep of one project").format(what=what),
            str(file),
            _("name the folder of one of its projects"),
        )
    if options.swarm:
        raise UsageError(
            _("a sweep of several projects runs on one engine only"),
            str(file),
            _("for a Swarm, sweep each project by itself"),
        )
    stop = stoppable(terminal)
    listen = listening(_Printers(terminal).show, options.json, terminal, stop)
    return sweep_several(load_several(file), _asked(options), os.environ, listen, stop)


def _on_swarm(
    what: str, folder: Path, options: argparse.Namespace, terminal: Terminal
) -> SweepEnd | None:
    """Do what is for a Swarm, and return how it ended; None if it is for one engine."""
    if what == "run" and not _is_for_swarm(folder, options):
        return None
    from tui.commands import sweep_swarm as swarm  # noqa: PLC0415 - as above

    if what == "stop":
        return swarm.end(folder, terminal)
    show = _Printers(terminal).show
    if what == "attach":
        return swarm.go_on(folder, options, show, terminal)
    return swarm.begin(folder, _asked(options), options, show, terminal)


def _asked(options: argparse.Namespace) -> Asked:
    forced = frozenset(options.force)
    asked = Options(last=options.last, forced=forced, locked=options.locked)
    return Asked(asked, options.jobs or 1, tuple(options.member))


def _is_for_swarm(folder: Path, options: argparse.Namespace) -> bool:
    """Return whether the sweep is for a Swarm: if that is asked for, or as file and engine say."""
    if options.swarm and options.jobs:
        raise UsageError(
            _("--jobs is about one engine"),
            remedy=_("a Swarm starts as many as it has room for: [sweep.swarm] reservations"),
        )
    if options.swarm is not None or options.jobs:
        return bool(options.swarm)
    project = load_project(folder)
    if project.settings.sweep.swarm is None:
        return False
    from pipeline.engine.swarm import manages_swarm  # noqa: PLC0415 - as above

    return manages_swarm(connect(project, os.environ, make=False).engine)


def _attach(folder: Path, options: argparse.Namespace, terminal: Terminal) -> int:
    watch = newest_sweep(folder)
    if _on_screen(options):
        if goes_on(folder):
            hear(folder)
        options.open_at("sweep", folder, terminal)  # the process ends with the screen
    printers = _Printers(terminal)
    code = follow(watch, _raw(terminal) if options.json else printers.show, terminal)
    if watch.view.finished and watch.view.delivered and not options.json:
        _draw(last_table(load_project(folder), terminal), terminal)
    return code


def _on_screen(options: argparse.Namespace) -> bool:
    """Return whether one who attaches looks on at the screen."""
    return is_interactive() and not options.json


def _raw(terminal: Terminal) -> Callable[[Envelope], None]:
    return lambda envelope: terminal.raw(envelope.encode())


class _Printers:
    """Lines of all members: each after its member's name."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        self._of: dict[str, Printer] = {}

    def show(self, envelope: Envelope) -> None:
        """Print the event."""
        name = "/".join(filter(None, (envelope.project, envelope.member)))
        prefix = f"{name}  " if name else ""
        self._of.setdefault(name, Printer(self._terminal, prefix=prefix)).show(envelope)


def _print_table(
    folder: Path, file: Path | None, options: argparse.Namespace, terminal: Terminal
) -> int:
    """Print the table of the project in ``folder``, or that of all projects that ``file`` names."""
    if file is None:
        place, table = folder / OUT_OF_SWEEP, last_table(load_project(folder), terminal)
    else:
        place = file.parent / OUT_OF_SWEEP
        table = load_table(place / TABLE_JSON)
    if options.json:
        put(json.dumps(json.loads(table.dump()), indent=2, sort_keys=True), options, terminal)
    elif options.format == "md":
        put(render_markdown(table), options, terminal)
    elif options.format == "html":
        seen_from = options.output.parent if options.output else None
        put(render_page(table, place, seen_from), options, terminal)
    else:
        refuse_output(options)
        _draw(table, terminal)
    return Exit.OK


def _draw(table: Table, terminal: Terminal) -> None:
    """Write the table, by what it is ranked, and what speaks against it."""
    heads, body = titles(table), rows(table)
    widths = [
        max(cell_len(translated(line[place])) for line in (heads, *body))
        for place in range(len(heads))
    ]
    shown = _fitting(heads, widths, terminal.results.width)
    drawing = Drawing(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1))
    for place in shown:
        left = heads[place] in ("project", "member")
        head = Text(one_line(translated(heads[place])))
        drawing.add_column(head, justify="left" if left else "right")
    for row in body:
        drawing.add_row(*(Text(one_line(translated(row[place]))) for place in shown))
    terminal.results.print(drawing)
    terminal.print(translated(choice(table)))
    for line in (*doubts(table), *failures(table)):
        terminal.print(f"! {translated(line)}")
    made, alone = human_seconds(table.seconds), human_seconds(table.alone_seconds)
    told = _("stages took {made}; all of them, one run after the other from nothing: {alone}")
    terminal.print(told.format(made=made, alone=alone))


def _fitting(heads: Sequence[str], widths: Sequence[int], width: int) -> list[int]:
    """Return the places of the columns that fit: settings, which names tell as well, go first."""
    shown = list(range(len(heads)))
    settings = [place for place in shown if heads[place] not in _OWN]
    least = [heads.index(title) for title in _LEAST_NEEDED]
    for place in (*reversed(settings), *least):
        if sum(widths[kept] + 3 for kept in shown) <= width:
            break
        shown.remove(place)
    return shown


def _plan(folder: Path, options: argparse.Namespace, terminal: Terminal) -> int:
    plan, better = _planned(folder, load_members(folder), options, terminal)
    if options.json:
        terminal.raw(json.dumps(_as_json(plan, better, options.jobs or 1), indent=2))
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
        terminal.raw(json.dumps({"projects": plans}, indent=2))
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
