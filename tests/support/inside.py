"""Running tests where they belong: in a container of the verify image, with pytest added."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from docker import DockerClient
from docker.models.containers import Container

from pipeline.compose.file import REPOSITORY, Compose, ImageBuild
from pipeline.engine.containers import OWNER
from pipeline.engine.images import BuildRequest, Images
from pipeline.images.certificates import find_bundle
from pipeline.images.context import make_context
from pipeline.models.catalogue import MODELS as BUILT_IN
from pipeline.models.fetch import fetch_official
from pipeline.models.fetch_context import FetchContext
from support.tar import pack

TAG = "paddock-test-stages:1"
#: Where the tests and the models are in the container.
CODE, MODELS = PurePosixPath("/tests"), PurePosixPath("/models")
LABELS = {"paddock.test": "stages"}


def run_inside(client: DockerClient, compose: Compose, folder: str) -> int:
    """Run a folder's tests in one process, which makes their models once; show what it prints.

    Returns:
        pytest's exit code.
    """
    image = build_inside(client, compose, os.environ)
    models = {name: fetch_official(name, FetchContext()) for name in BUILT_IN}
    with container_inside(client, image, models, [folder, "--durations=15"]) as container:
        return run_to_the_end(container)


def build_inside(client: DockerClient, compose: Compose, environ: Mapping[str, str]) -> str:
    """Build verify with pytest and the working tree's stages, or take it from the cache; return its ID."""
    images = Images(client)
    args = {"BASE": images.image_id(compose.services["verify"].image)}
    args |= {name: environ[name] for name in ("PIP_INDEX_URL",) if environ.get(name)}
    build = ImageBuild("inside", TAG, ".", "tests/stages/image/Dockerfile", args)
    context = make_context(REPOSITORY, build, find_bundle(environ))
    with context.pack() as stream:
        for _line in images.build(BuildRequest(TAG, context.dockerfile, context.args), stream):
            pass
    return images.image_id(TAG)


@contextmanager
def container_inside(
    client: DockerClient, image: str, models: Mapping[str, Path], words: list[str]
) -> Iterator[Container]:
    """Give a container that is ready to run ``pytest WORDS``, with no network."""
    container = client.containers.create(
        image,
        ["-p", "no:cacheprovider", "--rootdir", str(CODE), *words],
        working_dir=str(CODE),
        user=f"{OWNER}:{OWNER}",
        environment={"PADDOCK_TEST_MODELS": str(MODELS)},
        network_mode="none",
        cap_drop=["ALL"],
        security_opt=["no-new-privileges"],
        shm_size="2g",
        init=True,
        labels=LABELS,
    )
    try:
        container.put_archive("/", pack(dict(_files(models))))
        yield container
    finally:
        container.remove(force=True, v=True)


def _files(models: Mapping[str, Path]) -> Iterator[tuple[PurePosixPath, Path]]:
    yield CODE / "pyproject.toml", REPOSITORY / "pyproject.toml"
    yield CODE / "tests/conftest.py", REPOSITORY / "tests/conftest.py"
    for code in ("tests/support", "tests/stages", "tests/pitfalls/inside"):
        for path in (REPOSITORY / code).rglob("*.py"):
            yield CODE / path.relative_to(REPOSITORY), path
    for name, folder in models.items():
        for path in folder.iterdir():
            yield MODELS / name / path.name, path


def run_to_the_end(container: Container) -> int:
    """Start the container, show what it prints, and return its exit code."""
    container.start()
    for block in container.attach(stream=True, logs=True):
        sys.stdout.write(block.decode("utf-8", "replace"))
    return int(container.wait(timeout=60)["StatusCode"])
