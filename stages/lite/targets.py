"""What is converted for, and what of it can run where."""

from __future__ import annotations

#: ``x86`` can run where it is converted, ``arm`` is what ships.
TARGETS = ("arm", "x86")
_BY_MACHINE = {"x86_64": "x86", "amd64": "x86", "aarch64": "arm", "arm64": "arm"}


def runnable_target(machine: str) -> str | None:
    """Return the target whose file runs on ``machine`` (as ``platform.machine()`` names it).

    A file for another machine crashes, or returns zeros with exit code 0: it must never be run.
    """
    return _BY_MACHINE.get(machine.lower())
