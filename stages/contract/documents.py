"""The documents that stages leave for the host: what was compared, traced, and how training went.

Each is a frozen dataclass that both sides import. What a decision hangs on is an enumeration or a number;
sentences are for people only. ``parity.json`` is in :mod:`stages.contract.parity`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, ClassVar, TypeVar

from stages.contract.artifacts import CURVE, EVIDENCE, LINEAGE
from stages.contract.codec import DocumentError, decode, encode
from stages.message import joined, msg, restored, with_messages

_Document = TypeVar("_Document", bound="Document")
_VERSION = "schema_version"


class Document:
    """A file of JSON: :data:`FILE` is its name, :data:`VERSION` its ``schema_version``."""

    FILE: ClassVar[str]
    VERSION: ClassVar[int] = 1

    @classmethod
    def from_json(cls: type[_Document], text: str | bytes) -> _Document:
        """Read what :meth:`dump` returned.

        Raises:
            DocumentError: it is no JSON, of another version, or not made as the class says.
        """
        try:
            raw = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise DocumentError(msg("{file} is not JSON: {error}", cls.FILE, error)) from error
        if not isinstance(raw, dict):
            raise DocumentError(msg("{file} is not a JSON object", cls.FILE))
        if raw.get(_VERSION) != cls.VERSION:
            raise DocumentError(
                msg(
                    "{file} has the schema version {get}, expected {version}",
                    cls.FILE,
                    f"{raw.get(_VERSION)!r:.20}",
                    cls.VERSION,
                )
            )
        body = {name: value for name, value in restored(raw).items() if name != _VERSION}
        return decode(cls, body, cls.FILE)

    def dump(self) -> str:
        """Return the document as JSON that a person can read; equal documents give equal bytes."""
        document = with_messages({_VERSION: self.VERSION, **encode(self)})
        return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


# What was compared and looked at on the way.


class Match(str, Enum):
    """How what a place says compares with what the project says."""

    SAME = "same"
    DIFFERS = "differs"
    NOT_SAID = msg("not said")


@dataclass(frozen=True)
class Compared:
    """A property that a place (a configuration, a model) may declare, and the project's value."""

    place: str
    what: str
    expected: str
    found: str
    """empty if the place says nothing"""
    outcome: Match


@dataclass(frozen=True)
class Sane:
    """What a measured model's output was like at worst."""

    model: str
    repeat_difference: float
    """largest difference when an image was read again"""
    distinct_readings: int
    """how many different things it said of the images"""
    row_sum_error: float | None = None
    """largest distance of a step's sum of probabilities from one"""
    lowest: float | None = None
    """of detection: the lowest value of a probability map"""
    highest: float | None = None


@dataclass(frozen=True)
class CanaryEntry:
    """How often a model reads as the official one, and as the model that it was made from."""

    model: str
    reference: str
    as_stock: float
    as_reference: float


@dataclass(frozen=True)
class Canary:
    """Whether a model reads as the official model that training started from."""

    stock: str
    images: int
    models: tuple[CanaryEntry, ...]
    failure: str = ""
    """why the official model could not read"""


@dataclass(frozen=True)
class Needs:
    """What the app has to have that loads an NB file."""

    at_least: str
    """the oldest Paddle-Lite that reads it: that of the ``opt`` which made it"""
    extra: tuple[str, ...] = ()
    """its operators that only a library built ``with_extra`` has"""
    half: bool = False
    """a library of half precision, and a processor that computes in it"""
    opencl: bool = False
    """a library with OpenCL, and a driver"""

    @property
    def sentence(self) -> str:
        """The same for a person."""
        said = [msg("Paddle-Lite {version} or newer", self.at_least)]
        if self.extra:
            said.append(msg("with extra operators (with_extra=ON)"))
        if self.half:
            said.append(msg("with half precision (with_arm82_fp16=ON) on ARMv8.2"))
        if self.opencl:
            said.append(msg("with OpenCL (with_opencl=ON)"))
        return joined(", ", said)


@dataclass(frozen=True)
class BufferHead:
    """What the head and the kernels of an NB file say."""

    model: str
    target: str
    opt_version: str
    needs: Needs | None = None
    """missing where the file could not be read"""


@dataclass(frozen=True)
class Runtime:
    """The Paddle-Lite that is installed where the models were measured, and the NB files."""

    paddle_lite: str
    files: tuple[BufferHead, ...]


@dataclass(frozen=True)
class ReadBack:
    """The proof of the reader that emulates NB files: what it made of a file that also ran here."""

    model: str
    images: int
    agreement: float | None = None
    """share of images that the file, read back and run by Paddle, says the same of as Paddle-Lite does"""
    max_abs_diff: float | None = None
    same_program: tuple[str, ...] = ()
    """emulated models whose files hold the same program and weights, byte by byte"""
    failure: str = ""
    """why there are no numbers"""


@dataclass(frozen=True)
class Evidence(Document):
    """``evidence.json``: what the host's guards look at beside the parity."""

    FILE = EVIDENCE

    dictionary: tuple[Compared, ...]
    preprocessing: tuple[Compared, ...]
    sanity: tuple[Sane, ...]
    runtime: Runtime
    canary: Canary | None = None
    read_back: tuple[ReadBack, ...] = ()
    """a kind of weights; missing if no file that ran here was read back too"""


# Where the weights come from.


@dataclass(frozen=True)
class Step:
    """Every tensor of a model, traced back to the model that it was made from."""

    from_: str
    to: str
    tensors: int
    same: int
    """identical, byte for byte"""
    derived: int
    """computed from others by a known rule"""
    by: Mapping[str, int]
    """the rules, and how many tensors each derived"""
    untraced: tuple[str, ...] = ()
    """of an NB file that was made elsewhere, tensors that are neither; some are named"""

    @property
    def traced(self) -> bool:
        """Whether every tensor comes from the model before."""
        return self.same + self.derived == self.tensors


@dataclass(frozen=True)
class Targets:
    """The NB files of all targets, compared with each other."""

    tensors: int
    different: tuple[str, ...] = ()
    operators: int = 0
    """that all files have, kernels and casts aside"""
    different_operators: tuple[str, ...] = ()

    @property
    def equal(self) -> bool:
        """Whether all files hold the same model."""
        return not self.different and not self.different_operators


@dataclass(frozen=True)
class TracedModel:
    """A model of a lineage: the fingerprint of all its tensors; of an NB file also what it says of itself."""

    fingerprint: str
    target: str = ""
    opt_version: str = ""
    input_shape: tuple[int, ...] = ()
    classes: int = 0
    tensors: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Lineage(Document):
    """``lineage.json``: the steps, the models, and what the targets share (None with one target)."""

    FILE = LINEAGE

    steps: tuple[Step, ...]
    models: Mapping[str, TracedModel]
    targets: Targets | None = None


# How training went.


@dataclass(frozen=True)
class Point:
    """A number of training at a step; None if it was not finite."""

    step: int
    name: str
    value: float | None


@dataclass(frozen=True)
class Curve(Document):
    """``curve.json``: all that was measured while training."""

    FILE = CURVE

    points: tuple[Point, ...]

    @classmethod
    def of(cls, points: list[dict[str, Any]]) -> Curve:
        """Make a curve of points that are kept as dictionaries."""
        return cls(tuple(Point(**point) for point in points))
