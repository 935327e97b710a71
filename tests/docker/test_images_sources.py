"""What an image is made of: a user's own PaddleOCR tree, and nothing whose hash differs."""

import io
import os
import shutil
import tarfile
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from docker import DockerClient

from pipeline.compose.file import REPOSITORY, Compose, read_compose
from pipeline.engine.images import Images
from pipeline.errors import EngineError, IntegrityFailed
from pipeline.images.build import Options, build_images
from stages.contract import Exit
from support.tiny import remove

pytestmark = [pytest.mark.docker, pytest.mark.images]

MARK = "# a user's own change\n"


@pytest.fixture
def tree(client: DockerClient, compose: Compose, tmp_path: Path) -> Path:
    """PaddleOCR as the train image has it, as a user's own folder, with a change."""
    container = client.containers.create(compose.images["train"].image)
    try:
        chunks, _ = container.get_archive("/opt/paddleocr")
        with tarfile.open(fileobj=io.BytesIO(b"".join(chunks))) as tar:
            tar.extractall(tmp_path)  # noqa: S202 - an image that Paddock built
    finally:
        container.remove()
    script = tmp_path / "paddleocr" / "tools" / "train.py"
    script.write_text(script.read_text() + MARK)
    return tmp_path / "paddleocr"


@pytest.fixture
def tag(images: Images) -> Iterator[str]:
    name = f"paddock-test-{uuid.uuid4().hex[:12]}:1"
    yield name
    remove(images, name)


def build(images: Images, service: str, tag: str, environ: dict[str, str], root: Path) -> None:
    """Build one service's image under another name, on the base that is there."""
    compose = read_compose(environ)
    renamed = replace(compose.images[service], image=tag)
    only = Compose({"base": compose.images["base"], service: renamed}, {}, {})
    build_images(images, only, environ, lambda _event: None, Options(repository=root))


def test_a_users_own_tree_takes_the_place_of_the_archives(
    client: DockerClient, images: Images, tree: Path, tag: str
) -> None:
    environ = {**os.environ, "PADDLEOCR_TREE": str(tree)}
    build(images, "train", tag, environ, REPOSITORY)
    command = ["-c", "tail -n 1 $PADDOCK_PADDLEOCR/tools/train.py"]
    last = client.containers.run(tag, command, entrypoint=["sh"], remove=True, network_mode="none")
    assert last.decode() == MARK


def test_a_tree_without_a_network_is_refused_by_the_build(
    images: Images, tree: Path, tag: str
) -> None:
    shutil.rmtree(tree / "ppocr" / "modeling")
    environ = {**os.environ, "PADDLEOCR_TREE": str(tree)}
    with pytest.raises(EngineError, match="lacks ppocr/modeling") as caught:
        build(images, "train", tag, environ, REPOSITORY)
    assert caught.value.code == Exit.ENGINE
    assert images.find(tag) is None


def test_a_package_with_another_hash_is_never_installed(
    images: Images, tag: str, tmp_path: Path
) -> None:
    root = tmp_path / "repository"
    for folder in ("images", "stages"):
        shutil.copytree(REPOSITORY / folder, root / folder)
    lock = root / "images" / "lite" / "requirements.txt"
    lock.write_text(f"threadpoolctl==3.5.0 --hash=sha256:{'0' * 64}\n")
    with pytest.raises(IntegrityFailed, match="not the one that the lock names") as caught:
        build(images, "convert", tag, dict(os.environ), root)
    assert caught.value.code == Exit.INTEGRITY
    assert images.find(tag) is None
