"""How a run that measured its models was judged: one type for report, record, exit code and screens."""

from __future__ import annotations

from enum import Enum

from stages.contract import Exit
from stages.message import msg


class Verdict(str, Enum):
    """The verdict. Of what would fail a run, the first in this order names it: guard, parity, accuracy."""

    PASS = "pass"  # noqa: S105 - no password
    #: It passed, and a reader should know something all the same.
    WARNINGS = "pass-with-warnings"
    #: The PD model is not good enough.
    ACCURACY = "fail-accuracy"
    #: A model could not be run, or does not do as the PD model does.
    PARITY = "fail-parity"
    #: What was measured is not the user's model, or proves nothing.
    GUARD = "fail-guard"

    @classmethod
    def _missing_(cls, value: object) -> Verdict | None:
        return cls.PARITY if value == "fail" else None  # as runs before said it

    @property
    def passed(self) -> bool:
        """Whether the models may ship."""
        return self in (Verdict.PASS, Verdict.WARNINGS)

    @property
    def words(self) -> str:
        """The verdict in a few words."""
        return _WORDS[self]

    @property
    def code(self) -> Exit:
        """The run's exit code."""
        if self.passed:
            return Exit.OK
        return Exit.INTEGRITY if self is Verdict.GUARD else Exit.PARITY


_WORDS = {
    Verdict.PASS: msg("PASS"),
    Verdict.WARNINGS: msg("PASS with warnings"),
    Verdict.ACCURACY: msg("FAIL by accuracy"),
    Verdict.PARITY: msg("FAIL by parity"),
    Verdict.GUARD: msg("FAIL by a guard"),
}


def read_verdict(text: str) -> Verdict | None:
    """Return the verdict that a run's record names; None if nothing was compared."""
    try:
        return Verdict(text)
    except ValueError:  # "", or what a later version says
        return None
