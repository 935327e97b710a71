"""``parity.json``: every model on the same images, as ``verify`` leaves it.

Why a model has no numbers is :class:`Status` and :class:`Fault`; ``detail`` says it to people, and nothing
is decided by it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from stages.contract.artifacts import PARITY, PD_MODEL
from stages.contract.documents import Document
from stages.contract.variant import Variant
from stages.message import msg


class Status(str, Enum):
    """Whether a model has numbers, and if not, why."""

    MEASURED = "measured"
    #: This machine cannot run it; Paddle ran its program and its weights, which were read back out of it.
    EMULATED = "emulated"
    #: It is there, but this machine can neither run nor emulate it.
    NOT_RUNNABLE = "not_runnable"
    #: The project has no such model.
    ABSENT = "absent"
    #: It was run, or should have been, and cannot be used; :class:`Fault` says in which way.
    FAILED = "failed"


class Fault(str, Enum):
    """In which way a model failed."""

    #: NaN or infinity in its output.
    NOT_FINITE = "not_finite"
    #: Its output is not made of probabilities.
    NOT_PROBABILITIES = "not_probabilities"
    #: Its output has not the shape that its task needs.
    WRONG_SHAPE = "wrong_shape"
    #: Its output has not the shape of the PD model's.
    UNLIKE_REFERENCE = "unlike_reference"
    #: The same image gave another output the second time.
    NOT_REPEATABLE = "not_repeatable"
    #: It says the same of every image where other models do not.
    ONE_READING = "one_reading"
    #: The file is made for another processor.
    WRONG_TARGET = "wrong_target"
    #: Paddle-Lite is known to compute something else than the file says.
    MISCOMPUTED = "miscomputed"
    #: The file cannot be read.
    UNREADABLE = "unreadable"
    #: Its process died, hung, or raised.
    DIED = "died"


@dataclass(frozen=True)
class Latency:
    """Time of one image, in milliseconds: percentiles by nearest rank."""

    p50: float
    p90: float
    p99: float


@dataclass(frozen=True)
class Interval:
    """Where a share lies with 95 % confidence: Wilson's score interval."""

    low: float
    high: float


@dataclass(frozen=True)
class Ratio:
    """A quotient of two medians, and where it lies with 95 % confidence: a paired bootstrap's percentiles."""

    value: float
    low: float
    high: float


#: Between these the largest differences of images are counted; the first bin is below, the last above all.
DIFFERENCE_EDGES = (1e-6, 1e-5, 1e-4, 1e-3, 1e-2)


@dataclass(frozen=True)
class Differences:
    """How far a model's outputs are from its reference's, beside the largest difference of all."""

    mean: float
    """over all numbers of all outputs"""
    images: tuple[int, ...]
    """images by their largest difference: under 1e-6, then a bin a decade, then 1e-2 and more"""


@dataclass(frozen=True)
class Calibration:
    """How far a model's confidence can be believed; of a line the mean probability of its characters."""

    ece: float
    """expected calibration error, over ten bins of confidence"""
    right: float | None = None
    """mean confidence of what is as its label says"""
    wrong: float | None = None
    """and of what is not"""


@dataclass(frozen=True)
class OnArm:
    """Of a file for ARM: how far a Paddle-Lite library for ARM, which the project gives, ran it itself."""

    images: int
    """on which the library's own answers stand in the entry; on all others those of Paddle's emulation"""
    library: str
    """the version that it says it is; "" if it says none"""
    native: bool = False
    """whether the machine is ARM's own; else its processor was emulated"""
    failure: str = ""
    """why it was not run, or not to the end; missing if it was"""
    same: int | None = None
    """of these images, those on which it finds the same as its reference; missing if none was read"""


@dataclass(frozen=True)
class ModelEntry:
    """A model of the parity table; without numbers if it was not measured."""

    name: str
    """checkpoint or pir, pd, or nb-TARGET"""
    status: Status
    """all numbers are there only if it is measured; of one that is emulated, all but times and memory"""
    fault: Fault | None = None
    """in which way it failed; there if the status is failed"""
    detail: str = ""
    """for people: why it has no numbers"""
    pitfall: str = ""
    """the entry of docs/pitfalls.md that it fell into"""
    opt_version: str = ""
    """the opt that made an NB file, as its head says"""
    accuracy: float | None = None
    """share of images that are read, or told, as their label says"""
    ned: float | None = None
    """1 - normalised edit distance"""
    accuracy_interval: Interval | None = None
    calibration: Calibration | None = None
    hmean: float | None = None
    """of detection: harmonic mean of precision and recall"""
    precision: float | None = None
    recall: float | None = None
    boxes: int | None = None
    """boxes found on all images"""
    flipped_pixels: int | None = None
    """pixels on another side of the threshold than PD's"""
    pixels: int | None = None
    """pixels compared"""
    agreement: float | None = None
    """share of images that it finds the same in as its reference; missing if that was not measured"""
    max_abs_diff: float | None = None
    """largest difference of its output to its reference's; missing if that was not measured"""
    differences: Differences | None = None
    """missing if its reference was not measured, and of PD"""
    latency_ms: Latency | None = None
    """on the images that were timed, with the threads that the document names"""
    latency_all_ms: Latency | None = None
    """with all threads of the stage; missing where that is as many, and of a checkpoint"""
    time_ratio: Ratio | None = None
    """of its time to PD's, on the same images"""
    images_per_s: float | None = None
    """one after the other, with the threads that the document names"""
    load_s: float | None = None
    """processor seconds from the files to a model that can be asked"""
    peak_rss_mb: float | None = None
    classes: int | None = None
    """of its output"""
    backbone_kept: int = 0
    """images of which a checkpoint's backbone was kept from an earlier verify, and not computed in this one;
    what is behind it was, and of all images that were timed all of it"""
    reference: str = PD_MODEL
    """the model that it is compared with: PD, or of an NB file with integers PD rounded as they are"""
    on_arm: OnArm | None = None
    """missing if the project gives no library for ARM, or if it is for no file of this kind"""

    @property
    def is_measured(self) -> bool:
        """Whether it has numbers: those of its own run, or of Paddle's with what the file holds."""
        return self.status is Status.MEASURED or self.is_emulated

    @property
    def is_emulated(self) -> bool:
        """Whether its numbers are those of Paddle's kernels on the file's program and weights."""
        return self.status is Status.EMULATED

    @property
    def title(self) -> str:
        """The name as tables show it, with what was not measured in this run."""
        if self.backbone_kept:
            return msg("{name} (backbone kept)", self.name)
        if not self.is_emulated:
            return self.name
        if self.on_arm is None or self.on_arm.failure:
            return msg("{name} (emulated)", self.name)
        if self.on_arm.native:
            return msg("{name} (ARM kernels)", self.name)
        return msg("{name} (ARM kernels, emulated CPU)", self.name)

    @property
    def is_nb(self) -> bool:
        """Whether it is an NB model."""
        return Variant.of_model(self.name) is not None

    @property
    def sentence(self) -> str:
        """The status for people."""
        if self.status is Status.FAILED:
            return msg("failed: {detail}", self.detail)
        return self.detail or self.status.value


@dataclass(frozen=True)
class Mismatch:
    """An image on which a model finds other than the label or PD says."""

    image: str
    label: str
    found: Mapping[str, str]
    """by model, what it found"""


@dataclass(frozen=True)
class DictionaryIdentity:
    """The dictionary that outputs were decoded with."""

    md5: str
    sha256: str
    entries: int
    """characters, the added space among them"""
    classes: int
    """entries and the blank"""


@dataclass(frozen=True)
class ChainedLine:
    """A line that the two pairs of models read differently."""

    image: str
    line: int
    """on its page, in reading order"""
    original: str
    """empty if only the converted pair found the line"""
    converted: str


@dataclass(frozen=True)
class Chain:
    """Detection, then recognition, on whole pages: the original pair of models against the converted one."""

    recognition: str
    """name of the project whose recognition models were chained"""
    pages: int
    lines: int
    """that one of the pairs found and read"""
    same: int
    """of these, what both pairs read the same"""
    different: tuple[ChainedLine, ...]
    failure: str = ""
    """why a pair could not read on; missing if both could"""


class Change(str, Enum):
    """What was changed to see whether a model that reads little would read better."""

    #: What was read, from its end to its start.
    REVERSED = "reversed"
    #: The image, before it was prepared.
    UPSIDE_DOWN = "upside-down"
    TURNED_LEFT = "turned-left"
    TURNED_RIGHT = "turned-right"
    RGB = "rgb"


@dataclass(frozen=True)
class Attempt:
    """How the PD model reads some images if one thing is changed."""

    change: Change
    images: int
    accuracy: float
    """share of these images that are right with the change"""
    as_is: float
    """and without it"""


@dataclass(frozen=True)
class Parity(Document):
    """``parity.json``: every model on the same images."""

    FILE = PARITY
    VERSION = 3

    task: str
    images: int
    image_shape: tuple[int, ...]
    threads: int
    """of each model"""
    machine: str
    models: tuple[ModelEntry, ...]
    mismatches: tuple[Mismatch, ...]
    dictionary: DictionaryIdentity | None = None
    chain: Chain | None = None
    all_threads: int = 1
    """of the stage"""
    timed: int = 0
    """images that were read with the clock running"""
    attempts: tuple[Attempt, ...] = ()
    """missing if the PD model reads well enough"""
