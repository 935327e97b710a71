"""What of a project reaches the stages, and under which hash."""

import hashlib
from pathlib import Path

import pytest

from pipeline.plan.hashes import HashCache
from pipeline.plan.inputs import Upload, file_upload, split_upload
from pipeline.project import load_project
from support.projects import MINIMAL, write_project


def upload(folder: Path, split: str = "train") -> Upload:
    with HashCache(folder / ".paddock" / "hashes.sqlite") as cache:
        return split_upload(load_project(folder), split, cache)


def test_a_split_is_its_label_files_and_their_images(folder: Path) -> None:
    made = upload(folder)
    assert sorted(made.files) == ["train.txt", "train/0.png", "train/1.png"]


def test_the_manifest_lists_hash_and_path_of_every_file(folder: Path) -> None:
    made = upload(folder)
    lines = made.manifest.splitlines()
    assert lines == sorted(lines, key=lambda line: line.partition("  ")[2])
    for line in lines:
        digest, _, name = line.partition("  ")
        assert digest == hashlib.sha256((folder / "data" / name).read_bytes()).hexdigest()
    assert made.sha256 == hashlib.sha256(made.manifest.encode()).hexdigest()
    assert str(made.folder) == f"/paddock/inputs/{made.sha256}"


def test_one_changed_byte_changes_its_split_only(folder: Path) -> None:
    before = {split: upload(folder, split).sha256 for split in ("train", "val", "test")}
    (folder / "data/val/1.png").write_bytes(b"val image X")
    after = {split: upload(folder, split).sha256 for split in ("train", "val", "test")}
    assert [split for split in before if before[split] != after[split]] == ["val"]


def test_where_the_project_lies_and_when_it_was_written_change_nothing(tmp_path: Path) -> None:
    one, other = (write_project(tmp_path / name) for name in ("one", "other"))
    assert upload(one).sha256 == upload(other).sha256


@pytest.mark.parametrize(
    "name",
    ["/etc/hostname", "../dict.txt", "train/../../dict.txt", "", "MANIFEST", "train/\x1b[2J.png"],
)
def test_unsafe_name_of_a_label_file_is_left_out(folder: Path, name: str) -> None:
    labels = folder / "data/train.txt"
    labels.write_text(f"{name}\tAB0\ntrain/0.png\tAB0\n", encoding="utf-8")
    (folder / "data/MANIFEST").write_text("x")
    (folder / "data/train/\x1b[2J.png").write_bytes(b"x")
    assert sorted(upload(folder).files) == ["train.txt", "train/0.png"]


def test_links_are_followed_as_data_tools_make_them(folder: Path, tmp_path: Path) -> None:
    (folder / "data").rename(tmp_path / "disk")
    (folder / "data").symlink_to(tmp_path / "disk")
    (tmp_path / "disk/train/1.png").unlink()
    (tmp_path / "disk/train/1.png").symlink_to("0.png")
    assert sorted(upload(folder).files) == ["train.txt", "train/0.png", "train/1.png"]


def test_lines_that_cannot_be_read_do_not_stop_the_rest(folder: Path) -> None:
    labels = b"\xff\xfe\tAB\nno tab\n\nmissing.png\tAB\ntrain/1.png\tAB\r\n"
    (folder / "data/train.txt").write_bytes(labels)
    assert sorted(upload(folder).files) == ["train.txt", "train/1.png"]


def test_the_test_split_falls_back_to_val(tmp_path: Path) -> None:
    folder = write_project(tmp_path / "p", MINIMAL.replace('test = ["test.txt"]\n', ""))
    assert upload(folder, "test").sha256 == upload(folder, "val").sha256


def test_a_single_file_is_named_by_its_own_hash(folder: Path) -> None:
    with HashCache(folder / "h.sqlite") as cache:
        made = file_upload(folder / "dict.txt", cache, "project (dictionary)")
    source = made.as_file("dictionary")
    assert source.sha256 == hashlib.sha256((folder / "dict.txt").read_bytes()).hexdigest()
    assert source.path == f"{made.folder}/dict.txt" and not source.tree
    assert made.as_tree("x").sha256 == made.sha256 != source.sha256
