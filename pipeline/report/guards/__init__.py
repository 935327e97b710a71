"""Every guard of a run, in the order in which a run meets them.

IDs are stable. A new guard is a function with its row above it, in the module of its subject, and its name in
the tuple at that module's end.
"""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.errors import IntegrityFailed
from pipeline.report.guards import (
    agreement,
    conversion,
    data,
    outputs,
    places,
    shipped,
    versions,
    weights,
)
from pipeline.report.guards.base import Guard, Proof
from pipeline.report.words import Effect, GuardEntry, Outcome

__all__ = ["GUARDS", "Guard", "Proof", "check_guards", "refusal", "unreached_guards"]

GUARDS: tuple[Guard, ...] = (
    *data.GUARDS,
    *versions.GUARDS,
    *weights.GUARDS,
    *places.INPUT,
    *conversion.GUARDS,
    *places.DICTIONARY,
    *outputs.GUARDS,
    *agreement.GUARDS,
    *shipped.GUARDS,
)


def check_guards(proof: Proof) -> tuple[GuardEntry, ...]:
    """Return every guard with its outcome."""
    return tuple(guard.report(proof) for guard in GUARDS)


def unreached_guards(task: str) -> tuple[GuardEntry, ...]:
    """Return every guard as a run leaves it that ended before its models were compared."""
    return tuple(guard.unreached(task) for guard in GUARDS)


def refusal(entries: Iterable[GuardEntry]) -> IntegrityFailed | None:
    """Return the error for the guard by which a run fails, or None: first of all one that refuses."""
    broken = [entry for entry in entries if entry.outcome is Outcome.FAILED]
    for effect in (Effect.REFUSES, Effect.FAILS):
        for entry in broken:
            if entry.effect is effect:
                pitfall = entry.pitfalls[0] if entry.pitfalls else ""
                return IntegrityFailed(entry.found, entry.where, entry.remedy, pitfall)
    return None
