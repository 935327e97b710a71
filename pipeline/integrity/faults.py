"""What is wrong with a file that Paddock recorded: plain data, and a sentence for a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Literal

from pipeline.errors import IntegrityFailed
from pipeline.text import one_line
from stages.contract import Digests
from stages.message import joined, msg
from stages.pitfalls import Pitfall

#: How many faults beside the first are named in an error; `paddock audit` lists all.
_NAMED = 5
#: ``changed`` has the size that it had; ``truncated`` lost bytes and ``longer`` gained some.
Problem = Literal["changed", "truncated", "longer", "missing", "unreadable"]
#: Where the file is: the workspace volume, the inputs volume, the project's ``out/``, its record in
#: ``.paddock``, ``paddock.lock``, or any other of the project's own files.
Place = Literal["workspace", "inputs", "out", "record", "lock", "project"]


@dataclass(frozen=True)
class Expected:
    """A file as it was recorded.

    Args:
        place: which of the six places it is in.
        path: in a container (``/paddock/…``), or relative to the project.
        digests: size and hashes that were recorded; MD5 is "" and size -1 where only SHA-256 was.
        made_by: a stage, "paddock", or what the project brought along.
        run: the run that made it.
        time: when that was recorded, ISO 8601 in UTC.
        remedy: what to do if it is not there or another one.
    """

    place: Place
    path: str
    digests: Digests
    made_by: str
    run: str
    time: str
    remedy: str

    @property
    def place_in_container(self) -> PurePosixPath:
        """The path of a file that is in a volume."""
        return PurePosixPath(self.path)


@dataclass(frozen=True)
class Fault:
    """A file that is not what was recorded.

    Args:
        problem: in one word.
        expected: what was recorded.
        found: what is there; None if it is missing or cannot be read.
        said: a sentence that tells more than these three do.
    """

    problem: Problem
    expected: Expected
    found: Digests | None = None
    said: str = ""

    @property
    def pitfall(self) -> str:
        """The ID of the catalogue's entry."""
        return str(Pitfall.CHANGED_ARTIFACT)

    @property
    def sentence(self) -> str:
        """What is wrong, with both hashes or sizes."""
        name, wanted, found = one_line(self.expected.path), self.expected.digests, self.found
        if self.said:
            return self.said
        if self.problem == "missing":
            return msg("{name} is missing", name)
        if found is None:
            return msg("{name} cannot be read", name)
        if self.problem == "truncated":
            return msg(
                "{name} was cut short: {size} bytes were recorded, {size2} are left",
                name,
                wanted.size,
                found.size,
            )
        if self.problem == "longer":
            return msg(
                "{name} has grown: {size} bytes were recorded, it has {size2}",
                name,
                wanted.size,
                found.size,
            )
        return msg(
            "{name} was changed: expected SHA-256 {sha256}, found {sha2562}",
            name,
            wanted.sha256,
            found.sha256,
        )

    @property
    def maker(self) -> str:
        """Who made the file, in which run and when."""
        made = self.expected
        if not made.run:
            return msg("made by {made_by}", made.made_by)
        return msg("made by {made_by} in run {run}, {time}", made.made_by, made.run, made.time)


def compare(expected: Expected, found: Digests | None) -> Fault | None:
    """Hold a file against its record; ``found`` is None if there is no such file, and may have no MD5."""
    wanted = expected.digests
    if found is None:
        return Fault("missing", expected)
    if found.sha256 == wanted.sha256 and (not found.md5 or wanted.md5 in ("", found.md5)):
        return None
    if 0 <= found.size < wanted.size:
        return Fault("truncated", expected, found)
    return Fault("longer" if found.size > wanted.size >= 0 else "changed", expected, found)


def refuse(faults: Sequence[Fault], remedy: str = "") -> None:
    """Do nothing if there is no fault.

    Args:
        faults: what was found.
        remedy: what to do, if it is not what the first fault says.

    Raises:
        IntegrityFailed: there is a fault; the first is told, the others are named.
    """
    if not faults:
        return
    first, *others = faults
    more = ", ".join(one_line(fault.expected.path) for fault in others[:_NAMED])
    also = [msg("{others} more files are not as recorded: {more}", len(others), more)]
    raise IntegrityFailed(
        joined("; ", [first.sentence, first.maker, *(also if others else ())]),
        one_line(first.expected.path),
        remedy or first.expected.remedy,
        first.pitfall,
    )
