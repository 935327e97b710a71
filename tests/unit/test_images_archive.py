import hashlib
import io
import tarfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, cast

import pytest

from pipeline.compose.file import read_compose
from pipeline.engine.images import Images
from pipeline.errors import EngineError, IntegrityFailed, UsageError
from pipeline.images.archive import load_images, save_images, sums_path


def tar_of(*contents: str) -> bytes:
    """Return a small archive, as an engine would give one, with a link in it."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for content in contents:
            member = tarfile.TarInfo(f"{content}/layer.tar")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content.encode()))
            link = tarfile.TarInfo(f"{content}/same")
            link.type, link.linkname = tarfile.SYMTYPE, "layer.tar"
            archive.addfile(link)
    return buffer.getvalue()


def read_tar(data: bytes) -> dict[str, str]:
    """Return the files of an archive: their content, or where a link leads."""
    found = {}
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        for member in archive:
            source = archive.extractfile(member) if member.isreg() else None
            found[member.name] = source.read().decode() if source else member.linkname
    return found


class FakeImages:
    """Gives and takes a small archive instead of gigabytes, and can go away in the middle."""

    def __init__(self, *contents: str, dies: bool = False) -> None:
        self.archive, self.dies = tar_of(*contents), dies
        self.loaded = b""

    def image_id(self, reference: str) -> str:
        return reference

    def find(self, reference: str) -> None:
        """Have none of the images that must be asked for."""

    def save(self, references: Iterable[str]) -> Iterator[bytes]:
        half = len(self.archive) // 2
        yield self.archive[:half]
        if self.dies:
            raise EngineError("the engine ended the connection")
        yield self.archive[half:]

    def load(self, stream: IO[bytes]) -> list[str]:
        self.loaded = stream.read()
        return ["paddock-base:3.1.1"]


def save(images: FakeImages, path: Path) -> list[str]:
    return save_images(cast("Images", images), read_compose({}), path)


def load(images: FakeImages, path: Path) -> list[str]:
    return load_images(cast("Images", images), path)


def test_what_was_saved_is_loaded(tmp_path: Path) -> None:
    path, images = tmp_path / "images.tar", FakeImages("one", "two")
    saved = save(images, path)
    assert "paddock-verify:3.1.1" in saved and "paddock-verify-arm:3.1.1" not in saved
    assert sums_path(path).read_text().endswith("  images.tar\n")
    assert load(images, path) == ["paddock-base:3.1.1"]
    assert read_tar(images.loaded) == read_tar(tar_of("one", "two"))
    assert sorted(item.name for item in tmp_path.iterdir()) == ["images.tar", "images.tar.sha256"]


@pytest.mark.parametrize("sums", ["", "0" * 64 + "  images.tar\n", "no hash"])
def test_an_archive_with_another_hash_is_never_loaded(tmp_path: Path, sums: str) -> None:
    path, images = tmp_path / "images.tar", FakeImages("one")
    save(images, path)
    sums_path(path).write_text(sums)
    with pytest.raises(IntegrityFailed, match="not what was saved"):
        load(images, path)
    assert images.loaded == b""


@pytest.mark.parametrize("gone", ["images.tar", "images.tar.sha256"])
def test_both_files_are_needed(tmp_path: Path, gone: str) -> None:
    path = tmp_path / "images.tar"
    save(FakeImages("one"), path)
    (tmp_path / gone).unlink()
    with pytest.raises(UsageError) as caught:
        load(FakeImages(), path)
    assert caught.value.where == str(tmp_path / gone)


def test_an_earlier_archive_survives_a_failed_one(tmp_path: Path) -> None:
    path = tmp_path / "images.tar"
    save(FakeImages("good"), path)
    with pytest.raises(EngineError):
        save(FakeImages("half", dies=True), path)
    assert read_tar(path.read_bytes()) == read_tar(tar_of("good"))
    assert load(FakeImages(), path)


def test_a_folder_that_is_not_there_is_no_traceback(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot save the images"):
        save(FakeImages("one"), tmp_path / "no" / "images.tar")


def test_fetched_models_travel_with_the_images(tmp_path: Path) -> None:
    path, images = tmp_path / "images.tar", FakeImages("one")
    here, there = tmp_path / "here", tmp_path / "there" / "models"
    for name, text in (("m-1/a", "A"), ("m-1.source", "wheel"), (".m-2.partial/b", "half")):
        (here / name).parent.mkdir(parents=True, exist_ok=True)
        (here / name).write_text(text)
    save_images(cast("Images", images), read_compose({}), path, here)
    (there / "m-1").mkdir(parents=True)
    (there / "m-1" / "a").write_text("there already")
    load_images(cast("Images", images), path, there)
    assert (there / "m-1" / "a").read_text() == "there already"
    assert (there / "m-1.source").read_text() == "wheel"
    assert sorted(item.name for item in there.iterdir()) == ["m-1", "m-1.source"]


def test_no_archive_writes_outside_the_models_folder(tmp_path: Path) -> None:
    path, images = tmp_path / "images.tar", FakeImages("one")
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name in ("paddock-models/../../evil", "/paddock-models/evil", "paddock-models/ok"):
            member = tarfile.TarInfo(name)
            member.size = 1
            archive.addfile(member, io.BytesIO(b"x"))
    path.write_bytes(buffer.getvalue())
    sums_path(path).write_text(hashlib.sha256(path.read_bytes()).hexdigest())
    load_images(cast("Images", images), path, tmp_path / "a" / "models")
    made = [item.relative_to(tmp_path) for item in tmp_path.rglob("*") if item.is_file()]
    assert sorted(map(str, made)) == ["a/models/ok", "images.tar", "images.tar.sha256"]
