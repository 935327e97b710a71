"""First contact as plain data: which way comes first and where it writes, and what the form asks."""

from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.project.found import Found, LabelList, Lines, look
from pipeline.project.suggest import suggest
from support.given import give_checkpoint, give_configuration, give_pd
from support.projects import write_project
from tui.views.entries import FIELDS, Entries
from tui.views.ways import place_fault, place_for, ways

DATA = ("root", "shares", "train", "val", "test")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with data and models of its own, and no project file."""
    made = write_project(tmp_path / "plates")
    (made / "paddock.toml").unlink()
    give_pd(made / "inference")
    give_checkpoint(made / "best.pdparams")
    give_configuration(made / "rec.yml")
    (made / "data" / "rec_gt.txt").write_text("train/0.png\tAB\n")
    return made


@pytest.fixture
def entries(folder: Path) -> Entries:
    found = look(folder)
    return Entries.of(suggest(folder, found), found)


def with_(entries: Entries, **values: str) -> Entries:
    return Entries({**entries.values, **values})


# The ways.


def test_where_data_lie_they_come_first_with_what_was_found(folder: Path) -> None:
    first, *others = ways(folder, look(folder), "paddock.toml")
    assert first.title == "My own data"
    assert (
        "data/train.txt (2 lines)" in first.meaning and "dict.txt (4 characters)" in first.meaning
    )
    assert "a checkpoint, best.pdparams, a model, inference" in first.meaning
    assert "suggests ./demo" in others[0].meaning
    assert "suggests ./official-ppocrv5" in others[1].meaning


def test_an_empty_folder_offers_the_example_first_and_in_itself(tmp_path: Path) -> None:
    *examples, own = ways(tmp_path, Found(), "paddock.toml")
    assert own.title == "My own data"
    assert all("suggests this folder, which is empty" in each.meaning for each in examples)
    assert (place_for(tmp_path, "alphanumeric"), place_fault(tmp_path)) == (".", "")


def test_an_example_never_lands_between_ones_files(folder: Path) -> None:
    assert place_for(folder, "alphanumeric") == "./demo"
    (folder / "demo").mkdir()
    assert place_for(folder, "alphanumeric") == "./demo"
    (folder / "demo" / "mine.txt").touch()
    assert place_for(folder, "alphanumeric") == "./demo-2"
    assert "something lies in" in place_fault(folder)
    assert "something lies in" in place_fault(folder / "demo")
    assert "is a file: name a folder" in place_fault(folder / "dict.txt")
    assert place_fault(folder / "demo-2" / "deeper") == ""
    assert place_fault(folder / "a\0b") == "no folder can have this name"
    assert place_fault(folder / ("x" * 300)) == "no folder can have this name"


def test_names_of_files_cannot_drive_the_terminal() -> None:
    labels = LabelList("tr\x1b[2Jain.txt", 2, "a", "b")
    first = ways(Path("/tmp"), Found((labels,), (Lines("dict.txt", 1),)), "paddock.toml")[0]
    assert "tr\\x1b[2Jain.txt (2 lines), dict.txt (1 character)" in first.meaning


# The form.


def test_what_the_folder_suggests_is_what_the_form_answers(folder: Path, entries: Entries) -> None:
    suggested = suggest(folder)
    assert entries.answers() == replace(suggested, min_accuracy=0.9)
    shared = replace(
        suggested, labels=("rec_gt.txt",), train=(), val=(), test=(), dictionary="labels"
    )
    again = Entries.of(shared, look(folder))
    assert again.answers() == replace(shared, min_accuracy=0.9)
    assert {"shares", "labels", "characters"} < set(again.shown())
    assert not {"train", "val", "test", "dictionary"} & set(again.shown())


@pytest.mark.parametrize(
    ("chosen", "asked"),
    [
        ({}, ("architecture", "weights", "mode", *DATA, "characters", "dictionary", "spaces")),
        ({"weights": "own"},
         ("architecture", "weights", "checkpoint", *DATA, "characters", "dictionary", "spaces")),
        ({"characters": "own"}, ("architecture", "weights", "mode", *DATA, "characters")),
        ({"start": "scratch", "architecture": "own"},
         ("architecture", "yaml", *DATA, "characters", "dictionary", "spaces")),
        ({"start": "official"}, ("official", "root", "test")),
        ({"start": "official", "official": "PP-OCRv5_mobile_det"}, ("official", "root", "test")),
        ({"start": "checkpoint"}, ("yaml", "checkpoint", "root", "test", "characters", "spaces")),
        ({"start": "model"}, ("model", "task", "root", "test", "characters", "spaces")),
        ({"start": "model", "task": "detection"}, ("model", "task", "root", "test")),
    ],
)  # fmt: skip
def test_only_what_can_be_is_asked_and_it_is_a_project(
    folder: Path, entries: Entries, chosen: dict[str, str], asked: tuple[str, ...]
) -> None:
    form = with_(entries, **chosen)
    assert form.shown() == ("name", "start", *asked, "accuracy")
    if form.start not in ("checkpoint", "model"):  # whose dictionary no file of these has
        assert form.answers().complaints(folder) == []


def test_what_cannot_be_trained_frozen_is_trained_in_full(entries: Entries) -> None:
    frozen = with_(entries, mode="frozen")
    assert frozen.answers().mode == "frozen"
    assert with_(frozen, start="scratch").answers().mode == "full"
    assert with_(frozen, weights="own").answers().mode == "full"
    assert with_(frozen, weights="own", start="finetune").answers().model == "best.pdparams"
    assert with_(frozen, start="official").answers().mode == "frozen"


def test_what_an_architecture_has_no_weights_for_is_not_offered(entries: Entries) -> None:
    tuned = with_(entries, start="finetune", architecture="PP-OCRv3_mobile_rec")
    assert "PP-OCRv3_mobile_rec" not in tuned.options("architecture")
    assert tuned.chosen("architecture") == "PP-OCRv5_mobile_rec"
    scratch = with_(tuned, start="scratch")
    assert scratch.answers().architecture == "PP-OCRv3_mobile_rec"
    official = with_(entries, start="official", official="ch_ppocr_mobile_v2.0_cls").answers()
    assert (official.task, official.dictionary) == ("orientation", "")


@pytest.mark.parametrize(
    ("typed", "share"),
    [
        ("90", 0.9), ("90 %", 0.9), ("0,5", 0.5), ("97.5%", 0.975), ("1 %", 0.01), ("0", 0.0), ("", None),
    ],
)  # fmt: skip
def test_what_is_good_enough_is_a_percentage(
    entries: Entries, typed: str, share: float | None
) -> None:
    form = with_(entries, accuracy=typed)
    assert form.answers().min_accuracy == pytest.approx(share) and form.faults() == []


def test_what_is_good_enough_is_suggested_by_what_is_done(entries: Entries) -> None:
    assert entries.text("accuracy") == "90%"
    assert with_(entries, start="official").text("accuracy") == "50%"
    assert with_(entries, start="official", accuracy="95").text("accuracy") == "95"
    wrong = with_(entries, accuracy="good")
    assert wrong.field_of(wrong.faults()[0].keys) == "accuracy"


def test_everything_that_is_wrong_has_a_field_that_is_shown(folder: Path) -> None:
    empty = Entries({})
    for start in empty.options("start"):
        for architecture in ("", "own"):
            form = Entries({"start": start, "architecture": architecture, "accuracy": "900"})
            found = form.answers().complaints(folder)
            assert found
            assert {form.field_of(each.keys) for each in found} <= set(form.shown())
    assert empty.field_of(("train",)) == "start"
    assert set(empty.shown()) <= set(FIELDS)


def test_labels_and_splits_complain_where_they_are_asked(folder: Path, entries: Entries) -> None:
    form = with_(entries, shares="labels", labels="gone.txt")
    assert [form.field_of(each.keys) for each in form.answers().complaints(folder)] == ["labels"]
