"""Files on their way into a volume: the archive, as any tar reads it, and what is said meanwhile."""

import io
import tarfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from pipeline.engine.containers import OWNER
from pipeline.engine.tree import Tree
from pipeline.errors import PaddockError
from pipeline.run.uploading import Uploading
from stages.contract import MANIFEST_FILE

FOLDER = "ab" * 32
FILES = {
    "train/1.png": b"",
    "train/2.png": b"x" * 511,
    "train/deep/er/3.png": b"y" * 512,
    f"long/{'n' * 95}": b"just fits",
    f"longer/{'n' * 94}": b"does not fit into the field of names",
    f"{'f' * 80}/{'g' * 90}.png": b"nor this",
    "行/字 é.png": b"not ASCII",
    "large.bin": bytes(range(256)) * 10_000,
}


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    paths = {name: tmp_path / str(number) for number, name in enumerate(FILES)}
    for name, path in paths.items():
        path.write_bytes(FILES[name])
    return paths


def unpacked(blocks: bytes) -> tuple[dict[str, bytes], set[str]]:
    """Return the files of an archive by name in its order, and its folders; all are of the images' user."""
    found, folders = dict[str, bytes](), set[str]()
    with tarfile.open(fileobj=io.BytesIO(blocks)) as archive:
        for member in archive:
            assert (member.uid, member.gid) == (OWNER, OWNER)
            if member.isdir():
                folders.add(member.name)
            else:
                source = archive.extractfile(member)
                found[member.name] = source.read() if source else b"?"
    return found, folders


def test_every_tar_reads_what_went_in_the_manifest_last(files: Mapping[str, Path]) -> None:
    done: list[None] = []
    tree = Tree(FOLDER, files, "manifest\n", lambda: done.append(None))
    found, folders = unpacked(b"".join(tree))
    tree.raise_error()
    wanted = {f"{FOLDER}/{name}": data for name, data in FILES.items()}
    assert found == {**wanted, f"{FOLDER}/{MANIFEST_FILE}": b"manifest\n"}
    assert [*found][-1].endswith(MANIFEST_FILE) and len(done) == len(FILES)
    assert {FOLDER, f"{FOLDER}/train/deep", f"{FOLDER}/train/deep/er"} <= folders


@pytest.mark.parametrize("gone", [True, False], ids=["gone", "shorter"])
def test_a_file_that_cannot_be_read_whole_ends_the_archive_without_its_manifest(
    files: Mapping[str, Path], gone: bool
) -> None:
    path = files["large.bin"]
    tree = Tree(FOLDER, files, "manifest\n")
    blocks = iter(tree)
    if gone:
        path.unlink()
    first = next(blocks)
    if not gone:
        path.write_bytes(b"")
    sent = first + b"".join(blocks)
    assert MANIFEST_FILE.encode() not in sent
    with pytest.raises(FileNotFoundError if gone else PaddockError):
        tree.raise_error()


def said_of(files: int, seconds_a_file: float) -> list[str]:
    now, said = [0.0], list[str]()
    uploading = Uploading(files, said.append, lambda: now[0])
    for _ in range(files):
        now[0] += seconds_a_file
        uploading.advance()
    return said


def test_an_upload_that_takes_long_says_what_is_left_of_it_and_a_short_one_nothing() -> None:
    said = said_of(1280, 1 / 64)
    assert said == [
        "uploaded 320 of 1,280 files, about 15 s left",
        "uploaded 640 of 1,280 files, about 10 s left",
        "uploaded 960 of 1,280 files, about 5.0 s left",
    ]
    assert said_of(320, 1 / 64) == []
