"""The commands, a module each: ``SUMMARY``, ``DESCRIPTION``, ``add_arguments`` and ``run``."""

from __future__ import annotations

import argparse
from typing import Protocol

from tui.commands import audit, clean, demo, doctor, explain, images, init, models, plan, report
from tui.console import Terminal


class Command(Protocol):
    """What a module of this package offers."""

    SUMMARY: str
    DESCRIPTION: str

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare the command's arguments."""

    def run(self, options: argparse.Namespace, terminal: Terminal) -> int:
        """Do it and return the exit code."""


COMMANDS: dict[str, Command] = {
    "init": init,
    "demo": demo,
    "plan": plan,
    "report": report,
    "audit": audit,
    "explain": explain,
    "images": images,
    "models": models,
    "doctor": doctor,
    "clean": clean,
}
