"""Images of a few bytes, and the fixtures of tests that build them on a real engine."""

import hashlib
import io
import os
import tarfile
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from docker import DockerClient

from pipeline.compose.file import REPOSITORY, Compose, ImageBuild
from pipeline.engine.images import Images
from pipeline.errors import EngineError
from pipeline.images.build import BASE, Options, build_images
from pipeline.images.events import BuildEvent

#: Docker's own name for an image of nothing is `scratch`; an import gives one that can be pushed.
ROOT_FILE = "made-by-a-test"


@dataclass
class Workshop:
    """A repository of one image on its own, built by the real code on the real engine."""

    images: Images
    repository: Path
    tag: str
    said: list[BuildEvent] = field(default_factory=list)

    def write(self, name: str, text: str) -> None:
        """Put a file into the repository."""
        path = self.repository / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def compose(self, args: Mapping[str, str]) -> Compose:
        """Return a compose file of one image, which is the base."""
        build = ImageBuild("base", self.tag, ".", "images/base/Dockerfile", dict(args))
        return Compose({"base": build}, {}, {})

    def build(self, environ: Mapping[str, str], **args: str) -> str:
        """Build the image and return its ID."""
        options = Options(repository=self.repository)
        done = build_images(self.images, self.compose(args), environ, self.said.append, options)
        return done["base"]


@contextmanager
def workshop(client: DockerClient, repository: Path) -> Iterator[Workshop]:
    """Give a workshop with a name of its own; its image is gone afterwards."""
    images = Images(client)
    shop = Workshop(images, repository, f"paddock-test-{uuid.uuid4().hex[:12]}:1")
    try:
        yield shop
    finally:
        remove(images, shop.tag)


def build_renamed(
    images: Images, compose: Compose, names: Mapping[str, str], root: Path = REPOSITORY
) -> dict[str, str]:
    """Build the real images (service -> tag) on the base that is there; return their identities."""
    renamed = {name: replace(compose.images[name], image=tag) for name, tag in names.items()}
    chosen = Compose({BASE: compose.images[BASE], **renamed}, {}, {})
    options = Options(repository=root)
    return build_images(images, chosen, os.environ, lambda _event: None, options)


def remove(images: Images, reference: str) -> None:
    """Remove an image's name if it is there."""
    with suppress(EngineError):
        images.remove(reference)


def import_tiny(images: Images, folder: Path, target: str, content: str) -> str:
    """Import an image of one file; return its ID."""
    tar = folder / f"{hashlib.sha256(target.encode()).hexdigest()[:12]}.tar"
    with tarfile.open(tar, "w") as archive:
        member = tarfile.TarInfo(ROOT_FILE)
        member.size = len(content.encode())
        archive.addfile(member, io.BytesIO(content.encode()))
    return images.import_root(tar, target, [])
