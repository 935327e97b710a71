"""Pages looked at in a real browser: Debian's Chromium, in a container that has no network."""

import io
import json
import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from docker import DockerClient

from pipeline.engine.containers import OWNER
from pipeline.engine.images import BuildRequest, Images
from support import chromium
from support.patience import PATIENCE
from support.tar import pack
from support.tools import tar_of

BROWSER = "paddock-test-browser:1"
_DOCKERFILE = """
ARG BASE
FROM ${BASE}
USER 0
RUN apt-get update -q \\
    && apt-get install -q -y --no-install-recommends \\
        chromium-headless-shell fonts-dejavu-core fonts-droid-fallback \\
    && rm -rf /var/lib/apt/lists/*
ENV PYTHONPATH=
ENTRYPOINT []
"""
_FOLDER = PurePosixPath("/tmp/pages")
_OUT = "/tmp/seen"


@dataclass(frozen=True)
class View:
    """A page as it is opened: its file's name, the window, what the reader's system prefers, the language.

    ``picture`` names a PNG of what is seen, with ``whole`` of the page to its end.
    """

    page: str
    width: int
    height: int = 900
    scheme: str = "light"
    language: str = "en"
    printed: bool = False
    picture: str = ""
    whole: bool = False


@dataclass(frozen=True)
class Seen:
    """What was found in each view, and the pictures by name."""

    found: list[dict[str, Any]]
    pictures: dict[str, bytes]


def build_browser(client: DockerClient, base: str) -> str:
    """Build the image with Chromium, or take it from the engine's cache; return its ID."""
    images = Images(client)
    request = BuildRequest(BROWSER, "Dockerfile", {"BASE": base})
    for _line in images.build(request, io.BytesIO(tar_of("Dockerfile", _DOCKERFILE))):
        pass
    return images.image_id(BROWSER)


def look_at(
    client: DockerClient,
    image: str,
    pages: Mapping[str, Path],
    views: Sequence[View],
    scratch: Path,
) -> Seen:
    """Open pages, by name, in every view, in one browser.

    Raises:
        AssertionError: it ended with an error; says what it printed.
    """
    asked = scratch / "asked.json"
    asked.write_text(json.dumps([asdict(view) for view in views]), "utf-8")
    files = {_FOLDER / name: path for name, path in pages.items()}
    files |= {_FOLDER / "asked.json": asked, _FOLDER / "chromium.py": Path(chromium.__file__)}
    container = client.containers.create(
        image,
        ["python", "chromium.py", "asked.json", _OUT],
        working_dir=str(_FOLDER),
        user=f"{OWNER}:{OWNER}",
        environment={"HOME": "/tmp"},
        network_mode="none",
        cap_drop=["ALL"],
        security_opt=["no-new-privileges"],
        init=True,
        labels={"paddock.test": "browser"},
    )
    try:
        container.put_archive("/", pack(files))
        container.start()
        code = container.wait(timeout=10 * PATIENCE)["StatusCode"]
        assert code == 0, container.logs().decode()
        return _seen(b"".join(container.get_archive(_OUT)[0]))
    finally:
        container.remove(force=True, v=True)


def _seen(archive: bytes) -> Seen:
    files = {}
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        for member in tar:
            content = tar.extractfile(member) if member.isfile() else None
            if content is not None:
                files[PurePosixPath(member.name).name] = content.read()
    return Seen(json.loads(files.pop("seen.json")), files)
