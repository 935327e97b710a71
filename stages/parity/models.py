"""What a column of the parity table is, and why it is not run if it is not."""

from __future__ import annotations

from dataclasses import dataclass

from stages.contract import Fault, Needs, Status
from stages.contract.artifacts import PD_MODEL
from stages.message import msg
from stages.pitfalls import Pitfall

#: The model that the others are compared with, unless they name another one.
REFERENCE = PD_MODEL


@dataclass(frozen=True)
class Model:
    """A column of the parity table.

    ``status`` is None if it is run; else it and ``fault`` say why not, and ``detail`` says it to people.
    ``reference`` is the column that it is compared with, of PD its own. ``target`` and ``opt_version`` are
    what an NB file says of itself; if it is ``emulated``, ``files`` are the program and the parameters that
    were read back out of it. ``needs`` is what an NB file needs of an app.
    """

    name: str
    kind: str = ""
    files: tuple[str, ...] = ()
    status: Status | None = None
    fault: Fault | None = None
    detail: str = ""
    pitfall: Pitfall | None = None
    target: str = ""
    opt_version: str = ""
    emulated: bool = False
    reference: str = REFERENCE
    needs: Needs | None = None

    @property
    def keeps(self) -> bool:
        """Whether a part of what it makes of an image may be what was kept of an earlier run."""
        return self.kind == "checkpoint"

    @property
    def half(self) -> bool:
        """Whether its kernels compute in half precision."""
        return self.needs is not None and self.needs.half


def not_checked(why: str) -> str:
    """Say of a file that cannot be run here that nothing stands for it."""
    return msg("not checked: {why}", why)
