"""A folder with one label file and its images, and nothing else, becomes a project."""

from pathlib import Path

import pytest
from PIL import Image

from pipeline.errors import UsageError
from pipeline.plan.inputs import FromProject
from pipeline.plan.wiring import Wire
from pipeline.project import load_project
from support.given import give_pd
from support.plans import wires_of
from support.projects import HEAD
from tui.cli import main

SHARED = '[data]\nlabels = ["rec_gt.txt"]\ndictionary = "labels"\nuse_space_char = true\n'
SCRATCH = '[model]\npretrained = ""\n[train]\nmode = "full"\n'


def labelled(root: Path, texts: list[str], size: tuple[int, int] = (160, 48)) -> Path:
    """Write images and ``rec_gt.txt`` as PPOCRLabel exports them; return that file."""
    (root / "crop_img").mkdir(parents=True)
    for number in range(len(texts)):
        Image.new("L", size, 255).save(root / f"crop_img/{number}.png")
    lines = (f"crop_img/{number}.png\t{text}\n" for number, text in enumerate(texts))
    (root / "rec_gt.txt").write_text("".join(lines), encoding="utf-8")
    return root / "rec_gt.txt"


def wires(folder: Path) -> dict[str, Wire]:
    return {wire.stage: wire for wire in wires_of(folder)}


def project(folder: Path, settings: str = SHARED + SCRATCH) -> Path:
    labelled(folder / "data", ["AB 1", "BA", "CéA"])
    (folder / "paddock.toml").write_text(HEAD + settings, encoding="utf-8")
    return folder


# [data] labels and split.


def test_who_has_one_file_is_told_of_labels_and_split(tmp_path: Path) -> None:
    folder = project(tmp_path, SHARED.replace("labels = [", "train = [") + SCRATCH)
    with pytest.raises(UsageError) as caught:
        load_project(folder)
    assert "data.val: needed for training" in caught.value.message
    assert 'labels = ["rec_gt.txt"]' in caught.value.remedy
    assert "split = [0.8, 0.1, 0.1]" in caught.value.remedy


def test_all_splits_are_one_tree_that_the_data_stage_shares_out(tmp_path: Path) -> None:
    found = wires(project(tmp_path))
    data, train = found["data"], found["train"]
    assert sorted(data.inputs) == ["dictionary", "train"]
    assert (data.parameters["split"], data.parameters["split_seed"]) == ([0.8, 0.1, 0.1], 42)
    assert data.parameters["labels"] == {
        split: ["rec_gt.txt"] for split in ("train", "val", "test")
    }
    trees = [train.inputs[split] for split in ("train", "val")]
    assert all(isinstance(tree, FromProject) for tree in trees)
    assert len({tree.as_input("x").sha256 for tree in trees if isinstance(tree, FromProject)}) == 1


def test_projects_with_splits_of_their_own_are_told_nothing_new(tmp_path: Path) -> None:
    lists = 'train = ["rec_gt.txt"]\nval = ["rec_gt.txt"]\ndictionary = "labels"\n'
    found = wires(project(tmp_path, f"[data]\n{lists}{SCRATCH}"))
    assert "split" not in found["data"].parameters


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (SHARED + 'test = ["rec_gt.txt"]\n' + SCRATCH, "shared out to train, val and test already"),
        (SHARED + "split = [0.8, 0.1]\n" + SCRATCH, "at least 3"),
        (SHARED + "split = [0.8, 0.1, 0.2]\n" + SCRATCH, "add up to 1"),
        (SHARED + "split = [0.9, 0.1, 0.0]\n" + SCRATCH, "greater than 0"),
        (SHARED.replace("rec_gt", "gone") + SCRATCH, "no file 'gone.txt'"),
        (SHARED + '[export]\nmodel = "pd"\n', "here nothing is trained"),
    ],
)
def test_what_does_not_go_with_labels_is_refused(tmp_path: Path, settings: str, said: str) -> None:
    give_pd(tmp_path / "pd")
    with pytest.raises(UsageError, match=said):
        load_project(project(tmp_path, settings))


# dictionary = "labels".


def test_the_dictionary_has_the_characters_of_the_labels_in_order(tmp_path: Path) -> None:
    folder = project(tmp_path)
    source = wires(folder)["data"].inputs["dictionary"]
    assert isinstance(source, FromProject)
    made = folder / ".paddock/dict.txt"
    assert made.read_text("utf-8") == "1\nA\nB\nC\né\n"
    assert list(source.upload.files.values()) == [made]


def test_the_order_of_lines_changes_nothing_and_what_is_the_same_is_left(tmp_path: Path) -> None:
    folder = project(tmp_path)
    wires(folder)
    made, labels = folder / ".paddock/dict.txt", folder / "data/rec_gt.txt"
    before = made.stat().st_ino
    labels.write_text("".join(reversed(labels.read_text("utf-8").splitlines(True))), "utf-8")
    wires(folder)
    assert made.stat().st_ino == before
    labels.write_text("crop_img/0.png\tZ\n", "utf-8")
    wires(folder)
    assert made.read_text() == "Z\n"


def test_a_file_that_is_called_labels_is_a_file(tmp_path: Path) -> None:
    folder = project(tmp_path)
    (folder / "labels").write_text("A\nB\nC\n1\né\n")
    source = wires(folder)["data"].inputs["dictionary"]
    assert isinstance(source, FromProject)
    assert list(source.upload.files.values()) == [folder / "labels"]


def test_a_model_that_is_taken_as_it_is_has_its_own_characters(tmp_path: Path) -> None:
    give_pd(tmp_path / "pd")
    settings = '[data]\ntest = ["rec_gt.txt"]\ndictionary = "labels"\n[export]\nmodel = "pd"\n'
    with pytest.raises(UsageError, match="has characters of its own"):
        load_project(project(tmp_path, settings))


# paddock init --labels.


def test_init_makes_a_project_beside_the_label_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = labelled(tmp_path / "plates", ["AB 1", "BA", "C" * 40], size=(500, 48))
    assert main(["init", "--labels", str(file)]) == 0
    assert f"paddock --batch {tmp_path / 'plates'}" in capsys.readouterr().out
    settings = load_project(tmp_path / "plates").settings
    data, model = settings.data, settings.model
    assert (settings.project.name, data.root, data.labels) == ("plates", ".", ["rec_gt.txt"])
    assert (data.dictionary, data.use_space_char, data.max_text_length) == ("labels", True, 40)
    assert model.image_shape == [3, 48, 512]


def test_what_init_wrote_can_be_planned(tmp_path: Path) -> None:
    file = labelled(tmp_path, ["AB1", "BA", "CA"])
    assert main(["init", "--labels", str(file)]) == 0
    toml = tmp_path / "paddock.toml"
    toml.write_text(toml.read_text("utf-8").replace("[train]", "[train]\nmode = 'full'"), "utf-8")
    toml.write_text(toml.read_text("utf-8").replace("[model]", "[model]\npretrained = ''"), "utf-8")
    assert wires(tmp_path)["data"].parameters["use_space_char"] is False


def test_images_may_be_named_from_a_folder_above(tmp_path: Path) -> None:
    file = labelled(tmp_path / "rec", ["AB"])
    file.write_text("rec/crop_img/0.png\tAB\n")
    assert main(["init", str(tmp_path / "new"), "--labels", str(file)]) == 0
    data = load_project(tmp_path / "new").settings.data
    assert (data.root, data.labels) == ("..", ["rec/rec_gt.txt"])


def test_what_is_wrong_with_the_file_is_said_before_anything_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = labelled(tmp_path, ["AB"])
    file.write_bytes(file.read_bytes().decode().encode("utf-16"))
    assert main(["init", "--labels", str(file)]) == 2
    assert "UTF-16" in capsys.readouterr().err
    assert not (tmp_path / "paddock.toml").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [([], "name the folder of the new project"), (["--labels", "gone.txt"], "no such label file")],
)
def test_init_without_a_folder_or_a_file_says_so(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    said: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["init", *arguments]) == 2
    assert said in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
