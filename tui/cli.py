"""``paddock``: the command line. Each command is a module of ``tui/commands``.

What only some words on the command line need is imported when they are read: asking for the version or the
help imports neither the runner nor the engine's client nor Textual.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline import PROJECT_FILE, __version__
from pipeline.errors import PaddockError, UsageError
from pipeline.plan.stages import STAGES
from stages.contract import Exit
from tui.arguments import Parser, take_language
from tui.commands import COMMANDS, load
from tui.console import Terminal, is_interactive
from tui.language import LANGUAGES, N_, SOURCE, _, can_show, find, from_environment, speak

if TYPE_CHECKING:
    from pipeline.run.options import Options

_DESCRIPTION = N_("""\
From training images to a verified Paddle-Lite model, each stage in its own pinned container.

  paddock [PROJECT]            the text UI; an empty folder asks what it should become
  paddock init DIR             a commented starting project
  paddock --batch [PROJECT]    run it: data, train, export, convert, verify; then the parity table
  paddock plan [PROJECT]       what would run, and why
  paddock doctor               what this machine lacks, and how to get it

commands (paddock COMMAND --help tells more):
""")
_EPILOG = N_("""\
exit codes: 0 done and parity holds · 1 parity failed · 2 usage or project file · 3 a stage failed ·
4 Docker not reachable or image missing · 5 integrity (hash, dictionary, version) · 130/143 interrupted
""")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run ``paddock`` with ``arguments`` (``sys.argv`` without the program) and return the exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    terminal = Terminal()
    try:
        words = _choose_language(words, terminal)
        if words and words[0] in COMMANDS:
            return _command(words[0], words[1:], terminal)
        return _run(words, terminal)
    except PaddockError as error:
        terminal.error(error)
        return error.code
    except BrokenPipeError:
        # Whoever read our output is gone; nothing more can be said to them.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.STAGE
    except OSError as error:
        terminal.failure(str(error), "", _("free some space") if error.errno == 28 else "")
        return Exit.STAGE
    except KeyboardInterrupt:
        return Exit.INTERRUPTED


def _choose_language(words: list[str], terminal: Terminal) -> list[str]:
    """Speak what ``--lang`` or the environment asks for, if it can be shown; return the other words."""
    code = from_environment(os.environ)
    speak(code if can_show(terminal.encoding, code) else SOURCE)
    asked, rest = take_language(words)
    if asked is None:
        return rest
    code = find(asked)
    if not code:
        message = _("there is no language {name}").format(name=repr(asked))
        known = ", ".join(f"{key} ({name})" for key, name in LANGUAGES.items())
        raise UsageError(message, remedy=_("choose one of: {known}").format(known=known))
    if can_show(terminal.encoding, code):
        speak(code)
    else:
        speak(SOURCE)
        lacking = _("{encoding} has no characters for {language}: this is English")
        terminal.note(lacking.format(encoding=terminal.encoding, language=code))
    return rest


def _command(name: str, words: list[str], terminal: Terminal) -> int:
    command = load(name)
    parser = Parser(prog=f"paddock {name}", description=_(command.DESCRIPTION))
    command.add_arguments(parser)
    parser.add_language()
    return command.run(parser.parse_args(words), terminal)


def _run(words: list[str], terminal: Terminal) -> int:
    options = _parser().parse_args(words)
    folder = Path(options.project)
    first, last = STAGES.index(options.first), STAGES.index(options.last)
    if first > last:
        message = _("--from {first} comes after --until {last}")
        raise UsageError(message.format(first=options.first, last=options.last))
    from pipeline.run.options import Options

    chosen = Options(
        options.first, options.last, frozenset(options.force), options.dry_run, options.locked
    )
    if options.batch:
        from tui.batch import run_batch

        return run_batch(folder, chosen, os.environ, options.json, terminal)
    return _screen(folder, chosen, options, terminal)


def _screen(folder: Path, chosen: Options, options: argparse.Namespace, terminal: Terminal) -> int:
    if not is_interactive():
        raise UsageError(_("there is no terminal for the text UI"), remedy=_("use --batch"))
    for name in ("json", "dry_run"):
        if getattr(options, name):
            flag = "--" + name.replace("_", "-")
            message = _("{flag} is for runs without a screen").format(flag=flag)
            raise UsageError(
                message, remedy=_("use: {command}").format(command=f"paddock --batch {flag}")
            )
    from tui.launch import launch

    start_with = chosen if chosen != type(chosen)() else None
    return launch(
        folder, os.environ, start_with, terminal, ascii_only=options.ascii, theme=options.theme
    )


def _parser() -> Parser:
    listing = "".join(f"  {name:<9} {_(summary)}\n" for name, summary in COMMANDS.items())
    parser = Parser(
        prog="paddock",
        description=_(_DESCRIPTION) + listing,
        epilog=_(_EPILOG),
        usage=_("paddock [--batch] [options] [PROJECT] | paddock COMMAND …"),
    )
    add = parser.add_argument
    add(
        "project",
        nargs="?",
        default=".",
        metavar="PROJECT",
        help=_("folder with {file}").format(file=PROJECT_FILE),
    )
    add("--batch", action="store_true", help=_("run headless: one line an event"))
    add("--json", action="store_true", help=_("print the events as JSON lines on stdout"))
    add(
        "--from",
        dest="first",
        choices=STAGES,
        default=STAGES[0],
        help=_("first stage that may run"),
    )
    add("--until", dest="last", choices=STAGES, default=STAGES[-1], help=_("last stage to run"))
    add(
        "--force",
        action="append",
        choices=STAGES,
        default=[],
        metavar="STAGE",
        help=_("forget the stage's result and run it again (may be repeated)"),
    )
    add("--ascii", action="store_true", help=_("text UI: no symbols beyond ASCII"))
    add(
        "--theme",
        default="",
        metavar="NAME",
        help=_("text UI: dark, light, or a theme of Textual's"),
    )
    add("--dry-run", action="store_true", help=_("say what would run, and stop there"))
    add("--locked", action="store_true", help=_("refuse any difference from paddock.lock"))
    parser.add_language()
    add(
        "--version",
        action="version",
        version=f"paddock {__version__}",
        help=_("show program's version number and exit"),
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
