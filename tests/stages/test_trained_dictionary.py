"""A dictionary that comes with a trained model, through the stages that read it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from stages import data, export
from stages.contract import DEFAULT_CHARACTERS, DictionaryRules
from stages.dataset.dictionary import given_dictionary
from stages.errors import IntegrityError
from stages.full.labels import check_trainable
from stages.pitfalls import Pitfall
from stages.ppocr.classifier import narrow
from stages.ppocr.import_proof import shared_classes
from stages.published.official import OfficialModel, read_official
from stages.recognition.task import Recognition
from stages.text.dictionary import Dictionary
from stages.text.metrics import exact_match, ned
from support.legacy import (
    Recorded,
    alphanumeric_model,
    context,
    draw,
    new_folder,
    official,
)
from support.small import SHAPE, trained

V5 = "PP-OCRv5_mobile_rec"
Change = Callable[[list[str]], None]


@lru_cache(maxsize=1)
def words() -> Path:
    """Draw a line; return the tree with it and its label file."""
    folder = new_folder() / "test"
    draw(folder / "a.png", "A1")
    (folder / "test.txt").write_text("a.png\tA1\n", encoding="utf-8")
    return folder


def official_with(folder: Path, change: Change) -> Path:
    """Copy the official model with other characters in its inference.yml."""
    shutil.copytree(official(V5), folder)
    path = folder / "inference.yml"
    described = yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)
    change(described["PostProcess"]["character_dict"])
    path.write_text(yaml.safe_dump(described, allow_unicode=True), encoding="utf-8")
    return folder


def checked(folder: Path, given: dict[str, Path], **parameters: Any) -> Recorded:
    """Run the data stage on one line."""
    told = {"labels": {"test": ["test.txt"]}, "use_space_char": False, "max_text_length": 25}
    run = context("data", folder, {"test": words(), **given}, {**told, **parameters})
    data.run(run)
    return run


def from_pir(folder: Path, change: Change, **parameters: Any) -> tuple[Recorded, Dictionary]:
    model = official_with(folder / "m", change)
    run = checked(folder, {"pir": model, "description": model / "inference.yml"}, **parameters)
    left = {"dict": run.output / "dict.txt", "dict_rules": run.output / "dictionary.json"}
    return run, given_dictionary(context("verify", folder, left, {}))


def last_is_a_space(entries: list[str]) -> None:
    entries[-1] = " "


def two_characters(entries: list[str]) -> None:
    entries[500] = "ωก"


def tab(entries: list[str]) -> None:
    entries[500] = "p\t"


def empty_and_twice(entries: list[str]) -> None:
    entries[500], entries[501] = "", entries[600]


@pytest.mark.parametrize("use_space_char", [True, False], ids=["B01-twice", "B01-in-file"])
def test_a_second_space_is_a_class_as_in_the_training(tmp_path: Path, use_space_char: bool) -> None:
    run, dictionary = from_pir(tmp_path, last_is_a_space, use_space_char=use_space_char)
    assert dictionary.classes == 18385 and dictionary.characters[-2:] == (" ", " ")
    said = [text for text in run.warnings() if "the space is more than one class" in text]
    assert len(said) == 1
    corrected = [text for text in run.warnings() if "read with use_space_char = true" in text]
    assert len(corrected) == (0 if use_space_char else 1)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (two_characters, 'several characters (1), as in the training: class 501 "ωก"'),
        (tab, r'control characters in classes (1), as in the training: class 501 "p\t"'),
        (empty_and_twice, "empty lines (1), each a class that reads as nothing"),
    ],
    ids=["B03-two-characters", "B03-tab", "others"],
)
def test_an_odd_line_is_a_class_as_in_the_training(
    tmp_path: Path, change: Change, said: str
) -> None:
    run, dictionary = from_pir(tmp_path, change, use_space_char=True)
    entries = list(read_official(official(V5)).characters)
    change(entries)
    assert list(dictionary.characters) == entries
    assert [text for text in run.warnings() if said in text]
    output = np.zeros((3, dictionary.classes), np.float32)
    output[[0, 1, 2], [500, 501, 502]] = 1
    read, _confidence = Recognition(dictionary).read(output, 0)
    assert read == "".join(entries[499:502])
    assert exact_match([read], [read]) == 1 and ned([read], [read]) == 1


def test_a_pd_model_and_a_dictionary_without_its_space_are_told_the_setting(
    tmp_path: Path,
) -> None:
    model = alphanumeric_model()  # 36 characters, 37 classes
    given = {"pdmodel": model.pdmodel, "dictionary": model.dictionary}
    assert (checked(tmp_path / "a", given).output / "dictionary.json").is_file()
    with pytest.raises(IntegrityError) as caught:
        checked(tmp_path / "b", given, use_space_char=True)
    assert caught.value.pitfall is Pitfall.DICTIONARY_CLASSES
    assert "inference.pdmodel has 37 classes; the 36 lines of dict.txt" in caught.value.message
    assert "set [data] use_space_char = false" in caught.value.remedy


# a checkpoint


def checkpoint(folder: Path, said: dict[str, Any]) -> dict[str, Path]:
    """Return the 37 classes of the alphanumeric model with a configuration that says this."""
    folder.mkdir(exist_ok=True)
    config = {"Global": said, "Architecture": {}}
    (folder / "rec.yml").write_text(yaml.safe_dump(config), encoding="utf-8")
    return {"checkpoint": alphanumeric_model().checkpoint, "config": folder / "rec.yml"}


def test_b19_a_yaml_without_a_dictionary_has_paddleocrs_default(tmp_path: Path) -> None:
    run = checked(tmp_path, checkpoint(tmp_path, {"use_space_char": False}))
    assert (run.output / "dict.txt").read_text().split() == list(DEFAULT_CHARACTERS)
    rules = DictionaryRules.from_json((run.output / "dictionary.json").read_text())
    assert rules == DictionaryRules(trained=True, space_added=False, lower_cased=True)
    assert (run.output / "test.txt").read_text() == "a.png\ta1\n"
    said = "\n".join(run.warnings())
    assert "rec.yml names no dictionary, so the model has PaddleOCR's default" in said
    assert "1 of 1 labels hold capitals" in said


def test_b19_another_dictionary_of_36_is_refused(tmp_path: Path) -> None:
    given = checkpoint(tmp_path, {"use_space_char": False})
    with pytest.raises(IntegrityError, match=r"dict\.txt is not the dictionary of rec\.yml") as e:
        checked(tmp_path, {**given, "dictionary": alphanumeric_model().dictionary})
    assert "paddleocr-default" in e.value.remedy and "config.yml" in e.value.remedy


def test_a_label_that_a_trained_model_cannot_write_names_no_remedy_in_the_dictionary(
    tmp_path: Path,
) -> None:
    path = tmp_path / "lower.txt"
    path.write_text("\n".join(DEFAULT_CHARACTERS) + "\n", encoding="utf-8")
    given = checkpoint(tmp_path, {"character_dict_path": "./lower.txt"})
    with pytest.raises(IntegrityError) as caught:
        checked(tmp_path, {**given, "dictionary": path})
    assert caught.value.pitfall is Pitfall.LABEL_OUTSIDE_DICTIONARY
    assert "add" not in caught.value.remedy and "leave these lines out" in caught.value.remedy


def test_export_passes_the_settled_space_on_whatever_the_configuration_says(
    tmp_path: Path,
) -> None:
    made = trained()
    config = yaml.safe_load(made.data.config.read_text(encoding="utf-8"))
    config["Global"]["use_space_char"] = True
    (tmp_path / "config.yml").write_text(yaml.safe_dump(config), encoding="utf-8")
    (tmp_path / "dictionary.json").write_text(DictionaryRules(True, False).dump())
    given = {
        "checkpoint": made.checkpoint,
        "config": tmp_path / "config.yml",
        "dict": made.data.dictionary,
        "dict_rules": tmp_path / "dictionary.json",
    }
    run = context("export", tmp_path, given, {"image_shape": SHAPE, "use_space_char": True})
    export.run(run)
    described = yaml.safe_load((run.output / "inference.yml").read_text(encoding="utf-8"))
    assert len(described["PostProcess"]["character_dict"]) == 36


# a head that is kept


def test_a_kept_head_keeps_every_column_by_its_class() -> None:
    characters = ("a", "bc", "a", "", " ", " ")
    weights = np.arange(14, dtype=np.float32).reshape(2, 7)
    model = OfficialModel({"w": weights}, characters)
    kept = narrow(model, Dictionary(characters, "", "", space_added=True, trained=True))
    assert (kept.parameters["w"] == weights).all() and kept.lacking == ()
    assert shared_classes(characters, characters) == (list(range(7)), list(range(7)))


def test_a_new_head_takes_the_column_that_labels_trained() -> None:
    model = OfficialModel({"w": np.arange(7, dtype=np.float32)}, ("a", "bc", "a", "", " ", " "))
    narrowed = narrow(model, Dictionary((" ", "a"), "", ""))
    assert narrowed.parameters["w"].tolist() == [0, 6, 3]


def test_own_dictionary_of_an_official_model_is_kept_however_odd(tmp_path: Path) -> None:
    model = official_with(tmp_path / "m", two_characters)
    given = {"description": model / "inference.yml"}
    run = checked(tmp_path / "own", given, use_space_char=True)
    rules = DictionaryRules.from_json((run.output / "dictionary.json").read_text())
    assert rules == DictionaryRules(trained=True, space_added=True)
    path = tmp_path / "same.txt"
    shutil.copyfile(run.output / "dict.txt", path)
    kept = checked(tmp_path / "file", {**given, "dictionary": path}, use_space_char=True)
    assert DictionaryRules.from_json((kept.output / "dictionary.json").read_text()).trained
    path.write_text("A\n1\nωก\n", encoding="utf-8")
    with pytest.raises(IntegrityError, match="line 3: found 2 characters"):
        checked(tmp_path / "new", {**given, "dictionary": path}, use_space_char=True)


def test_labels_that_paddleocrs_trainer_would_cut_are_refused(tmp_path: Path) -> None:
    labels = tmp_path / "labels.txt"
    labels.write_text("a.png\ta\nb.png\tabc\n", encoding="utf-8")
    run = context("train", tmp_path, {"train_labels": labels, "val_labels": labels}, {})
    check_trainable(run, Dictionary(("a", "b", "c"), "", ""))
    with pytest.raises(IntegrityError, match=r"train:2: .* class of several characters only") as e:
        check_trainable(run, Dictionary(("a", "bc"), "", ""))
    assert 'mode = "frozen"' in e.value.remedy
    assert Dictionary(("a", "bc"), "", "").encode("abc") == [1, 2]
