"""What ``stages.reading`` prints: what every model of a run makes of images of one's own, side by side."""

from __future__ import annotations

from dataclasses import dataclass

from stages.contract.documents import Document


@dataclass(frozen=True)
class Reading:
    """What one model makes of one image."""

    model: str
    found: str = ""
    """a text; of a page, how many boxes; of a line, its orientation"""
    score: float | None = None
    """how sure the model is, 0 to 1; pages have none"""
    milliseconds: float | None = None
    """with one thread; missing where the file is emulated"""
    emulated: bool = False
    """whether Paddle ran what the file holds, as Paddle-Lite cannot run it here"""
    why: str = ""
    """why there is nothing, if there is nothing"""


@dataclass(frozen=True)
class ReadImage:
    """One image, and what the models make of it."""

    image: str
    readings: tuple[Reading, ...] = ()
    label: str | None = None
    """what it says, where that is known"""
    why: str = ""
    """why it could not be read, if it could not"""

    @property
    def parting(self) -> bool:
        """Whether the models that read it do not all find the same."""
        return len({item.found for item in self.readings if not item.why}) > 1


@dataclass(frozen=True)
class Readings(Document):
    """All images, in the order in which they were given."""

    FILE = "readings.json"

    task: str
    images: tuple[ReadImage, ...]
