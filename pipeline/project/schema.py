"""What ``paddock.toml`` may hold. docs/project-file.md is the same for people."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)

from pipeline.models.given import STRICT, GivenModel, is_safe_path
from pipeline.project.architectures import ARCHITECTURES
from pipeline.tasks import TASKS, Task
from stages.contract.kernels import Kernels
from stages.contract.variant import Variant, Weights, variants_of
from stages.message import msg

Fraction = Annotated[float, Field(ge=0.0, le=1.0)]
Share = Annotated[float, Field(gt=0.0, lt=1.0)]
#: Shares are written in decimals: [0.8, 0.1, 0.1] does not add up to 1 exactly.
_ROUNDING = 1e-6
#: The word for a dictionary that is made of the labels.
FROM_LABELS = "labels"
SIZE = re.compile(r"(?P<number>[1-9][0-9]*)(?P<unit>[kmg])", re.IGNORECASE)
#: As Paddle-Lite writes its versions: "2.13", "2.13rc0" (the wheel), "v2.13-rc" (in a .nb file).
RUNTIME = re.compile(r"v?[0-9]+\.[0-9]+(\.[0-9]+)*(-?rc[0-9]*)?", re.ASCII)
#: What the members of a sweep deliver, a folder each.
OUT_OF_SWEEP = "out.sweep"
UNITS = {"k": 1 << 10, "m": 1 << 20, "g": 1 << 30}


def _label_file(name: str) -> str:
    if not is_safe_path(name):
        raise ValueError(msg("must be a relative path below data.root, without .."))
    return name


LabelFile = Annotated[str, AfterValidator(_label_file)]


class Section(BaseModel):
    """A table of the file."""

    model_config = STRICT


class ProjectSection(Section):
    """``[project]``: ``kernels`` are the same on every x86-64 processor, or the processor's own."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_.-]{0,40}$")]
    kernels: Kernels = "portable"


class DataSection(Section):
    """``[data]``: label files relative to ``root``, the dictionary relative to the project.

    ``labels`` are files for all splits, which share their images out as ``split`` says. Without a dictionary
    it is the official model's own; :data:`FROM_LABELS` is made of the labels.
    """

    root: str = "data"
    labels: list[LabelFile] = []
    split: Annotated[list[Share], Field(min_length=3, max_length=3)] = [0.8, 0.1, 0.1]
    split_seed: Annotated[int, Field(ge=0, lt=2**31)] = 42
    train: list[LabelFile] = []
    val: list[LabelFile] = []
    test: list[LabelFile] = []
    dictionary: str = ""
    use_space_char: bool = False
    max_text_length: Annotated[int, Field(ge=1, le=1000)] = 25
    allow_overlap: bool = False

    @field_validator("split")
    @classmethod
    def _whole(cls, split: list[float]) -> list[float]:
        if abs(sum(split) - 1) > _ROUNDING:
            raise ValueError(msg("must be the shares of train, val and test, which add up to 1"))
        return split

    @property
    def measures_apart(self) -> bool:
        """Whether what is measured on is not what chooses the best checkpoint."""
        return bool(self.test or self.labels)


def _usual_shape(values: dict[str, Any]) -> list[int]:
    """Return the shape that the task's models, or the architecture, usually take."""
    task = TASKS[values.get("task", _USUAL_TASK)]
    known = ARCHITECTURES.get(values.get("architecture", "")) if task.trains else None
    return list(known.image_shape if known else task.shapes.usual)


def _usual_weights(values: dict[str, Any]) -> str:
    """Return the official weights that fit the architecture, "" if there are none."""
    known = ARCHITECTURES.get(values.get("architecture", ""))
    return next(iter(known.weights), "") if known else _USUAL


def _task(name: str) -> str:
    if name not in TASKS:
        *others, last = (repr(task) for task in TASKS)
        raise ValueError(msg("input should be {one} or {other}", ", ".join(others), last))
    return name


#: The task, and the architecture and weights, of a project that names none.
_USUAL_TASK, _USUAL = next(iter(TASKS)), "PP-OCRv5_mobile_rec"


class ModelSection(Section):
    """``[model]``"""

    task: Annotated[str, AfterValidator(_task)] = _USUAL_TASK
    architecture: str = _USUAL
    pretrained: GivenModel = Field(default_factory=_usual_weights)
    image_shape: Annotated[list[int], Field(min_length=3, max_length=3)] = Field(
        default_factory=_usual_shape
    )

    @field_validator("image_shape")
    @classmethod
    def _plausible(cls, shape: list[int], info: ValidationInfo) -> list[int]:
        TASKS[info.data.get("task", _USUAL_TASK)].shapes.check(shape)
        return shape

    @property
    def does(self) -> Task:
        """The task's record."""
        return TASKS[self.task]


class EarlyStopping(Section):
    """``early_stopping = { … }``"""

    metric: Literal["acc", "ned"] = "acc"
    patience: Annotated[int, Field(ge=1)] = 5
    min_delta: Annotated[float, Field(ge=0.0)] = 0.0


class TrainSection(Section):
    """``[train]``"""

    mode: Literal["frozen", "full"] = "frozen"
    checkpoint: str = ""
    epochs: Annotated[int, Field(ge=1)] = 30
    batch_size: Annotated[int, Field(ge=1)] = 64
    learning_rate: Annotated[float, Field(gt=0.0, lt=1.0)] = 1e-3
    early_stopping: EarlyStopping = EarlyStopping()
    #: Augmented ones of each training image.
    copies: Annotated[int, Field(ge=0, le=20)] = 0
    seed: Annotated[int, Field(ge=0, lt=2**31)] = 42
    device: Literal["cpu", "gpu"] = "cpu"
    devices: Annotated[int, Field(ge=1, le=64)] = 1
    overrides: list[str] = []

    @field_validator("copies")
    @classmethod
    def _of_frozen(cls, copies: int, info: ValidationInfo) -> int:
        if copies and info.data.get("mode") == "full":
            raise ValueError(msg("for mode frozen only: PaddleOCR's trainer augments by itself"))
        return copies

    @field_validator("overrides")
    @classmethod
    def _assignments(cls, overrides: list[str]) -> list[str]:
        for item in overrides:
            if not re.fullmatch(r"[A-Za-z][\w.]*=.*", item):
                raise ValueError(msg("{item} is not KEY=VALUE", repr(item)))
        return overrides


class ExportSection(Section):
    """``[export]``: start from an inference model (PD or PIR: built in, or a folder), not a checkpoint."""

    model: GivenModel = ""


class ConvertSection(Section):
    """``[convert]``: a file each target and kind of weights, and one more for ``fp16``."""

    targets: Annotated[list[Literal["arm", "x86", "opencl"]], Field(min_length=1)] = ["arm", "x86"]
    weights: Annotated[list[Literal["float32", "int16", "int8"]], Field(min_length=1)] = ["float32"]
    fp16: bool = False
    models: dict[Literal["arm", "x86", "opencl"], str] = {}

    @field_validator("targets")
    @classmethod
    def _once_each(cls, targets: list[str]) -> list[str]:
        if len(set(targets)) != len(targets):
            raise ValueError(msg("each target once"))
        return targets

    @field_validator("weights")
    @classmethod
    def _each_kind_once(cls, weights: list[str]) -> list[str]:
        if len(set(weights)) != len(weights):
            raise ValueError(msg("each kind of weights once"))
        return weights

    @property
    def rounded(self) -> tuple[Weights, ...]:
        """The kinds of weights that are integers."""
        return tuple(kind for kind in Weights if kind.are_integers and kind in self.weights)

    @property
    def variants(self) -> tuple[Variant, ...]:
        """The files to make."""
        return variants_of(self.targets, self.weights, fp16=self.fp16)


class QuantizeSection(Section):
    """``[quantize]``: what weights of fewer bits may cost, and how many images of train int8 is made with."""

    images: Annotated[int, Field(ge=1, le=10_000)] = 60
    max_accuracy_drop: Fraction = 0.01
    min_agreement: Fraction = 0.97


class ArmRuntime(Section):
    """``arm_runtime = { … }``: a Paddle-Lite library for ARM Linux, with its headers, by path or address."""

    path: str = ""
    url: Annotated[str, Field(pattern=r"^(https?://.*)?$")] = ""
    sha256: Annotated[str, Field(pattern=r"^([0-9a-f]{64})?$")] = ""

    @model_validator(mode="after")
    def _one_place(self) -> ArmRuntime:
        if bool(self.path) == bool(self.url):
            raise ValueError(msg("needs path or url, and not both"))
        if self.url and not self.sha256:
            raise ValueError(msg("needs the sha256 of what is at url"))
        return self


class VerifySection(Section):
    """``[verify]``: what the verdict asks for."""

    #: None: anything above 0.
    min_accuracy: Fraction | None = None
    max_accuracy_drop: Fraction = 0.0
    min_agreement: Fraction = 1.0
    max_abs_diff: Annotated[float, Field(gt=0.0)] = 1e-3
    runtime: str = ""
    arm_runtime: ArmRuntime | None = None
    recognition: str = ""

    @field_validator("arm_runtime", mode="before")
    @classmethod
    def _table(cls, given: object) -> object:
        if isinstance(given, str):
            raise ValueError(msg("must be a table such as {table}", '{ path = "…" }'))
        return given

    @field_validator("runtime")
    @classmethod
    def _version(cls, runtime: str) -> str:
        if runtime and not RUNTIME.fullmatch(runtime):
            raise ValueError(msg('must be a version of Paddle-Lite such as "2.13", or ""'))
        return runtime


def _size(text: str) -> str:
    if not SIZE.fullmatch(text):
        raise ValueError(msg('must be a size such as "512m" or "8g"'))
    return text


def _bytes_of(size: str | None) -> int | None:
    match = SIZE.fullmatch(size or "")
    return int(match["number"]) * UNITS[match["unit"].lower()] if match else None


class LimitsSection(Section):
    """``[limits]``: override compose.yaml's."""

    cpus: Annotated[float, Field(gt=0.0)] | None = None
    memory: Annotated[str, AfterValidator(_size)] | None = None

    @property
    def memory_bytes(self) -> int | None:
        """The memory limit in bytes."""
        return _bytes_of(self.memory)


class PlacementSection(Section):
    """``placement``: which nodes may have a member (``node.labels.disk == ssd``), over what they spread."""

    constraints: list[str] = []
    preferences: list[str] = []


class ReservationsSection(Section):
    """``reservations``: what a node has to have free for a member; by itself what its containers may take."""

    cpus: Annotated[float, Field(gt=0.0)] | None = None
    memory: Annotated[str, AfterValidator(_size)] | None = None
    generic: dict[str, Annotated[int, Field(ge=1)]] = {}

    @property
    def memory_bytes(self) -> int | None:
        """The memory in bytes."""
        return _bytes_of(self.memory)


class RestartSection(Section):
    """``restart_policy``: when a member is started again; ``delay`` and ``window`` are seconds."""

    condition: Literal["on-failure", "none"] = "on-failure"
    delay: Annotated[float, Field(ge=0.0, le=3600.0)] = 5.0
    max_attempts: Annotated[int, Field(ge=0, le=100)] = 3
    window: Annotated[float, Field(ge=0.0)] = 0.0


class SwarmSection(Section):
    """``[sweep.swarm]``: a sweep on a Swarm, in the words of Compose's ``deploy``.

    ``registry`` is a place in a registry that this machine and all nodes reach under this name, ``socket``
    that of the nodes' engines.
    """

    registry: str
    plain_http: bool = False
    socket: Annotated[str, Field(pattern=r"^/[^,\x00-\x1f]+$")] = "/var/run/docker.sock"
    placement: PlacementSection = PlacementSection()
    reservations: ReservationsSection = ReservationsSection()
    restart_policy: RestartSection = RestartSection()


class SweepSection(Section):
    """``[sweep]``: settings by their dotted names, with other values (:mod:`pipeline.project.members`).

    ``swarm`` says how it goes on a Swarm.
    """

    matrix: dict[str, Any] = {}
    members: list[dict[str, Any]] = []
    swarm: SwarmSection | None = None


class Settings(Section):
    """The whole file."""

    project: ProjectSection
    data: DataSection
    model: ModelSection = ModelSection()
    train: TrainSection = TrainSection()
    export: ExportSection = ExportSection()
    quantize: QuantizeSection = QuantizeSection()
    convert: ConvertSection = ConvertSection()
    verify: VerifySection = VerifySection()
    limits: LimitsSection = LimitsSection()
    sweep: SweepSection = SweepSection()


@dataclass(frozen=True)
class Project:
    """A user's folder and what its ``paddock.toml`` says; of a sweep's member, with the member's settings."""

    folder: Path
    settings: Settings
    member: str = ""

    @property
    def name(self) -> str:
        """The project's name."""
        return self.settings.project.name

    @property
    def state(self) -> Path:
        """Paddock's own folder in the project."""
        return self.folder / ".paddock"

    @property
    def out(self) -> Path:
        """What ships. Each member of a sweep has a folder of its own beside ``out/``."""
        return self.folder / OUT_OF_SWEEP / self.member if self.member else self.folder / "out"

    @property
    def failed(self) -> Path:
        """Where the files of a run go that did not pass."""
        return self.out.with_name(f"{self.out.name}.failed")

    @property
    def takes_labels_characters(self) -> bool:
        """Whether the dictionary is made of the labels: the word for it, unless a file has that name."""
        word = self.settings.data.dictionary == FROM_LABELS
        return word and not (self.folder / FROM_LABELS).is_file()

    @property
    def data_root(self) -> Path:
        """What label files and image paths are relative to."""
        return self.folder / self.settings.data.root
