"""The commands, a module each, imported when it is chosen: ``paddock --version`` needs none of them."""

from __future__ import annotations

import argparse
from importlib import import_module
from typing import Protocol, cast

from tui.console import Terminal


class Command(Protocol):
    """What a module of this package offers."""

    DESCRIPTION: str

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare the command's arguments."""

    def run(self, options: argparse.Namespace, terminal: Terminal) -> int:
        """Do it and return the exit code."""


#: Each command, which is a module of this package (with _ for -), and what the help says of it.
COMMANDS: dict[str, str] = {
    "init": "a commented starting project",
    "demo": "a bundled example: serial numbers read by a fine-tuned model",
    "plan": "what would run, what is cached, and why",
    "sweep": "the same project with other settings, as many as there are; one table",
    "report": "the last run's report",
    "kit": "one archive for whoever builds the app: model, golden images, code, checker",
    "device": "take in what a phone measured, and compare phones",
    "audit": "hash everything again and hold it against the record",
    "check-app": "whether an app ships what was delivered: model, dictionary, library",
    "locate": "the operator and the layer at which a .nb model parts from the PD model",
    "read": "what every model reads of an image of your own, side by side",
    "push": "what the last run delivered, to a container registry, by digest",
    "pull": "a pushed model out of a registry, checked file by file",
    "explain": "what a pitfall is, how it shows, and what to do",
    "images": "build, list, save or load the stage images",
    "models": "list or fetch the official models that are built in",
    "targets": "what each target is for, what it needs in the app, what is proved here",
    "doctor": "check this machine; one block to paste into a question",
    "clean": "remove what runs left behind",
    "completion": "complete words on Tab, in bash, zsh and fish",
}

#: Those with commands of their own. In all others options may stand anywhere, between two words as well.
NESTED = frozenset({"images", "models"})


def load(name: str) -> Command:
    """Import the command ``name``, one of :data:`COMMANDS`."""
    return cast(Command, import_module(f"{__name__}.{name.replace('-', '_')}"))
