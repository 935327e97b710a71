"""How a stage says that it cannot go on."""

from __future__ import annotations

from stages.contract import Exit
from stages.pitfalls import Pitfall


class StageError(Exception):
    """The stage's work failed.

    Args:
        message: what failed, in one sentence.
        where: file and line, operator, or parameter.
        remedy: what the reader can do about it.
        pitfall: which of the known pitfalls this is, if it is one.
    """

    code = Exit.STAGE

    def __init__(
        self, message: str, where: str = "", remedy: str = "", pitfall: Pitfall | None = None
    ) -> None:
        super().__init__(message)
        self.message, self.where, self.remedy = message, where, remedy
        self.pitfall = pitfall


class IntegrityError(StageError):
    """A hash, dictionary, version or lineage is not what it must be."""

    code = Exit.INTEGRITY


class Stopped(Exception):
    """SIGTERM arrived and the stage has saved what it can resume from."""
