"""``paddock completion``"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import Any, cast

import shtab

from stages.contract import Exit
from tui.console import Terminal

DESCRIPTION = """\
Print a script that completes commands, options and their values. It is asked for once; a press of
Tab then starts no program.

  bash   paddock completion bash > ~/.local/share/bash-completion/completions/paddock
  zsh    paddock completion zsh > _paddock, in a folder of $fpath, before compinit
  fish   paddock completion fish > ~/.config/fish/completions/paddock.fish"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("shell", choices=("bash", "zsh", "fish"))


def run(options: argparse.Namespace, terminal: Terminal) -> int:
    """Print the script; ``options.whole`` makes the parser of the whole command line."""
    parser: argparse.ArgumentParser = options.whole()
    for action in _actions(parser):
        if action.metavar in ("PROJECT", "DIR"):
            cast(Any, action).complete = shtab.DIRECTORY
        elif action.metavar in ("FILE", "NB"):
            cast(Any, action).complete = shtab.FILE
    terminal.raw(shtab.complete(parser, options.shell))
    return Exit.OK


def _actions(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    for action in parser._actions:
        yield action
        if isinstance(action, argparse._SubParsersAction):
            for below in action.choices.values():
                yield from _actions(below)
