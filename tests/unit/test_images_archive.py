from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, cast

import pytest

from pipeline.compose.file import read_compose
from pipeline.engine.images import Images
from pipeline.errors import EngineError, IntegrityFailed, UsageError
from pipeline.images.archive import load_images, save_images, sums_path


class FakeImages:
    """Gives and takes bytes instead of gigabytes, and can go away in the middle."""

    def __init__(self, *blocks: bytes, dies: bool = False) -> None:
        self.blocks, self.dies = blocks, dies
        self.loaded = b""

    def image_id(self, reference: str) -> str:
        return reference

    def find(self, reference: str) -> None:
        """Have none of the images that must be asked for."""

    def save(self, references: Iterable[str]) -> Iterator[bytes]:
        yield from self.blocks
        if self.dies:
            raise EngineError("the engine ended the connection")

    def load(self, stream: IO[bytes]) -> list[str]:
        self.loaded = stream.read()
        return ["paddock-base:3.1.1"]


def save(images: FakeImages, path: Path) -> list[str]:
    return save_images(cast("Images", images), read_compose({}), path)


def load(images: FakeImages, path: Path) -> list[str]:
    return load_images(cast("Images", images), path)


def test_what_was_saved_is_loaded(tmp_path: Path) -> None:
    path, images = tmp_path / "images.tar", FakeImages(b"one", b"two")
    saved = save(images, path)
    assert "paddock-verify:3.1.1" in saved and "paddock-verify-arm:3.1.1" not in saved
    assert sums_path(path).read_text().endswith("  images.tar\n")
    assert load(images, path) == ["paddock-base:3.1.1"]
    assert images.loaded == b"onetwo"
    assert sorted(item.name for item in tmp_path.iterdir()) == ["images.tar", "images.tar.sha256"]


@pytest.mark.parametrize("sums", ["", "0" * 64 + "  images.tar\n", "no hash"])
def test_an_archive_with_another_hash_is_never_loaded(tmp_path: Path, sums: str) -> None:
    path, images = tmp_path / "images.tar", FakeImages(b"one")
    save(images, path)
    sums_path(path).write_text(sums)
    with pytest.raises(IntegrityFailed, match="not what was saved"):
        load(images, path)
    assert images.loaded == b""


@pytest.mark.parametrize("gone", ["images.tar", "images.tar.sha256"])
def test_both_files_are_needed(tmp_path: Path, gone: str) -> None:
    path = tmp_path / "images.tar"
    save(FakeImages(b"one"), path)
    (tmp_path / gone).unlink()
    with pytest.raises(UsageError) as caught:
        load(FakeImages(), path)
    assert caught.value.where == str(tmp_path / gone)


def test_an_earlier_archive_survives_a_failed_one(tmp_path: Path) -> None:
    path = tmp_path / "images.tar"
    save(FakeImages(b"good"), path)
    with pytest.raises(EngineError):
        save(FakeImages(b"half", dies=True), path)
    assert path.read_bytes() == b"good"
    assert load(FakeImages(), path)


def test_a_folder_that_is_not_there_is_no_traceback(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot save the images"):
        save(FakeImages(b"one"), tmp_path / "no" / "images.tar")
