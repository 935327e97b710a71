"""What phones measured on a kit's golden images: the project's append-only record of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from pipeline.errors import IntegrityFailed
from pipeline.record.hash_chain import Writer, read_chain
from stages.contract import DocumentError, Latency
from stages.contract.codec import decode, encode
from stages.message import msg
from stages.pitfalls import Pitfall

_FILE = "devices.jsonl"


class DeviceFault(str, Enum):
    """In what a device is not as the run that made its model."""

    OTHER_MODEL = "other-model"
    OTHER_DICTIONARY = "other-dictionary"
    #: The input that it prepared: preprocessing, or how its app decodes image files.
    OTHER_INPUT = "other-input"
    MISSING_IMAGE = "missing-image"
    UNKNOWN_IMAGE = "unknown-image"
    NOT_A_NUMBER = "not-a-number"
    OTHER_TEXT = "other-text"
    OTHER_SCORE = "other-score"


@dataclass(frozen=True)
class DeviceFinding:
    """One thing in which a device is not as the run, with what was found and expected if that says more."""

    fault: DeviceFault
    image: str = ""
    """as the test set names it; of an unknown one, as the device does"""
    found: str = ""
    expected: str = ""
    tolerated: bool = False
    """whether the project's limits allow it"""

    @property
    def sentence(self) -> str:
        """The finding in a sentence."""
        match self.fault:
            case DeviceFault.OTHER_MODEL:
                return msg("its model ({found}) is none that this project made", self.found)
            case DeviceFault.OTHER_DICTIONARY:
                return msg("its dictionary is not the model's")
            case DeviceFault.OTHER_INPUT:
                return msg("{image}: it prepares another input: preprocessing", self.image)
            case DeviceFault.MISSING_IMAGE:
                return msg("{image}: it did not read this image", self.image)
            case DeviceFault.UNKNOWN_IMAGE:
                return msg("{image} is no golden image of this model", self.image)
            case DeviceFault.NOT_A_NUMBER:
                return msg("{image}: its model gives what is no number", self.image)
            case DeviceFault.OTHER_TEXT:
                return msg(
                    "{image}: it reads {found}, the model reads {expected}",
                    self.image,
                    self.found,
                    self.expected,
                )
            case DeviceFault.OTHER_SCORE:
                return msg(
                    "{image}: its score is {found}, the model's {expected}",
                    self.image,
                    self.found,
                    self.expected,
                )


@dataclass(frozen=True)
class Device:
    """A device with a model's file: what it measured, held against the run that made the file."""

    time: str
    """when it was taken in: ISO 8601, UTC"""
    run: str
    """whose golden images it was held against"""
    name: str
    system: str
    abi: str
    processor: str
    cores: int
    library: str
    """the version of Paddle-Lite"""
    threads: int
    model: str
    """the row of the table that its file is; "" if it is none"""
    model_sha256: str
    latency_ms: Latency
    runs: int
    """readings that were timed"""
    load_ms: float
    peak_rss_mb: float
    images: int
    """golden images that there are"""
    same: int
    """of which it reads what the model reads"""
    max_score_diff: float | None = None
    """largest difference of an image's score to the model's"""
    findings: tuple[DeviceFinding, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether it reads as the model."""
        return all(finding.tolerated for finding in self.findings)

    @property
    def title(self) -> str:
        """The device with what it ran, as tables show it."""
        return f"{self.name} · {self.model}" if self.model else self.name

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why it did not pass."""
        return tuple(it.sentence for it in self.findings if not it.tolerated)

    @property
    def kind(self) -> tuple[str, ...]:
        """What makes two measurements ones of the same thing, of which the later counts."""
        return (
            self.name,
            self.system,
            self.abi,
            self.library,
            str(self.threads),
            self.model_sha256,
        )


def read_devices(state: Path) -> tuple[Device, ...]:
    """Return all that was ever measured, the oldest first, of a project with this ``.paddock``.

    What an earlier version wrote otherwise is passed over.

    Raises:
        IntegrityFailed: a line was changed or taken out.
    """
    path = state / _FILE
    chain = read_chain(path.read_bytes() if path.is_file() else b"")
    if chain.broken:
        raise IntegrityFailed(
            msg("line {line} of what phones measured is not what was written", chain.broken),
            f"{path}:{chain.broken}",
            msg("restore it, or set it aside and take the results in again"),
            Pitfall.CHANGED_ARTIFACT,
        )
    devices = []
    for body in chain.bodies:
        try:
            devices.append(decode(Device, dict(body), _FILE))
        except DocumentError:
            continue
    return tuple(devices)


def add_device(state: Path, device: Device) -> None:
    """Add a line and flush it to the disk."""
    Writer(state / _FILE, b"").append(encode(device))


def latest_devices(devices: tuple[Device, ...]) -> tuple[Device, ...]:
    """Return what was measured last of each device, library, number of threads and model."""
    return tuple({device.kind: device for device in devices}.values())
