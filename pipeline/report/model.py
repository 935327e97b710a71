"""``report.json``, whole: one frozen tree that the host builds, writes, reads and draws from.

What stages left in their documents stands in it as they left it (:mod:`stages.contract`). A field at its
default is left out of the file. docs/report.schema.json is generated from here (scripts/report_schema.py).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import cached_property, lru_cache
from operator import is_
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from typing_extensions import Self

from pipeline.record.devices import Device
from pipeline.record.runs import RunFolder
from pipeline.record.verdict import Judgement, Limit, Verdict
from pipeline.report.words import (
    REPORT_FILE,
    SCHEMA_VERSION,
    EarlierReportError,
    GuardEntry,
    Outcome,
    ReportError,
)
from stages.contract import (
    TASKS,
    Canary,
    Chain,
    Compared,
    DictionaryIdentity,
    Fault,
    FeatureCount,
    Location,
    Mismatch,
    ModelEntry,
    Point,
    RoundedModel,
    Runtime,
    Sane,
    Status,
    Step,
    Targets,
)
from stages.contract.artifacts import PD_MODEL
from stages.message import Message, Restorer, messages_in, msg

__all__ = [
    "REPORT_FILE",
    "SCHEMA_VERSION",
    "EarlierReportError",
    "GuardEntry",
    "Outcome",
    "Report",
    "ReportError",
    "Verdict",
    "load_report",
    "parse_report",
    "read_report",
    "restated",
]

Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
Md5 = Annotated[str, Field(pattern="^[0-9a-f]{32}$")]
Count = Annotated[int, Field(ge=0)]


#: Faults of what a model gives, not of its file.
_OF_OUTPUT = (
    Fault.NOT_FINITE, Fault.NOT_PROBABILITIES, Fault.WRONG_SHAPE, Fault.UNLIKE_REFERENCE, Fault.ONE_READING,
    Fault.DIED,
)  # fmt: skip


class _Part(BaseModel):
    """What all parts have in common; members that a later version added are passed over."""

    model_config = ConfigDict(
        frozen=True,
        strict=True,
        extra="ignore",
        alias_generator=lambda name: name.rstrip("_"),
        populate_by_name=True,
        defer_build=True,
    )


@dataclass(frozen=True)
class Model(ModelEntry):
    """A model of the parity table, and its file."""

    size: int | None = None
    """of its file, in bytes"""
    md5: str = ""
    sha256: str = ""
    target: str = ""
    """the processor that an NB file is made for, as its kernels say"""


def model_of(entry: ModelEntry, **of_file: Any) -> Model:
    """Return a model's entry with what is known of its file."""
    return Model(**{item.name: getattr(entry, item.name) for item in fields(entry)} | of_file)


def row_of(device: Device) -> Model:
    """Return a phone's row: what it measured, or why it does not read as the model."""
    row = Model(
        device.title,
        Status.MEASURED,
        agreement=device.same / device.images,
        latency_ms=device.latency_ms,
        peak_rss_mb=device.peak_rss_mb,
        reference=device.model or PD_MODEL,
        sha256=device.model_sha256,
    )
    if device.passed:
        return row
    return replace(
        row, status=Status.FAILED, fault=Fault.UNLIKE_REFERENCE, detail=device.reasons[0]
    )


class Dictionary(_Part):
    """The dictionary of recognition models; others have none."""

    md5: Md5
    sha256: Sha256
    entries: Annotated[int, Field(ge=1)]
    """characters, the added space among them"""
    classes: Annotated[int, Field(ge=2)]
    """entries and the blank"""
    places: tuple[Compared, ...]
    """every place that the dictionary was compared at"""

    @classmethod
    def of(cls, identity: DictionaryIdentity, places: tuple[Compared, ...]) -> Dictionary:
        """Return what a run decoded with, and where it was compared."""
        return cls(
            md5=identity.md5,
            sha256=identity.sha256,
            entries=identity.entries,
            classes=identity.classes,
            places=places,
        )


class Training(_Part):
    """How training went; numbers that were not finite are left out."""

    mode: Literal["frozen", "full"]
    architecture: str
    start: str
    """the weights that it started from; empty for random ones"""
    epochs: Annotated[int, Field(ge=1)]
    """that were asked for"""
    epochs_run: Count
    best_epoch: Count
    """of the checkpoint that was kept; 0 is before training"""
    stopped_because: str
    accuracy: float
    """exact matches on the validation set, of the checkpoint that was kept"""
    ned: float
    samples_per_s: float
    start_val_loss: float | None = None
    """on the validation set, before the first step"""
    first_train_loss: float | None = None
    """of the first batch"""
    features: FeatureCount | None = None
    """of mode frozen"""
    curve: tuple[Point, ...]
    """train_loss, val_loss, val_accuracy, val_ned, learning_rate; of each 1000 points at most"""


class Stage(_Part):
    """A stage's result."""

    key: Sha256
    seconds: float
    """of the run that made the result"""
    metrics: dict[str, Any]


class StageArtifact(_Part):
    """A file that a stage made."""

    stage: str
    path: str
    """relative to the stage's result folder"""
    size: Count
    """bytes"""
    md5: Md5
    sha256: Sha256


class Lineage(_Part):
    """How every tensor goes from model to model; the hash of each is in lineage.json."""

    steps: tuple[Step, ...]
    targets: Targets | None = None
    """the NB files of all targets, compared with each other; missing if there is one target only"""
    fingerprints: dict[str, Sha256]
    """of all tensors of a model, by model name"""


class Report(_Part):
    """What a run measured and made. The terminal's table, report.md and report.html are drawn from this
    file and from nothing else.
    """

    schema_version: Literal[3]
    project: str
    """[project] name"""
    run: str
    """the run that wrote this file"""
    task: Annotated[str, Field(pattern=f"^({'|'.join(TASKS)})$")]
    verdict: Verdict
    reasons: tuple[str, ...]
    """why the verdict is no pass; empty if it is one"""
    remarks: tuple[str, ...]
    """what a reader should know all the same"""
    limits: tuple[Limit, ...] = ()
    """each limit of [verify] and [quantize], and each number that was held against it"""
    refused: tuple[str, ...] = ()
    """models whose files are not delivered, though others are"""
    images: Annotated[int, Field(ge=1)]
    """how many test images all numbers are from, but for times"""
    timed: Count = 0
    """how many of them were read with the clock running"""
    threads: Annotated[int, Field(ge=1)] = 1
    """of each model, in all numbers but latency_all_ms"""
    all_threads: Annotated[int, Field(ge=1)] = 1
    """of the stage, and of each model in latency_all_ms"""
    models: Annotated[tuple[Model, ...], Field(min_length=1)]
    mismatches: tuple[Mismatch, ...]
    """test images on which a model finds other than the label or the PD model says; the latter first"""
    dictionary: Dictionary | None = None
    preprocessing: tuple[Compared, ...]
    """every place that says what the models' input is"""
    sanity: tuple[Sane, ...]
    """what every measured model's output was like"""
    canary: Canary | None = None
    """missing if training started from no official model"""
    runtime: Runtime
    lineage: Lineage | None = None
    chain: Chain | None = None
    location: Location | None = None
    """of models that do not do as PD does: where they part from it; missing if all do"""
    quantisation: dict[str, RoundedModel] = {}
    """what rounding the weights cost, by their kind"""
    training: Training | None = None
    """missing where the run trained nothing"""
    stages: dict[str, Stage]
    environment: dict[str, dict[str, str]]
    """versions by stage: python, paddle, paddle_commit, numpy, opencv, paddlelite"""
    artifacts: tuple[StageArtifact, ...]
    guards: tuple[GuardEntry, ...]
    devices: tuple[Device, ...] = ()
    """what phones measured with these models; each has its own verdict, and changes none of the above"""
    messages: dict[str, tuple[str, ...]] = {}
    """what sentences above were made from, for other languages: text -> template and values"""

    @property
    def passed(self) -> bool:
        """Whether the models may ship."""
        return self.verdict.passed

    @property
    def judgement(self) -> Judgement:
        """How the run was judged."""
        return Judgement(self.verdict, self.reasons, self.remarks, self.limits, self.refused)

    @property
    def parting(self) -> tuple[str, ...]:
        """The NB models whose outputs are not their reference's, by a limit or because they give none of use.

        Where the reference itself is of no use, a file that does as it does parts from nothing.
        """
        beyond = {it.model for it in self.limits if not it.kept}
        of_use = {model.name for model in self.models if model.is_measured}
        return tuple(
            model.name
            for model in self.models
            if model.is_nb and model.reference in of_use
            if model.name in beyond or model.fault in _OF_OUTPUT
        )

    def located(self, location: Location) -> Report:
        """Return the report with what was found of the models that part from PD, among its reasons."""
        parting = self.parting
        said = [item.sentence for item in location.models if item.model in parting]
        told = {text: tuple(made) for text, made in messages_in(said).items()}
        return restated(
            self.model_copy(
                update={
                    "location": location,
                    "reasons": (*self.reasons, *said),
                    "messages": {**self.messages, **told},
                }
            )
        )

    @property
    def rows(self) -> tuple[Model, ...]:
        """All rows of the table: the run's models, and the phones that ran one of them."""
        return (*self.models, *map(row_of, self.devices))

    def model(self, name: str) -> Model | None:
        """Return the model with this name."""
        return next((model for model in self.models if model.name == name), None)

    def plain(self) -> dict[str, Any]:
        """Return what ``report.json`` holds."""
        return self.model_dump(mode="json", by_alias=True, exclude_defaults=True)

    def dump(self) -> str:
        """Return ``report.json``: equal reports give equal bytes."""
        return self._dumped

    @cached_property
    def _dumped(self) -> str:
        """The end of a run asks for it four times."""
        return json.dumps(self.plain(), indent=2, sort_keys=True, ensure_ascii=False) + "\n"

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Return a copy, of which nothing is dumped yet."""
        copied = super().model_copy(update=update, deep=deep)
        vars(copied).pop("_dumped", None)
        return copied


def parse_report(text: str | bytes) -> Report:
    """Read what :meth:`Report.dump` returned.

    Raises:
        EarlierReportError: it has an earlier schema version.
        ReportError: it is no report.
    """
    try:
        return restated(Report.model_validate_json(text))
    except ValidationError as error:
        raw = _plain(text)
        version = raw.get("schema_version")
        if isinstance(version, int) and version < SCHEMA_VERSION:
            raise EarlierReportError(str(raw.get("run", ""))) from error
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or REPORT_FILE
        raise ReportError(msg("{first}: {rest}", place, first["msg"])) from error


def restated(report: Report) -> Report:
    """Return the report with its sentences as messages, which validation takes for plain strings."""
    told: Report = _restate(report, Restorer(report.messages))
    return told


def _restate(value: Any, restore: Restorer) -> Any:
    """Return a value with its sentences as messages; what has none is the same object."""
    if type(value) is str:
        made = restore(value)
        return made if isinstance(made, Message) else value
    if value is None or isinstance(value, (str, int, float)):  # before what takes long to ask
        return value
    if isinstance(value, (tuple, list)):
        items = [_restate(item, restore) for item in value]
        is_same = all(map(is_, items, value))
        return value if is_same else type(value)(items)
    if isinstance(value, Mapping):
        told = {key: _restate(item, restore) for key, item in value.items()}
        return value if all(map(is_, told.values(), value.values())) else told
    changed = {}
    for name in _parts(value.__class__):
        item = getattr(value, name)
        if (told := _restate(item, restore)) is not item:
            changed[name] = told
    if not changed:
        return value
    if isinstance(value, BaseModel):
        return value.model_copy(update=changed)
    return replace(value, **changed)


@lru_cache
def _parts(kind: type) -> tuple[str, ...]:
    """Return the names of what may hold sentences; what messages were made from holds none."""
    if is_dataclass(kind):
        return tuple(item.name for item in fields(kind))
    if issubclass(kind, BaseModel):
        return tuple(name for name in kind.model_fields if name != "messages")
    return ()


def _plain(text: str | bytes) -> Mapping[str, Any]:
    try:
        raw = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return raw if isinstance(raw, dict) else {}


def load_report(path: Path) -> Report:
    """Read a report.

    Raises:
        ReportError: as :func:`parse_report`, or the file cannot be read.
    """
    try:
        return parse_report(path.read_bytes())
    except OSError as error:
        raise ReportError(error.strerror or str(error)) from error


def read_report(run: RunFolder) -> Report | None:
    """Return the run's report; one that is not readable, or an earlier version's, counts as none."""
    if run.report is None:
        return None
    try:
        return load_report(run.report)
    except ReportError:
        return None
