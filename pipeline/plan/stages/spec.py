"""What the host knows of a stage: one frozen record, made in the stage's own module."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from pipeline.errors import UsageError
from pipeline.plan.inputs import Source
from pipeline.plan.start import Start
from pipeline.plan.surroundings import Surrounding
from pipeline.project import Project
from stages.message import msg


@dataclass(frozen=True)
class Basis:
    """What a row of the table is asked about: a project, where it starts, and what can be taken.

    Args:
        project: checked.
        start: where it enters the pipeline.
        there: what the stage may take, by the names that stages know it by. It is what the project
            gives, and what the stages before make. A stage that is skipped makes nothing: what was
            there before it stays.
    """

    project: Project
    start: Start
    there: Mapping[str, Source]

    @property
    def reads(self) -> bool:
        """Whether the model reads text, and so has a dictionary."""
        return self.project.settings.model.does.reads

    @property
    def model(self) -> dict[str, Any]:
        """What every stage that prepares images is told of the model."""
        model = self.project.settings.model
        parameters: dict[str, Any] = {"task": model.task, "image_shape": model.image_shape}
        if self.reads:
            parameters["use_space_char"] = self.project.settings.data.use_space_char
        return parameters

    def take(self, *names: str) -> dict[str, Source]:
        """Return what the stage cannot do without.

        Raises:
            UsageError: the project does not give it, and no stage before makes it.
        """
        for name in names:
            if name not in self.there:
                raise UsageError(
                    msg("the project gives no {name}, and no stage before makes one", name)
                )
        return self.take_if_there(*names)

    def take_if_there(self, *names: str) -> dict[str, Source]:
        """Return what there is of ``names``."""
        return {name: self.there[name] for name in names if name in self.there}


def _always(_basis: Basis) -> bool:
    return True


def _never(_basis: Basis) -> str:
    return ""


def _nothing(_basis: Basis) -> tuple[Surrounding, ...]:
    return ()


@dataclass(frozen=True)
class StageSpec:
    """A row of the table of stages.

    Args:
        name: of the stage, and of its module in ``stages/``.
        parameters: what the stage is told; part of its key.
        inputs: what it takes, by the names that it knows it by; part of its key by their hashes.
        makes: its artifacts that later stages take: the name that they know it by -> its file.
        present: whether the project has the stage at all; of one that it does not have nothing is said.
        skipped: why the project does not need the stage that it has; "" if it does.
        decided_by: what of the run's surroundings decides a byte of an artifact; part of its key.
        documents: the artifacts that the report reads.
        ships: patterns of the artifacts that go to ``out/``.
        kept: artifacts that stay on the host, for whoever looks at the run later; not every task makes them.
        service: the service in compose.yaml whose image it runs in; "" where that has the stage's name.
    """

    name: str
    parameters: Callable[[Basis], Mapping[str, Any]]
    inputs: Callable[[Basis], Mapping[str, Source]]
    makes: Callable[[Basis], Mapping[str, str]]
    present: Callable[[Basis], bool] = _always
    skipped: Callable[[Basis], str] = _never
    decided_by: Callable[[Basis], tuple[Surrounding, ...]] = _nothing
    documents: tuple[str, ...] = ()
    ships: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    service: Callable[[Basis], str] = _never

    def is_shipped(self, artifact: str) -> bool:
        """Return whether an artifact of this stage goes to ``out/``."""
        return any(fnmatchcase(artifact, pattern) for pattern in self.ships)
