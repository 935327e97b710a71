"""What ``paddock check-app --json`` prints (docs/check-app.md)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.app.finding import Finding, Outcome
from pipeline.app.libraries import AppLibrary
from pipeline.app.models import AppModel
from pipeline.app.opening import Form
from stages.contract import Exit, Needs
from stages.contract.codec import encode

SCHEMA_VERSION = 1


@dataclass(frozen=True)
class FindingEntry:
    """A finding, written out."""

    outcome: Outcome
    kind: str
    path: str
    message: str
    pitfall: str


@dataclass(frozen=True)
class ModelEntry:
    """A ``.nb`` file of the app."""

    path: str
    whose: str
    size: int
    sha256: str
    task: str
    stock: str
    target: str
    opt_version: str
    tensors: int
    same: int
    needs: Needs | None


@dataclass(frozen=True)
class LibraryEntry:
    """A library of the app; what is not known of it is null."""

    path: str
    abi: str
    page: int | None
    paddle_lite: str | None
    """its version, "" where it does not say; null if it is no Paddle-Lite"""
    machine: str | None
    kernels: int | None
    half: bool | None
    opencl: bool | None


@dataclass(frozen=True)
class AppReport:
    """What was found in an app."""

    schema_version: int
    app: str
    form: Form
    verdict: Outcome
    """wrong if a finding is; unknown if none is and nothing proves the app right"""
    findings: tuple[FindingEntry, ...]
    models: tuple[ModelEntry, ...]
    libraries: tuple[LibraryEntry, ...]

    @classmethod
    def of(
        cls,
        app: str,
        form: Form,
        findings: Sequence[Finding],
        models: Sequence[AppModel],
        libraries: Sequence[AppLibrary],
    ) -> AppReport:
        """Put the report together."""
        return cls(
            SCHEMA_VERSION,
            app,
            form,
            _verdict(findings),
            tuple(
                FindingEntry(it.outcome, it.kind.value, it.path, it.sentence, it.pitfall)
                for it in findings
            ),
            tuple(map(_model, models)),
            tuple(map(_library, libraries)),
        )

    @property
    def code(self) -> Exit:
        """The exit code: 5 where something is wrong."""
        return Exit.INTEGRITY if self.verdict is Outcome.WRONG else Exit.OK

    def as_json(self) -> dict[str, Any]:
        """Return what ``--json`` prints."""
        plain: dict[str, Any] = encode(self)
        return plain


def _verdict(findings: Sequence[Finding]) -> Outcome:
    outcomes = {finding.outcome for finding in findings}
    order = (Outcome.WRONG, Outcome.UNKNOWN, Outcome.RIGHT)
    return next((outcome for outcome in order if outcome in outcomes), Outcome.UNKNOWN)


def _model(model: AppModel) -> ModelEntry:
    known = model.identity
    return ModelEntry(
        model.path,
        known.kind,
        known.digests.size,
        known.digests.sha256,
        model.task,
        model.stock,
        known.target,
        known.opt_version,
        known.tensors,
        known.same,
        known.needs,
    )


def _library(library: AppLibrary) -> LibraryEntry:
    lite = library.lite
    return LibraryEntry(
        library.path,
        library.abi,
        library.page or None,
        lite.version if lite else None,
        lite.machine.value if lite else None,
        len(lite.kernels) if lite else None,
        lite.half if lite else None,
        lite.opencl if lite else None,
    )
