"""Which ``.nb`` can run on which machine. One for another machine crashes, or returns zeros."""

from __future__ import annotations

_TARGETS = {"x86_64": "x86", "amd64": "x86", "aarch64": "arm", "arm64": "arm"}


def runnable_target(machine: str) -> str | None:
    """Return the target whose file runs on ``machine`` (as ``platform.machine()`` names it)."""
    return _TARGETS.get(machine.lower())
