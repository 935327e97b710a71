"""How a run that measured its models was judged: one type for report, record, exit code and screens."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from stages.contract import Exit
from stages.contract.artifacts import PD_MODEL
from stages.contract.variant import is_lossy
from stages.message import msg


class Verdict(str, Enum):
    """The verdict. Of what would fail a run, the first in this order names it: guard, parity, accuracy."""

    PASS = "pass"  # noqa: S105 - no password
    #: It passed, and a reader should know something all the same.
    WARNINGS = "pass-with-warnings"
    #: A kind of file that was asked for is not good enough; the others are, and are delivered.
    PART = "fail-in-part"
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
        """Whether all models may ship."""
        return self in (Verdict.PASS, Verdict.WARNINGS)

    @property
    def delivers(self) -> bool:
        """Whether what may ship goes to ``out/``."""
        return self.passed or self is Verdict.PART

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
    Verdict.PART: msg("FAIL in part"),
    Verdict.ACCURACY: msg("FAIL by accuracy"),
    Verdict.PARITY: msg("FAIL by parity"),
    Verdict.GUARD: msg("FAIL by a guard"),
}


class Asked(str, Enum):
    """What ``[verify]`` and ``[quantize]`` set a limit to; the value is the key in ``paddock.toml``."""

    MIN_ACCURACY = "min_accuracy"
    MAX_ACCURACY_DROP = "max_accuracy_drop"
    MIN_AGREEMENT = "min_agreement"
    MAX_ABS_DIFF = "max_abs_diff"

    @property
    def is_least(self) -> bool:
        """Whether a number has to be as large as the limit, and not as small."""
        return self in (Asked.MIN_ACCURACY, Asked.MIN_AGREEMENT)

    @property
    def is_share(self) -> bool:
        """Whether the numbers are fractions of 1, shown in percent."""
        return self is not Asked.MAX_ABS_DIFF


@dataclass(frozen=True)
class Limit:
    """A limit of ``[verify]`` or ``[quantize]``, and the number of one model that was held against it."""

    asked: Asked
    model: str
    measure: str
    """what the number is called: accuracy, hmean; of a drop, of what"""
    kept: bool
    value: float | None = None
    """missing if it was measured and is no number (NaN)"""
    limit: float | None = None
    """missing where anything above 0 is enough"""
    reference: str = PD_MODEL
    """the model that it was compared with"""

    @property
    def key(self) -> str:
        """Which one of ``paddock.toml`` it is: ``verify.min_agreement``, ``quantize.min_agreement``."""
        return f"{'quantize' if is_lossy(self.model) else 'verify'}.{self.asked.value}"

    @property
    def name(self) -> str:
        """The key as it is said to people: those of ``[verify]`` without their table."""
        return self.key.removeprefix("verify.")

    @property
    def number(self) -> float:
        """The value, NaN if it is no number."""
        return math.nan if self.value is None else self.value

    @property
    def sentence(self) -> str:
        """What stands among the reasons of a verdict if the number is not within the limit."""
        value = self.number
        match self.asked:
            case Asked.MIN_ACCURACY:
                return msg(
                    "pd: {measure} {score} is under {min_accuracy}",
                    self.measure,
                    f"{value:.4f}",
                    self.limit,
                )
            case Asked.MAX_ACCURACY_DROP:
                return msg(
                    "{name}: {measure} drops by {drop} against {reference} (allowed {allowed})",
                    self.model,
                    self.measure,
                    f"{value:.4f}",
                    self.reference,
                    self.limit,
                )
            case Asked.MIN_AGREEMENT:
                return msg(
                    "{name}: agrees with {reference} on {agreement} (asked {min_agreement})",
                    self.model,
                    self.reference,
                    f"{value:.4f}",
                    self.limit,
                )
            case Asked.MAX_ABS_DIFF:
                return msg(
                    "{name}: differs from {reference} by up to {difference} (allowed {max_abs_diff})",
                    self.model,
                    self.reference,
                    f"{value:.2e}",
                    f"{self.limit:.0e}",
                )


def limits_from(raw: Iterable[Any]) -> Iterator[Limit]:
    """Give the limits of an event as JSON holds them; what a later version asks is passed over."""
    for item in raw:
        if isinstance(item, Mapping) and item.get("asked") in {asked.value for asked in Asked}:
            yield Limit(**{**item, "asked": Asked(item["asked"])})


@dataclass(frozen=True)
class Judgement:
    """The verdict, why it is not a pass, what a reader should know all the same, and the limits."""

    verdict: Verdict
    reasons: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    limits: tuple[Limit, ...] = ()
    refused: tuple[str, ...] = ()
    """models whose files are not delivered, though others are"""


def read_verdict(text: str) -> Verdict | None:
    """Return the verdict that a run's record names; None if nothing was compared."""
    try:
        return Verdict(text)
    except ValueError:  # "", or what a later version says
        return None
