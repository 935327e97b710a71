"""What is found in a folder, what that suggests, and what a look at the labels says before a run does."""

from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from pipeline.plan.preview import Note, Preview, preview, settled
from pipeline.project.answers import Answers
from pipeline.project.found import is_empty, look
from pipeline.project.suggest import suggest
from support.given import give_checkpoint, give_configuration, give_pd
from support.projects import PAGE

ANSWERS = Answers("plates", root=".", val=(), test=())


def labels(folder: Path, name: str, *texts: str, image: str = "images/{}.png") -> None:
    """Write a label file and its images."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = []
    for number, text in enumerate(texts):
        path = folder / image.format(number)
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("L", (96, 48)).save(path)
        lines.append(f"{image.format(number)}\t{text}\n")
    (folder / name).write_text("".join(lines), "utf-8")


def said(found: Preview) -> dict[str, Note]:
    """Return the notes by the last part of their keys."""
    return {note.keys[-1]: note for note in found.notes}


# What is found.


def test_what_lies_in_a_folder_is_named_and_counted(tmp_path: Path) -> None:
    assert (look(tmp_path).said(), is_empty(tmp_path)) == ("", True)
    labels(tmp_path, "train.txt", "A", "B")
    labels(tmp_path, "rec_gt.txt", "A")
    (tmp_path / "Label.txt").write_text(f"page.png\t{PAGE}\n")
    (tmp_path / "fileState.txt").write_text("/home/me/page.png\t1\n")
    (tmp_path / "dict.txt").write_text("A\nB\n0")
    give_pd(tmp_path / "inference")
    give_checkpoint(tmp_path / "output" / "rec" / "best_accuracy.pdparams")
    assert look(tmp_path).said() == (
        "Label.txt (1 page), rec_gt.txt (1 line), train.txt (2 lines), dict.txt (3 characters), "
        "a checkpoint, output/rec/best_accuracy.pdparams, a model, inference"
    )
    assert not is_empty(tmp_path)


def test_files_that_cannot_be_told_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / "train.txt").symlink_to(tmp_path / "train.txt")
    (tmp_path / "dict\x1b[2J.txt").write_text("A\n")
    (tmp_path / ".hidden").mkdir()
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "dict.txt").write_text("A\n")
    assert look(tmp_path).said() == ""


# What that suggests.


def test_one_label_file_is_shared_out_and_gives_the_dictionary(tmp_path: Path) -> None:
    labels(tmp_path / "crops", "rec_gt.txt", "A B", image="crops/{}.png")
    (tmp_path / "crops" / "crops").rename(tmp_path / "moved")
    (tmp_path / "crops" / "moved").mkdir()
    (tmp_path / "moved" / "0.png").rename(tmp_path / "crops" / "0.png")
    found = suggest(tmp_path)  # its images are named from the folder above
    assert (found.root, found.labels, found.train) == (".", ("crops/rec_gt.txt",), ())
    assert (found.dictionary, found.use_space_char) == ("labels", True)
    assert found.complaints(tmp_path) == []


def test_without_labelled_lines_a_model_of_ones_own_is_the_start(tmp_path: Path) -> None:
    give_pd(tmp_path / "inference")
    found = suggest(tmp_path)
    assert (found.start, found.model, found.dictionary) == ("model", "inference", "")
    labels(tmp_path, "lines.txt", "A")
    assert suggest(tmp_path).test == ("lines.txt",)
    give_checkpoint(tmp_path / "best.pdparams")
    give_configuration(tmp_path / "rec.yml")
    found = suggest(tmp_path)
    assert (found.start, found.model) == ("checkpoint", "best.pdparams")
    assert found.architecture == "rec.yml"
    labels(tmp_path, "train.txt", "A")
    assert suggest(tmp_path).start == "finetune"


def test_labelled_pages_suggest_the_official_detection(tmp_path: Path) -> None:
    (tmp_path / "Label.txt").write_text(f"page.png\t{PAGE}\n")
    found = suggest(tmp_path)
    assert (found.start, found.model, found.task) == (
        "official",
        "PP-OCRv5_mobile_det",
        "detection",
    )
    assert (found.root, found.test) == (".", ("Label.txt",))
    assert found.complaints(tmp_path) == []


# A look at the labels.


def test_a_look_counts_and_shows_a_sample(tmp_path: Path) -> None:
    labels(tmp_path, "train.txt", "AB", "BA 1")
    (tmp_path / "dict.txt").write_text("A\nB\n1\n")
    found = preview(replace(ANSWERS, use_space_char=True), tmp_path)
    assert [note.message for note in found.notes] == [
        '2 lines; the first is images/0.png, "AB"; all images are there',
        "3 characters, all 3 of the labels among them",
    ]
    assert not any(note.is_problem for note in found.notes)
    assert (found.longest, found.width) == (4, 320)
    assert found.sample == "images/0.png"


def test_characters_that_the_dictionary_lacks_are_said_as_the_run_says_them(tmp_path: Path) -> None:
    labels(tmp_path, "train.txt", *["AB"] * 5, "Aé", "é B")
    (tmp_path / "dict.txt").write_text("A\nB\n")
    note = said(preview(ANSWERS, tmp_path))["dictionary"]
    assert note.is_problem
    assert note.message == (
        "2 characters are not in the dictionary:\n"
        '  "é" (U+00E9) first at train.txt:6, 2 lines\n'
        '  " " (U+0020) first at train.txt:7, 1 line'
    )
    assert "for the space set use_space_char = true" in note.remedy
    (tmp_path / "dict.txt").write_bytes(b"A\r\nB\r\n")
    note = said(preview(ANSWERS, tmp_path))["dictionary"]
    assert "line 1: found a Windows line end (CRLF)" in note.message and note.is_problem


def test_a_trained_models_dictionary_is_taken_as_it_was_trained(tmp_path: Path) -> None:
    labels(tmp_path, "test.txt", "AB")
    (tmp_path / "dict.txt").write_bytes(b"A\r\nB\r\nB\r\n")
    own = replace(ANSWERS, start="model", model="inference", test=("test.txt",))
    assert said(preview(own, tmp_path))["dictionary"].is_problem is False


def test_images_that_are_not_there_are_said_once_with_where_they_are(tmp_path: Path) -> None:
    labels(tmp_path, "train.txt", "A", "B")
    (tmp_path / "dict.txt").write_text("A\nB\n")
    (tmp_path / "train.txt").write_text("rec/images/0.png\tA\nrec/images/1.png\tB\n")
    problems = [note for note in preview(ANSWERS, tmp_path).notes if note.is_problem]
    assert [note.keys for note in problems] == [("data", "train")]
    assert problems[0].message.startswith("2 of 2 images are not where train.txt says")
    assert 'without "rec/" in front' in problems[0].message


def test_longest_text_and_width_are_the_labels(tmp_path: Path) -> None:
    labels(tmp_path, "train.txt", "A" * 40, "B 1")
    Image.new("L", (500, 48)).save(tmp_path / "images/0.png")
    shared = replace(ANSWERS, train=(), labels=("train.txt",), dictionary="labels")
    assert preview(shared, tmp_path).lacks_space
    answers, found = settled(shared, tmp_path)
    assert (answers.longest, answers.width, answers.use_space_char) == (40, 512, True)
    assert said(found)["dictionary"].message == 'the labels have 3 characters: "1AB"'
    assert answers.raw()["model"]["image_shape"] == [3, 48, 512]


def test_many_lines_are_counted_and_read_though_few_images_are_looked_for(tmp_path: Path) -> None:
    labels(tmp_path, "train.txt", "A")
    (tmp_path / "dict.txt").write_text("A\n")
    with (tmp_path / "train.txt").open("a") as stream:
        stream.writelines(["images/0.png\tA\n"] * 50_000)
        stream.write("gone.png\té\n")
    notes = said(preview(ANSWERS, tmp_path))
    assert "50002 lines" in notes["train"].message
    assert "the images of the first" in notes["train"].message
    assert "train.txt:50002" in notes["dictionary"].message
    assert preview(ANSWERS, tmp_path, lambda: True) == Preview()


@pytest.mark.parametrize("name", ["../train.txt", "x" * 300, "a\0b", "gone.txt", ""])
def test_names_that_are_no_files_are_for_the_complaints(tmp_path: Path, name: str) -> None:
    assert preview(replace(ANSWERS, train=(name,), dictionary=name), tmp_path).notes == ()
