"""Every way in which Paddock says no. Each carries the exit code of docs/exit-codes.md."""

from __future__ import annotations

from stages.contract import Exit
from stages.message import msg
from stages.pitfalls import Pitfall


class PaddockError(Exception):
    """Something that the user must know.

    Args:
        message: what failed, in one sentence.
        where: file and line, key, container or image.
        remedy: what to do about it.
        pitfall: the ID of the pitfall that this is, or "".
    """

    code: Exit = Exit.STAGE

    def __init__(
        self, message: str, where: str = "", remedy: str = "", pitfall: Pitfall | str = ""
    ) -> None:
        super().__init__(message)
        self.message, self.where, self.remedy = message, where, remedy
        self.pitfall = str(pitfall)


class UsageError(PaddockError):
    """A wrong command line or project file."""

    code = Exit.USAGE


class StageFailed(PaddockError):
    """A stage ended with an error."""

    code = Exit.STAGE


class EngineError(PaddockError):
    """Docker cannot be reached, or does not have what is needed."""

    code = Exit.ENGINE


class IntegrityFailed(PaddockError):
    """A hash, dictionary, version or lineage is not what it must be."""

    code = Exit.INTEGRITY


class Interrupted(PaddockError):
    """The user (SIGINT, 130), the system (SIGTERM, 143) or the terminal (SIGHUP, 129) ended the run."""

    def __init__(self, code: Exit) -> None:
        super().__init__(
            msg("stopped; what was finished is kept, and the next run goes on from there")
        )
        self.code = code
