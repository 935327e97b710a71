"""What is converted for, and what of it can run where."""

from __future__ import annotations

from collections.abc import Iterable

#: ``x86`` can run where it is converted, ``arm`` is what ships; ``opencl`` is for a phone's GPU.
TARGETS = ("arm", "x86", "opencl")
#: Behind a GPU stands the CPU: what has no kernel of OpenCL's falls back to ARM's.
_BEHIND = {"opencl": "arm"}
_BY_MACHINE = {"x86_64": "x86", "amd64": "x86", "aarch64": "arm", "arm64": "arm"}


def places(target: str) -> str:
    """Return what ``opt`` is told for a target: it, and what stands behind it, ``opencl,arm``."""
    return ",".join(filter(None, (target, _BEHIND.get(target))))


def without_fallback(targets: Iterable[str]) -> set[str]:
    """Return the targets of a file's kernels without those that only stand behind another of them."""
    found = set(targets)
    return found - {_BEHIND.get(target) for target in found}


def runnable_target(machine: str) -> str | None:
    """Return the target whose file runs on ``machine`` (as ``platform.machine()`` names it).

    A file for another machine crashes, or returns zeros with exit code 0: it must never be run.
    """
    return _BY_MACHINE.get(machine.lower())
