"""paddock.toml: what a project is for, and what cannot be said together."""

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
from support.projects import HEAD, MINIMAL, SCRATCH, write_project

DATA = '[data]\ntest = ["test.txt"]\n'
DETECTION = f"""{HEAD}{DATA}
[model]
task = "detection"
[export]
model = "PP-OCRv5_mobile_det"
"""
OWN = f'{HEAD}{DATA}use_space_char = true\n[export]\nmodel = "PP-OCRv5_mobile_rec"\n'


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


@pytest.mark.parametrize(
    ("text", "task", "shape", "dictionary"),
    [
        (MINIMAL, "recognition", [3, 48, 320], "dict.txt"),
        (OWN, "recognition", [3, 48, 320], ""),  # an official model brings its own
        (DETECTION, "detection", [3, 960, 960], ""),
    ],
    ids=["trained", "official", "detection"],
)
def test_a_project_reads_unless_it_says_otherwise(
    tmp_path: Path, text: str, task: str, shape: list[int], dictionary: str
) -> None:
    settings = load_project(write_project(tmp_path / "p", text)).settings
    assert (settings.model.task, settings.model.image_shape) == (task, shape)
    assert settings.data.dictionary == dictionary


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
        (f'{DETECTION}[verify]\nrecognition = "."\n[convert]\ntargets = ["arm"]\n', "needs the target x86"),
    ],
)  # fmt: skip
def test_a_recogniser_that_cannot_be_used_is_refused(tmp_path: Path, text: str, said: str) -> None:
    error = refusal(tmp_path, text)
    assert "verify.recognition: " in error.message and said in error.message


def test_a_folder_brings_a_dictionary_if_it_has_a_description(tmp_path: Path) -> None:
    text = f'{HEAD}{DATA}[export]\nmodel = "own"\n'
    folder = write_project(tmp_path / "p", text)
    give_pd(folder / "own")
    with pytest.raises(UsageError, match=r"data\.dictionary: required where"):
        load_project(folder)
    (folder / "own" / "inference.yml").write_text("")
    assert load_project(folder).settings.export.model == "own"


MODEL, V3 = f"{MINIMAL}[model]\n", 'architecture = "PP-OCRv3_mobile_rec"\n'


@pytest.mark.parametrize(
    ("text", "said", "remedy"),
    [
        *((f'{HEAD}{DATA}[model]\ntask = "{task}"\n', f"export.model: needed for {task}", "model = ")
          for task in TASKS if task != "recognition"),
        (OWN.replace("use_space_char = true\n", ""),
         "data.use_space_char: PP-OCRv5_mobile_rec reads with its own", "use_space_char = true"),
        (SCRATCH.replace('dictionary = "dict.txt"\n', ""), "data.dictionary: required where", ""),
        (f'{MODEL}pretrained = "PP-OCRv5_mobil_rec"\n', 'did you mean "PP-OCRv5_mobile_rec"?',
         "PP-OCRv4_mobile_rec"),
        (f'{MODEL}architecture = "PP-OCRv3_mobil_rec"\n',
         "'PP-OCRv3_mobil_rec' is neither built in nor a file; did you mean \"PP-OCRv3_mobile_rec\"?", ""),
        (f'{MODEL}{V3}pretrained = "PP-OCRv5_mobile_rec"\n[train]\nmode = "full"\n',
         "does not fit the architecture PP-OCRv3_mobile_rec", ""),
        (f"{MODEL}{V3}", "train.mode: mode frozen starts from an official inference model", ""),
    ],
    ids=lambda value: value[:30] if "\n" not in value else "",
)  # fmt: skip
def test_what_a_model_lacks_or_does_not_fit_is_refused(
    tmp_path: Path, text: str, said: str, remedy: str
) -> None:
    error = refusal(tmp_path, text)
    assert said in error.message and remedy in error.remedy


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_each_architecture_has_its_usual_shape_and_weights(tmp_path: Path, name: str) -> None:
    text = f'{MINIMAL}[model]\narchitecture = "{name}"\n[train]\nmode = "full"\n'
    model = load_project(write_project(tmp_path / "p", text)).settings.model
    known = ARCHITECTURES[name]
    assert tuple(model.image_shape) == known.image_shape
    assert model.pretrained == (known.weights or ("",))[0]


def test_the_host_knows_the_architectures_of_the_stages() -> None:
    built_in = {
        each.name: Architecture(each.name, each.image_shape, each.weights)
        for each in BUILT_IN.values()
    }
    assert built_in == ARCHITECTURES
