from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from threading import Barrier
from typing import Any

import cv2
import numpy as np
import pytest

from stages import data
from stages.contract import DataMetrics, Progress, Warned
from stages.dataset import split as reading
from stages.errors import IntegrityError, StageError
from stages.pitfalls import Pitfall
from support.legacy import Recorded, context, draw

SPLITS = {"train": ["A1", "B2", "C3"], "val": ["D4"], "test": ["E5", "F6"]}


class Project:
    """A folder with a tree for each split and a dictionary; tests then break something."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.parameters: dict[str, Any] = {
            "labels": {split: [f"{split}.txt"] for split in SPLITS},
            "use_space_char": False,
            "max_text_length": 25,
        }
        self.dictionary = folder / "dict.txt"
        self.dictionary.write_text("\n".join("ABCDEF123456") + "\n", encoding="utf-8")
        for split, texts in SPLITS.items():
            for text in texts:
                draw(folder / split / "images" / f"{text}.png", text)
            self.write(split, "".join(f"images/{text}.png\t{text}\n" for text in texts).encode())

    def write(self, split: str, labels: bytes) -> None:
        (self.folder / split / f"{split}.txt").write_bytes(labels)

    def context(self) -> Recorded:
        inputs = {split: self.folder / split for split in SPLITS}
        parts = {**inputs, "dictionary": self.dictionary}
        return context("data", self.folder, parts, self.parameters)

    def error(self) -> StageError:
        with pytest.raises(StageError) as caught:
            data.run(self.context())
        return caught.value


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


def test_a_data_set_in_order(project: Project) -> None:
    run = project.context()
    assert data.run(run) == DataMetrics(
        {"train": 3, "val": 1, "test": 2},
        duplicates=0,
        leaked=0,
        characters=12,
        classes=13,
        longest_text=2,
    )
    assert run.warnings() == []
    assert (run.output / "train.txt").read_text().splitlines()[0] == "images/A1.png\tA1"
    assert (run.output / "dict.txt").read_bytes() == project.dictionary.read_bytes()
    last = [event for event in run.events if isinstance(event, Progress)][-1]
    assert (last.done, last.total) == (6, 6)


def test_label_files_of_a_split_are_joined(project: Project) -> None:
    (project.folder / "train" / "more.txt").write_text("images/B2.png\tB2\n")
    project.parameters["labels"]["train"].append("more.txt")
    run = project.context()
    assert data.run(run).lines["train"] == 4
    assert (run.output / "train.txt").read_text().endswith("images/B2.png\tB2\n")


def test_a_missing_image_is_named_with_file_and_line(project: Project) -> None:
    project.write("train", b"images/A1.png\tA1\nimages/none.png\tB2\n")
    error = project.error()
    assert 'train.txt:2: the image "images/none.png" is missing' in error.message
    assert error.where == "train.txt:2"
    assert error.code == 3


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is an empty file"),
        (b"GIF89a?", "is a GIF (allowed"),
        (b"\x89PNG\r\n", "is cut off"),
        (b"nonsense", "is not an image"),
    ],
)
def test_an_unreadable_image_is_named(project: Project, content: bytes, message: str) -> None:
    (project.folder / "test" / "images" / "E5.png").write_bytes(content)
    assert f'test.txt:1: the image "images/E5.png" {message}' in project.error().message


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (b"images/A1.png A1\n", "train.txt:1: 0 tabs"),
        (b"images/A1.png\t\n", 'train.txt:1: the text of "images/A1.png" is empty'),
        (b"images/A1.png\tA1\r\n\nx", "train.txt:2: an empty line"),
        (b"../val/images/D4.png\tD4\n", "train.txt:1: the path"),
        (b"/etc/passwd\tA1\n", "train.txt:1: the path"),
        (b"images/A1.png\t" + b"A1" * 13 + b"\n", "has 26 characters; allowed are 25"),
        (b"", "split train: its label files have no lines"),
    ],
)
def test_what_is_wrong_with_a_line_is_said(project: Project, labels: bytes, message: str) -> None:
    project.write("train", labels)
    assert message in project.error().message


def test_a_missing_label_file_is_named(project: Project) -> None:
    project.parameters["labels"]["val"] = ["other.txt"]
    assert "other.txt: the label file is missing" in project.error().message


def test_everything_is_reported_at_once(project: Project) -> None:
    project.write("train", b"images/none.png\tA1\nnonsense\n")
    project.write("test", b"images/E5.png\t\xc3\xa9\n")
    error = project.error()
    assert isinstance(error, IntegrityError)
    assert error.code == 5
    assert "2 problems in the data" in error.message
    assert '"é" (U+00E9) first at test.txt:1' in error.message


def test_characters_outside_the_dictionary_come_with_code_points(project: Project) -> None:
    project.write("train", "images/A1.png\tA Z\nimages/B2.png\tZé\n".encode())
    error = project.error()
    assert isinstance(error, IntegrityError)
    assert '" " (U+0020) first at train.txt:1, 1 line' in error.message
    assert '"Z" (U+005A) first at train.txt:1, 2 lines' in error.message
    assert "use_space_char = true" in error.remedy


def test_a_malformed_dictionary_is_refused(project: Project) -> None:
    project.dictionary.write_bytes(b"A\r\nB\r\n")
    error = project.error()
    assert isinstance(error, IntegrityError)
    assert "dict.txt, line 1" in error.message
    assert error.pitfall is Pitfall.DICTIONARY_CRLF


def test_untrusted_text_cannot_drive_a_terminal(project: Project) -> None:
    project.write("train", b"\x1b[2J.png\t\x1b]0;owned\x07\nx\x1b[31m\n")
    error = project.error()
    assert "\x1b" not in error.message + error.where + error.remedy
    assert "\x07" not in error.message


def test_repeats_are_counted_and_contradictions_shown(project: Project) -> None:
    shutil.copy(project.folder / "train/images/A1.png", project.folder / "train/images/again.png")
    labels = b"images/A1.png\tA1\nimages/B2.png\tB2\nimages/A1.png\tA1\nimages/again.png\tB1\n"
    project.write("train", labels)
    run = project.context()
    assert data.run(run).duplicates == 2
    (warning,) = run.warnings()
    assert "train: 2 lines repeat an image" in warning
    assert '"images/again.png" is labelled "A1" and "B1"' in warning


def test_trained_test_images_are_refused_and_named(project: Project) -> None:
    shutil.copy(project.folder / "train/images/A1.png", project.folder / "test/images/E5.png")
    error = project.error()
    assert (error.code, error.pitfall) == (5, Pitfall.LEAKED_TEST_IMAGES)
    assert error.message.splitlines() == [
        "images of test that are in train too, by content: 1",
        '  "images/E5.png" is "images/A1.png" of train',
    ]
    assert error.where == "data.test"
    assert "allow_overlap = true" in error.remedy


@pytest.mark.parametrize("name", ["again.bmp", "smaller.png"])
def test_the_same_pixels_in_another_file_are_the_same_image(project: Project, name: str) -> None:
    image = cv2.imread(str(project.folder / "train/images/A1.png"))
    again = project.folder / "test/images" / name
    assert cv2.imwrite(str(again), image, [cv2.IMWRITE_PNG_COMPRESSION, 9])
    assert again.read_bytes() != (project.folder / "train/images/A1.png").read_bytes()
    project.write("test", f"images/{name}\tA1\n".encode())
    assert f'"images/{name}" is "images/A1.png" of train' in project.error().message


def test_other_pixels_of_the_same_bytes_in_a_row_are_another_image(project: Project) -> None:
    flat = np.full((4, 9, 3), 77, np.uint8)
    for split, shape in (("train", (4, 9, 3)), ("test", (9, 4, 3))):
        assert cv2.imwrite(str(project.folder / split / "images/flat.png"), flat.reshape(shape))
        project.write(split, b"images/flat.png\tA1\n")
    assert data.run(project.context()).leaked == 0


def test_of_many_trained_test_images_the_first_ten_are_named(project: Project) -> None:
    for split in ("train", "test"):
        lines = []
        for number in range(12):
            draw(project.folder / split / "images" / f"{split}{number}.png", f"A{number}")
            lines.append(f"images/{split}{number}.png\tA1\n")
        project.write(split, "".join(lines).encode())
    shown = project.error().message.splitlines()
    assert shown[0].endswith("by content: 12")
    assert shown[1:11] == [
        f'  "images/test{n}.png" is "images/train{n}.png" of train' for n in range(10)
    ]
    assert shown[11:] == ["  … and 2 more"]


def test_the_training_lines_as_test_lines_are_refused(project: Project) -> None:
    shutil.rmtree(project.folder / "test")
    shutil.copytree(project.folder / "train", project.folder / "test")
    project.parameters["labels"]["test"] = ["train.txt"]
    assert project.error().pitfall is Pitfall.LEAKED_TEST_IMAGES


def test_a_project_may_allow_trained_test_images_and_is_warned(project: Project) -> None:
    shutil.copy(project.folder / "train/images/A1.png", project.folder / "test/images/E5.png")
    project.parameters["allow_overlap"] = True
    run = project.context()
    assert data.run(run).leaked == 1
    (warning,) = [event for event in run.events if isinstance(event, Warned)]
    assert "train and test share 1 image," in warning.message
    assert '"images/E5.png"' in warning.message
    assert warning.pitfall == Pitfall.LEAKED_TEST_IMAGES


@pytest.mark.parametrize("split", ["train", "test"])
def test_validation_images_in_another_split_are_a_warning(project: Project, split: str) -> None:
    image = next((project.folder / split / "images").iterdir())
    shutil.copy(image, project.folder / "val/images/D4.png")
    run = project.context()
    assert data.run(run).leaked == 1
    (warning,) = run.warnings()
    assert "share 1 image, for example" in warning


def test_a_test_set_that_is_the_validation_set_is_no_leak(project: Project) -> None:
    shutil.rmtree(project.folder / "test")
    shutil.copytree(project.folder / "val", project.folder / "test")
    project.parameters["labels"]["test"] = ["val.txt"]
    run = project.context()
    assert data.run(run).leaked == 0
    assert run.warnings() == []


def test_only_a_test_set_is_enough(project: Project) -> None:
    inputs = {"test": project.folder / "test", "dictionary": project.dictionary}
    run = context("data", project.folder, inputs, project.parameters)
    assert data.run(run).lines == {"test": 2}
    left = sorted(path.name for path in run.output.iterdir())
    assert left == ["dict.txt", "dictionary.json", "test.txt"]


def test_as_many_images_are_looked_at_together_as_there_are_threads(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With fewer at once nobody would pass the barrier; what is found is the same."""
    run = project.context()
    run.spec = replace(run.spec, threads=1)
    alone, look_at, together = data.run(run), reading._look_at, Barrier(3)

    def meet(path: str) -> reading.Seen:
        if "/train/" in path:  # which has three
            together.wait(60)
        return look_at(path)

    monkeypatch.setattr(reading, "_look_at", meet)
    monkeypatch.setattr(reading, "_PORTION", 1)
    run.spec = replace(run.spec, threads=3)
    assert data.run(run) == alone
