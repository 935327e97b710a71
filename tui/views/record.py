"""What the screens of the checks are drawn from: a run's report, and the ledger."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.record.ledger import Entry

if TYPE_CHECKING:
    from pipeline.report.model import Report
    from pipeline.report.words import GuardEntry


@dataclass(frozen=True)
class Record:
    """A report, or None; ``is_own`` if it is that of the run which is followed.

    ``earlier`` names the run of a report that cannot be shown, as an earlier version of Paddock made it.
    ``unreached`` has every guard of a run that left no report, as far as somebody asked for them.
    """

    report: Report | None = None
    is_own: bool = False
    entries: tuple[Entry, ...] = ()
    earlier: str = ""
    unreached: tuple[GuardEntry, ...] = ()
