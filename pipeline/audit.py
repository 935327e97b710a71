"""``paddock audit``: hash everything again that a project's record names, and tell what differs."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.integrity.faults import Fault


@dataclass(frozen=True)
class AuditReport:
    """What an audit came to.

    Args:
        run: the last run that passed, "" if none has yet.
        checked: how many files were hashed or looked for.
        size: how many bytes were read.
        seconds: how long it took.
        faults: all that is wrong, in the order of the stages; none means that all is as recorded.
    """

    run: str
    checked: int
    size: int
    seconds: float
    faults: tuple[Fault, ...]
