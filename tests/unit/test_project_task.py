"""paddock.toml: what a project is for, and what cannot be said together."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.compose.file import REPOSITORY
from pipeline.errors import UsageError
from pipeline.project import load_project
from pipeline.project.architectures import ARCHITECTURES, Architecture
from pipeline.tasks import TASKS as RECORDS
from stages.contract import TASKS
from stages.ppocr.architectures import ARCHITECTURES as BUILT_IN
from stages.tasks import BY_NAME
from support.given import give_pd
from support.projects import HEAD, MINIMAL, write_project

DATA = '[data]\ntest = ["test.txt"]\n'
DETECTION = f"""{HEAD}{DATA}
[model]
task = "detection"
[export]
model = "PP-OCRv5_mobile_det"
"""


def refusal(folder: Path, text: str) -> UsageError:
    with pytest.raises(UsageError) as caught:
        load_project(write_project(folder / "project", text))
    return caught.value


def test_every_task_of_the_contract_has_its_records_and_its_room() -> None:
    assert tuple(RECORDS) == tuple(BY_NAME) == TASKS
    for name in TASKS:
        assert (RECORDS[name].reads, RECORDS[name].name) == (
            BY_NAME[name].reads,
            BY_NAME[name].name,
        )
        room = {path.name for path in (REPOSITORY / "stages" / name).iterdir()}
        assert {"data.py", "prepare.py", "verify.py"} <= room


def test_a_project_reads_unless_it_says_otherwise(tmp_path: Path) -> None:
    assert load_project(write_project(tmp_path / "p")).settings.model.task == "recognition"


def test_a_detection_project_needs_a_model_and_something_to_measure_on(tmp_path: Path) -> None:
    settings = load_project(write_project(tmp_path / "p", DETECTION)).settings
    assert settings.model.image_shape == [3, 960, 960]
    assert settings.data.dictionary == ""


@pytest.mark.parametrize("task", [task for task in TASKS if task != "recognition"])
def test_a_task_that_trains_nothing_needs_a_model(tmp_path: Path, task: str) -> None:
    error = refusal(tmp_path, f'{HEAD}{DATA}[model]\ntask = "{task}"\n')
    assert f"export.model: needed for {task}" in error.message
    assert "model = " in error.remedy


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("[export]", "[train]\nepochs = 3\n[export]", "train: not for detection"),
        ("[model]", 'dictionary = "dict.txt"\n[model]', "data.dictionary: not for detection"),
        ("[model]", "use_space_char = true\n[model]", "data.use_space_char: not for detection"),
        ("[export]", 'pretrained = "x"\n[export]', "model.pretrained: not for detection"),
        ("[export]", "image_shape = [3, 48, 320]\n[export]", "multiples of 32"),
        ("[export]", "image_shape = [3, 960, 5000]\n[export]", "must be [3, height 32-4000"),
        ("mobile_det", "mobile_rec", "PP-OCRv5_mobile_rec is for recognition, not for detection"),
        ("mobile_det", "mobile_dett", 'did you mean "PP-OCRv5_mobile_det"?'),
        ('"detection"', '"detect"', "'recognition', 'detection' or 'orientation'"),
    ],
)
def test_what_detection_has_no_use_for_is_refused(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    assert said in refusal(tmp_path, DETECTION.replace(old, new)).message


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f'{MINIMAL}[verify]\nrecognition = "."\n', "not for recognition"),
        (f'{DETECTION}[verify]\nrecognition = "nowhere"\n', "no project in"),
        (
            f'{DETECTION}[verify]\nrecognition = "."\n[convert]\ntargets = ["arm"]\n',
            "needs the target x86",
        ),
    ],
)
def test_a_recogniser_that_cannot_be_used_is_refused(tmp_path: Path, text: str, said: str) -> None:
    error = refusal(tmp_path, text)
    assert "verify.recognition: " in error.message and said in error.message


OWN = f'{HEAD}{DATA}use_space_char = true\n[export]\nmodel = "PP-OCRv5_mobile_rec"\n'


def test_an_official_model_brings_its_dictionary(tmp_path: Path) -> None:
    assert load_project(write_project(tmp_path / "p", OWN)).settings.data.dictionary == ""


def test_an_official_dictionary_without_its_space_is_refused(tmp_path: Path) -> None:
    error = refusal(tmp_path, OWN.replace("use_space_char = true\n", ""))
    assert "data.use_space_char: PP-OCRv5_mobile_rec reads with its own" in error.message
    assert "use_space_char = true" in error.remedy


def test_a_folder_brings_a_dictionary_if_it_has_a_description(tmp_path: Path) -> None:
    text = f'{HEAD}{DATA}[export]\nmodel = "own"\n'
    folder = write_project(tmp_path / "p", text)
    give_pd(folder / "own")
    with pytest.raises(UsageError, match=r"data\.dictionary: required where"):
        load_project(folder)
    (folder / "own" / "inference.yml").write_text("")
    assert load_project(folder).settings.export.model == "own"


def test_training_from_nothing_needs_a_dictionary(tmp_path: Path) -> None:
    text = MINIMAL.replace('dictionary = "dict.txt"\n', "")
    more = '[model]\npretrained = ""\n[train]\nmode = "full"\n'
    assert "data.dictionary: required where" in refusal(tmp_path, text + more).message


def test_a_model_that_is_neither_built_in_nor_there_is_refused(tmp_path: Path) -> None:
    error = refusal(tmp_path, f'{MINIMAL}[model]\npretrained = "PP-OCRv5_mobil_rec"\n')
    assert 'did you mean "PP-OCRv5_mobile_rec"?' in error.message
    assert "PP-OCRv4_mobile_rec" in error.remedy


def test_an_unknown_architecture_is_refused_with_the_nearest(tmp_path: Path) -> None:
    error = refusal(tmp_path, f'{MINIMAL}[model]\narchitecture = "PP-OCRv3_mobil_rec"\n')
    assert "'PP-OCRv3_mobil_rec' is neither built in nor a file" in error.message
    assert 'did you mean "PP-OCRv3_mobile_rec"?' in error.message


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_each_architecture_has_its_usual_shape_and_weights(tmp_path: Path, name: str) -> None:
    text = f'{MINIMAL}[model]\narchitecture = "{name}"\n[train]\nmode = "full"\n'
    model = load_project(write_project(tmp_path / "p", text)).settings.model
    known = ARCHITECTURES[name]
    assert tuple(model.image_shape) == known.image_shape
    assert model.pretrained == (known.weights or ("",))[0]


def test_weights_of_another_network_are_refused(tmp_path: Path) -> None:
    text = f'{MINIMAL}[model]\narchitecture = "PP-OCRv3_mobile_rec"\npretrained = "PP-OCRv5_mobile_rec"\n'
    error = refusal(tmp_path, f'{text}[train]\nmode = "full"\n')
    assert "does not fit the architecture PP-OCRv3_mobile_rec" in error.message


def test_mode_frozen_needs_weights(tmp_path: Path) -> None:
    error = refusal(tmp_path, f'{MINIMAL}[model]\narchitecture = "PP-OCRv3_mobile_rec"\n')
    assert "train.mode: mode frozen starts from an official inference model" in error.message


def test_the_host_knows_the_architectures_of_the_stages() -> None:
    built_in = {
        each.name: Architecture(each.name, each.image_shape, each.weights)
        for each in BUILT_IN.values()
    }
    assert built_in == ARCHITECTURES
