"""How a tool that was started by hand ended."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Ended:
    """Exit code and all that it printed; a negative code is the signal that killed it."""

    code: int
    log: str
