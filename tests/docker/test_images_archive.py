"""Images in a file: saved, gone, and back again as they were."""

import uuid
from pathlib import Path

import pytest

from pipeline.compose.file import Compose, ImageBuild
from pipeline.engine.images import Images
from pipeline.errors import EngineError
from pipeline.images.archive import load_images, save_images
from stages.contract import Exit
from support.tiny import import_tiny, remove

pytestmark = pytest.mark.docker


def compose_of(names: list[str]) -> Compose:
    builds = {name: ImageBuild(name, name, ".", "Dockerfile") for name in names}
    return Compose(builds, {}, {})


def test_what_was_saved_comes_back(images: Images, tmp_path: Path) -> None:
    names = [f"paddock-test-{uuid.uuid4().hex[:12]}:1" for _ in range(2)]
    path = tmp_path / "images.tar"
    try:
        before = [import_tiny(images, tmp_path, name, name) for name in names]
        assert save_images(images, compose_of(names), path) == names
        for name in names:
            images.remove(name)
        assert [images.find(name) for name in names] == [None, None]
        assert sorted(load_images(images, path)) == sorted(names)
        assert [images.image_id(name) for name in names] == before
    finally:
        for name in names:
            remove(images, name)


def test_a_missing_image_is_named_before_anything_is_written(
    images: Images, tmp_path: Path
) -> None:
    name = "paddock-test-never-made:1"
    with pytest.raises(EngineError, match=name) as caught:
        save_images(images, compose_of([name]), tmp_path / "images.tar")
    assert caught.value.code == Exit.ENGINE
    assert "paddock images build" in caught.value.remedy
    assert not list(tmp_path.iterdir())
