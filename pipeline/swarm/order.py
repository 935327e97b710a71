"""What a sweep on a Swarm asks of the nodes, as it goes with the inputs; and what a member answers."""

from __future__ import annotations

import hashlib
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from pipeline import __version__
from pipeline.errors import IntegrityFailed, UsageError
from pipeline.package.manifest import Form
from stages.contract import Exit
from stages.message import msg

_AGAIN = msg("start the sweep again: paddock sweep --swarm")
#: How a run ended that is a result. All else is the node's, the engine's or the registry's affair.
RESULTS = (Exit.OK, Exit.PARITY, Exit.USAGE, Exit.STAGE, Exit.INTEGRITY)
_TYPE = "application/vnd.paddock.sweep"
#: Inputs are archives, as large as data are, with an order that names all members; results are the files that
#: a run leaves.
INPUTS = Form(
    f"{_TYPE}.inputs.v1",
    f"{_TYPE}.order.v1+json",
    f"{_TYPE}.archive.v1.tar",
    f"{_TYPE}.file.v1",
    1 << 40,
    _AGAIN,
    most_config=16 << 20,
)
RESULT = Form(
    f"{_TYPE}.result.v1",
    f"{_TYPE}.answer.v1+json",
    f"{_TYPE}.file.v1",
    "application/vnd.paddock.model.nb.v1",
    16 << 30,
    _AGAIN,
    most_files=4000,
)


class _Document(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", defer_build=True)

    def dump(self) -> bytes:
        """Return it as it is kept: equal ones give equal bytes."""
        return (self.model_dump_json() + "\n").encode("utf-8")


class Job(_Document):
    """A member: its name, that of its run, and the services in compose.yaml whose images it needs."""

    member: str
    run: str
    services: tuple[str, ...]


class Order(_Document):
    """What is asked: of which project, with which images (service -> reference by digest), of whom.

    ``folder`` is where the project lies for its user, and on the nodes as well: so messages name it.
    """

    schema_version: Literal[1] = 1
    version: str
    project: str
    folder: str
    sweep: str
    images: dict[str, str]
    last: str
    forced: tuple[str, ...] = ()
    locked: bool = False
    jobs: tuple[Job, ...]

    def job(self, member: str) -> Job:
        """Return what is asked of a member.

        Raises:
            UsageError: nothing is.
        """
        for job in self.jobs:
            if job.member == member:
                return job
        raise UsageError(msg("the sweep has no member {name}{nearest}", repr(member), ""))

    @property
    def tag(self) -> str:
        """Where the registry keeps the inputs."""
        return f"inputs-{self.sweep}"

    def result_tag(self, member: str) -> str:
        """Where the registry has a member's result, once it is there."""
        return f"result-{self.sweep}-{hashlib.sha256(member.encode()).hexdigest()[:16]}"


class Answer(_Document):
    """How a member's run ended, and on which node."""

    schema_version: Literal[1] = 1
    sweep: str
    member: str
    run: str
    code: int
    node: str
    delivered: Literal["out", "failed", ""]


def parse_order(data: bytes) -> Order:
    """Read an order.

    Raises:
        IntegrityFailed: it is none.
    """
    try:
        return Order.model_validate_json(data)
    except ValidationError as error:
        raise IntegrityFailed(msg("what was sent along is no sweep's"), remedy=_AGAIN) from error


def refuse_other_version(order: Order, remedy: str) -> None:
    """Refuse an order that another version of Paddock gave, whose stages may make something else.

    Raises:
        UsageError: it is one; ``remedy`` says what to do about it.
    """
    if order.version != __version__:
        raise UsageError(
            msg(
                "Paddock {theirs} started the sweep, and this is Paddock {ours}",
                order.version,
                __version__,
            ),
            remedy=remedy,
        )


def parse_answer(data: bytes) -> Answer:
    """Read an answer.

    Raises:
        IntegrityFailed: it is none.
    """
    try:
        answer = Answer.model_validate_json(data)
    except ValidationError as error:
        raise no_result() from error
    if answer.code not in RESULTS:
        raise no_result()
    return answer


def no_result(where: str = "") -> IntegrityFailed:
    """Return what to raise of what no member sends."""
    return IntegrityFailed(msg("what a member sent back is no result"), where, _AGAIN)
