"""``paddock sweep``: its words and options; a file for each thing that it does."""

from __future__ import annotations

import argparse
from pathlib import Path

from pipeline.errors import UsageError
from pipeline.project.several import several_at
from tui.commands.arguments import add_until_and_force
from tui.commands.sweep.attach import attach, stop
from tui.commands.sweep.compare import compare
from tui.commands.sweep.go import go
from tui.commands.sweep.plan import show_plan
from tui.commands.sweep.table import show_table
from tui.console import Terminal
from tui.language import _

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
  paddock sweep stop [PROJECT]    end it, wherever it runs; what runs saves what it can go on from
  paddock sweep table [PROJECT]   the last table again
  paddock sweep sweep.toml        the projects that a file names, all with the settings that it has
  paddock sweep compare A B [PROJECT]
                                  what differs between two of its members, and what that came to

On a Docker Swarm, whose nodes share the members, as [sweep.swarm] says (docs/swarm.md):

  paddock sweep --swarm           start it there, and attach; ^C detaches, and the sweep goes on
  paddock sweep attach [PROJECT]  attach again: what is done is fetched, the rest is watched"""

_WHAT = ("run", "plan", "attach", "stop", "table", "compare")
#: What a node's container does: a member, whose word is what was sent along, by digest; or the clearing up.
_IN_CONTAINERS = ("member", "tidy")


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
    add_until_and_force(
        parser, "forget the stage's results and make each again, once (may be repeated)"
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
    """Do what is asked for; run the sweep if it is nothing else."""
    what, words = options.what, options.words
    if what in _IN_CONTAINERS:
        from tui.commands.sweep.swarm import in_container  # noqa: PLC0415 - nobody else needs it

        return in_container(what, words, options, terminal)
    if what not in _WHAT:
        if words:
            raise UsageError(
                _("a sweep has no {what}").format(what=repr(what)),
                remedy=_("choose one of: {known}").format(known=", ".join(_WHAT)),
            )
        what, words = "run", [what]  # `paddock sweep PROJECT`
    if what == "compare":
        _refuse_several(what, several_at(Path(words[2] if len(words) > 2 else ".")))
        return compare(words, options, terminal)
    if len(words) > 1:
        raise UsageError(
            _("too many words: {words}").format(words=" ".join(words[1:])),
            remedy=_("see: paddock sweep --help"),
        )
    return _of_place(what, Path(words[0] if words else "."), options, terminal)


def _of_place(what: str, place: Path, options: argparse.Namespace, terminal: Terminal) -> int:
    """Do something with the sweep of a project, or with that of several projects."""
    file = several_at(place)
    folder = place.parent if file is None and place.is_file() else place  # its paddock.toml
    if what == "plan":
        return show_plan(folder, file, options, terminal)
    if what == "table":
        return show_table(folder, file, options, terminal)
    if what == "run":
        return go(folder, file, options, terminal)
    _refuse_several(what, file)
    return attach(folder, options, terminal) if what == "attach" else stop(folder, terminal)


def _refuse_several(what: str, file: Path | None) -> None:
    if file:
        raise UsageError(
            _("{what} is about the sweep of one project").format(what=what),
            str(file),
            _("name the folder of one of its projects"),
        )
