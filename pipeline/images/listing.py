"""``paddock images list``: what is on the engine, and what every image stands on."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.compose.file import Compose
from pipeline.engine.images import Images
from pipeline.images.build import ORIGIN_LABEL


@dataclass(frozen=True)
class ImageStatus:
    """One image of compose.yaml; what is empty or 0 is not there. Sizes in bytes."""

    service: str
    image: str
    id: str
    size: int
    created: str
    base: str
    identity: str = ""

    @property
    def present(self) -> bool:
        """Whether the engine has it."""
        return bool(self.id)


def list_images(images: Images, compose: Compose) -> list[ImageStatus]:
    """Look at every image that compose.yaml names, and at one that must be asked for if it is there."""
    found = (
        (build, _status(images, build.service, build.image)) for build in compose.images.values()
    )
    return [status for build, status in found if status.present or not build.asked_for]


def _status(images: Images, service: str, image: str) -> ImageStatus:
    found = images.find(image)
    if found is None:
        return ImageStatus(service, image, "", 0, "", "")
    base = found.labels.get(ORIGIN_LABEL, "")
    return ImageStatus(service, image, found.id, found.size, found.created, base, found.identity)
