"""A new project: what the folder suggests, what the file then says, and that nothing is overwritten."""

import os
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import tomli

from pipeline.errors import UsageError
from pipeline.project import Settings, load_project
from pipeline.project.answers import Answers, Start
from pipeline.project.suggest import suggest
from pipeline.project.template import project_text
from pipeline.project.write import write_new
from support.given import give_checkpoint, give_configuration, give_pd
from support.projects import write_project

USUAL = Answers("plates")
VALUES = [
    'a "b"', "back\\slash", "tab\there", "umlaut ä", "车牌", "\x7f", "]", "'''", "# no comment",
]  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = write_project(tmp_path / "plates")
    (made / "paddock.toml").unlink()
    return made


@pytest.mark.parametrize("value", VALUES)
def test_whatever_is_answered_is_read_back(value: str) -> None:
    answers = replace(USUAL, root=value, train=(value, "b.txt"), dictionary=value)
    data = tomli.loads(project_text(answers))["data"]
    assert data["root"] == value and data["train"] == [value, "b.txt"]
    assert data["dictionary"] == value


STARTS: dict[str, dict[str, Any]] = {
    "finetune": {},
    "finetune-own": {"mode": "full", "architecture": "a.yml", "model": "best.pdparams"},
    "finetune-v4": {"architecture": "PP-OCRv4_mobile_rec", "model": "PP-OCRv4_mobile_rec"},
    "finetune-all-characters": {"dictionary": ""},
    "scratch": {"start": "scratch", "mode": "full", "architecture": "rec_mv3_none_bilstm_ctc"},
    "wide": {"width": 640, "longest": 40},
    "labels": {"labels": ("rec_gt.txt",), "dictionary": "labels"},
    "official": {"start": "official", "min_accuracy": 0.5},
    "official-v4": {"start": "official", "model": "PP-OCRv4_mobile_rec"},
    "pages": {"start": "official", "model": "PP-OCRv5_mobile_det", "task": "detection"},
    "model": {"start": "model", "model": "inference", "dictionary": ""},
    "checkpoint": {"start": "checkpoint", "model": "best.pdparams", "architecture": "a.yml"},
}


@pytest.mark.parametrize("name", STARTS)
@pytest.mark.parametrize("spaces", [False, True])
def test_file_says_what_was_checked(name: str, spaces: bool) -> None:
    answers = replace(USUAL, use_space_char=spaces, **STARTS[name])
    written = Settings.model_validate(tomli.loads(project_text(answers)))
    assert written == Settings.model_validate({"project": {}, "data": {}, **answers.raw()})


@pytest.mark.parametrize("name", STARTS)
def test_every_start_is_a_project_that_loads(folder: Path, name: str) -> None:
    """What the form offers is what a run takes: files are there, and nothing else is asked for."""
    give_pd(folder / "inference")
    give_configuration(folder / "a.yml")
    give_checkpoint(folder / "best.pdparams")
    shutil.copyfile(folder / "data/train.txt", folder / "data/rec_gt.txt")
    answers = replace(USUAL, **{**STARTS[name], "dictionary": "dict.txt"})
    assert answers.complaints(folder) == []
    write_new(folder / "paddock.toml", project_text(answers))
    settings = load_project(folder).settings
    assert settings.verify.min_accuracy == answers.min_accuracy
    assert settings.model.task == answers.task


def test_what_is_not_named_yet_is_asked_for_alone(folder: Path) -> None:
    asked: list[tuple[Start, tuple[str, str]]] = [
        ("model", ("export", "model")),
        ("checkpoint", ("train", "checkpoint")),
        ("finetune", ("model", "pretrained")),
    ]
    for start, keys in asked:
        found = replace(USUAL, start=start, model="", train=(), val=()).complaints(folder)
        assert [item.keys for item in found] == [keys]


def test_folder_with_usual_names(folder: Path) -> None:
    assert suggest(folder) == USUAL
    assert USUAL.complaints(folder) == []


def test_empty_folder_suggests_what_is_usual(tmp_path: Path) -> None:
    folder = tmp_path / "My Plates"
    folder.mkdir()
    assert suggest(folder) == Answers("my-plates")
    missing = {item.keys for item in suggest(folder).complaints(folder)}
    keys = ("root", "train", "val", "test", "dictionary")
    assert missing == {("data", key) for key in keys}


def test_folder_with_names_of_its_own(tmp_path: Path) -> None:
    labels = tmp_path / "labels"
    labels.mkdir()
    for name in ("rec_gt_train_1", "rec_gt_train_2", "rec_gt_eval", "rec_gt_test"):
        (labels / f"{name}.txt").write_text("a.png\tA B\n")
    (labels / "ppocr_keys.txt").write_text("A\nB\n")
    (labels / "train_notes.txt").write_text("no labels\n")
    found = suggest(tmp_path)
    assert found.root == "labels" and found.dictionary == "labels/ppocr_keys.txt"
    assert found.train == ("rec_gt_train_1.txt", "rec_gt_train_2.txt")
    assert found.val == ("rec_gt_eval.txt",) and found.test == ("rec_gt_test.txt",)
    assert found.use_space_char


def test_what_is_no_text_suggests_nothing(tmp_path: Path) -> None:
    (tmp_path / "train.txt").write_bytes(b"\xff\xfe\t\x00")
    (tmp_path / "dict\x1b.txt").write_text("A\n")
    os.mkfifo(tmp_path / "val.txt")
    assert suggest(tmp_path).root == "data"
    assert suggest(tmp_path).dictionary == "dict.txt"


def test_a_long_label_file_is_only_begun(tmp_path: Path) -> None:
    line = "图.png\t" + "车" * 99 + "\n"
    (tmp_path / "train.txt").write_text(line * 10_000)
    assert suggest(tmp_path).train == ("train.txt",)


def test_every_error_is_told_at_its_key(folder: Path) -> None:
    wrong = replace(USUAL, name="A B", val=("../val.txt",), start="scratch")
    found = {item.keys[:2]: item.message for item in wrong.complaints(folder)}
    assert "pattern" in found["project", "name"]
    assert "relative path below data.root" in found["data", "val"]
    assert "frozen" in found["train", "mode"]


@pytest.mark.parametrize("name", ["x" * 300, "a\0b", "no/such"])
def test_a_name_that_no_file_can_have_is_told(folder: Path, name: str) -> None:
    found = {item.keys for item in replace(USUAL, root=name, dictionary=name).complaints(folder)}
    assert ("data", "root") in found and ("data", "dictionary") in found


def test_a_written_project_loads(folder: Path) -> None:
    write_new(folder / "paddock.toml", project_text(suggest(folder)))
    assert load_project(folder).name == "plates"
    assert sorted(path.name for path in folder.iterdir()) == ["data", "dict.txt", "paddock.toml"]


@pytest.mark.parametrize("links", [True, False])
def test_nothing_is_overwritten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, links: bool
) -> None:
    if not links:
        monkeypatch.setattr(os, "link", _no_links)
    write_new(tmp_path / "paddock.toml", "mine")
    with pytest.raises(UsageError, match="there is a project already"):
        write_new(tmp_path / "paddock.toml", "other")
    assert (tmp_path / "paddock.toml").read_text() == "mine"
    assert [path.name for path in tmp_path.iterdir()] == ["paddock.toml"]


def _no_links(_source: Path, _target: Path) -> None:
    raise PermissionError(1, "Operation not permitted")


def test_a_folder_that_is_gone_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be written: No such file or directory"):
        write_new(tmp_path / "gone" / "paddock.toml", "x")
