"""One thing that a place says (a configuration, a model), held against what the project says."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from stages.contract import Compared, Match
from stages.errors import IntegrityError
from stages.message import msg
from stages.pitfalls import Pitfall


@dataclass(frozen=True)
class Comparison:
    """What was looked at, where, and with what result.

    Args:
        place: where: ``training configuration``, ``checkpoint``, ``inference.yml``, ``pd``, ``nb-arm``, …
        what: which property: ``characters``, ``classes``, ``image_shape``, ``channel_order``, …
        expected: what the project says.
        found: what the place says; "" if it says nothing.
        difference: the first difference in words, if there is one to tell beyond the two values.
    """

    place: str
    what: str
    expected: str
    found: str
    difference: str = ""
    pitfall: Pitfall | None = None
    remedy: str = ""

    @property
    def outcome(self) -> Match:
        """Whether the two are the same."""
        if not self.found:
            return Match.NOT_SAID
        same = self.found == self.expected and not self.difference
        return Match.SAME if same else Match.DIFFERS

    def entry(self) -> Compared:
        """Return the comparison as ``evidence.json`` holds it."""
        return Compared(self.place, self.what, self.expected, self.found, self.outcome)


def refuse_difference(comparisons: Iterable[Comparison]) -> None:
    """Raise for the first place that says something else.

    Raises:
        IntegrityError: names the place, both values, and the pitfall.
    """
    for item in comparisons:
        if item.outcome is Match.DIFFERS:
            said = item.difference or msg(
                "{found}; this project says {expected}", item.found, item.expected
            )
            message = msg(
                "{place} disagrees with this project about {what}: {said}",
                item.place,
                item.what,
                said,
            )
            raise IntegrityError(message, item.place, item.remedy, item.pitfall)
