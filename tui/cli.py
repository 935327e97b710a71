"""``paddock``: the command line. Each command is a module of ``tui/commands``.

What only some words on the command line need is imported when they are read: asking for the version or the
help imports neither the runner nor the engine's client nor Textual.
"""

from __future__ import annotations

import argparse
import gc
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline import PROJECT_FILE, __version__
from pipeline.errors import PaddockError, UsageError
from pipeline.plan.stages import STAGES
from stages.contract import Exit
from tui.commands import COMMANDS, NESTED, load
from tui.commands.arguments import add_until_and_force
from tui.console import Terminal, is_interactive
from tui.language import LANGUAGES, SOURCE, _, can_show, find, from_environment, speak

if TYPE_CHECKING:
    from pipeline.run.options import Options

_DESCRIPTION = """\
From training images to a verified Paddle-Lite model, each stage in its own pinned container.

  paddock [PROJECT]            the text UI; an empty folder asks what it should become
  paddock init DIR             a commented starting project
  paddock --batch [PROJECT]    run it: data, train, export, quantize, convert, verify; then the parity table
  paddock plan [PROJECT]       what would run, and why
  paddock doctor               what this machine lacks, and how to get it

commands (paddock COMMAND --help tells more):
"""
_EPILOG = """\
exit codes: 0 done and parity holds · 1 parity or accuracy failed · 2 usage or project file ·
3 a stage failed · 4 Docker not reachable or image missing · 5 integrity or a guard (hash,
dictionary, version) · 130/143 interrupted
"""


def start() -> None:
    """Run ``paddock``, and end the process: to take apart all that was imported is a tenth of a plan."""
    code = main()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError):  # whoever read it is gone
            stream.flush()
    os._exit(code)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run ``paddock`` with ``arguments`` (``sys.argv`` without the program) and return the exit code."""
    gc.set_threshold(300_000, 20, 100)  # to look through what is imported for garbage finds none
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
    asked, rest = _take_language(words)
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


def _take_language(words: list[str]) -> tuple[str | None, list[str]]:
    """Take ``--lang LANG`` out of the words, wherever it stands before ``--``; return it and the rest."""
    parser = argparse.ArgumentParser(prog="paddock", add_help=False, allow_abbrev=False)
    parser.add_argument("--lang", metavar="LANG")
    end = words.index("--") if "--" in words else len(words)
    found, rest = parser.parse_known_args(words[:end])
    return found.lang, [*rest, *words[end:]]


def _add_language(parser: argparse.ArgumentParser) -> None:
    """Show ``--lang`` in the help; it is taken from the words before the parser sees them."""
    names = ", ".join(LANGUAGES)
    parser.add_argument(
        "--lang", metavar="LANG", help=f"speak this language: {names} (default: the environment's)"
    )


def _command(name: str, words: list[str], terminal: Terminal) -> int:
    command = load(name)
    parser = argparse.ArgumentParser(
        prog=f"paddock {name}",
        description=command.DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_arguments(parser)
    _add_language(parser)
    parser.set_defaults(whole=_whole_parser, open_at=_open_at)
    # With `--` among them, parse_intermixed_args takes the words behind it for options.
    plainly = name in NESTED or "--" in words
    parse = parser.parse_args if plainly else parser.parse_intermixed_args
    return command.run(parse(words), terminal)


def _whole_parser() -> argparse.ArgumentParser:
    """Return one parser of all commands and of a run's options, for those who ask what there is."""
    parser = argparse.ArgumentParser(prog="paddock")
    _add_run_options(parser)
    commands = parser.add_subparsers(metavar="COMMAND")
    for name, summary in COMMANDS.items():
        below = commands.add_parser(name, help=summary)
        load(name).add_arguments(below)
        _add_language(below)
    return parser


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
    _screen(folder, chosen, options, terminal)
    return Exit.OK  # not reached: the process ends with the screen


def _screen(folder: Path, chosen: Options, options: argparse.Namespace, terminal: Terminal) -> None:
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
    launch(folder, os.environ, start_with, terminal, ascii_only=options.ascii, theme=options.theme)


def _open_at(screen: str, folder: Path, terminal: Terminal) -> None:
    """Open the text UI at one of its screens, for a command; the process ends when it is left."""
    from tui.launch import launch

    launch(folder, os.environ, None, terminal, first=screen)


def _parser() -> argparse.ArgumentParser:
    listing = "".join(f"  {name:<9} {summary}\n" for name, summary in COMMANDS.items())
    parser = argparse.ArgumentParser(
        prog="paddock",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description=_DESCRIPTION + listing,
        epilog=_EPILOG,
        usage="paddock [--batch] [options] [PROJECT] | paddock COMMAND …",
    )
    parser.add_argument(
        "project", nargs="?", default=".", metavar="PROJECT", help=f"folder with {PROJECT_FILE}"
    )
    _add_run_options(parser)
    return parser


def _add_run_options(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--batch", action="store_true", help="run headless: one line an event")
    add("--json", action="store_true", help="print the events as JSON lines on stdout")
    add(
        "--from",
        dest="first",
        choices=STAGES,
        default=STAGES[0],
        help="first stage that may run",
    )
    add_until_and_force(parser, "forget the stage's result and run it again (may be repeated)")
    add("--ascii", action="store_true", help="text UI: no symbols beyond ASCII")
    add(
        "--theme",
        default="",
        metavar="NAME",
        help="text UI: dark, light, or a theme of Textual's",
    )
    add("--dry-run", action="store_true", help="say what would run, and stop there")
    add("--locked", action="store_true", help="refuse any difference from paddock.lock")
    _add_language(parser)
    add("--version", action="version", version=f"paddock {__version__}")


if __name__ == "__main__":
    start()
