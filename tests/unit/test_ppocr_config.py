from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from stages.errors import StageError
from stages.ppocr.adoption import adopt
from stages.ppocr.architectures import ARCHITECTURES, with_classes
from stages.ppocr.architectures.lcnetv3 import V5_MOBILE
from stages.ppocr.config import (
    Config,
    DataPaths,
    Settings,
    ctc_config,
    dump_config,
    training_config,
)
from stages.ppocr.distillation import student_of
from stages.ppocr.transforms import read_transforms
from stages.ppocr.user_config import check_overrides, read_config

PATHS = DataPaths(Path("/t"), Path("/t.txt"), Path("/v"), Path("/v.txt"), Path("/d.txt"))
SETTINGS = Settings((3, 48, 160), True, 30, 40, 16, 5e-4, 7, workers=1)
CONFIGS = [
    ctc_config(V5_MOBILE.ctc(), PATHS, SETTINGS),
    *(training_config(built_in, PATHS, SETTINGS) for built_in in ARCHITECTURES.values()),
]
IDS = ["ctc", *ARCHITECTURES]


def eval_shape(config: Config) -> tuple[int, ...]:
    """Return the shape that validation images are brought to."""
    return read_transforms(config["Eval"]["dataset"]["transforms"]).image_shape


@pytest.mark.parametrize("config", CONFIGS, ids=IDS)
def test_the_project_decides_paths_dictionary_and_shape(config: Config) -> None:
    assert config["Global"]["character_dict_path"] == "/d.txt"
    assert config["Global"]["use_space_char"] is True
    assert config["Global"]["max_text_length"] == 30
    assert config["Global"]["epoch_num"] == 40
    assert config["Optimizer"]["lr"]["learning_rate"] == 5e-4
    assert config["Train"]["dataset"]["label_file_list"] == ["/t.txt"]
    assert config["Eval"]["dataset"]["data_dir"] == "/v"
    assert eval_shape(config) == (3, 48, 160)


@pytest.mark.parametrize("config", CONFIGS, ids=IDS)
def test_the_export_is_told_to_be_legacy(config: Config) -> None:
    assert config["Global"]["export_with_pir"] is False


@pytest.mark.parametrize("config", CONFIGS, ids=IDS)
def test_the_yaml_is_plain_and_gives_the_same_back(config: Config) -> None:
    text = dump_config(config)
    assert "!!" not in text
    assert "&id" not in text
    assert yaml.safe_load(text) == config


def test_multi_scale_training_keeps_the_width() -> None:
    assert CONFIGS[1]["Train"]["sampler"]["scales"] == [[160, 32], [160, 48], [160, 64]]


def test_heads_get_the_classes_that_the_trainer_would_give_them() -> None:
    assert with_classes(CONFIGS[0]["Architecture"], 38)["Head"]["out_channels"] == 38
    classes = with_classes(CONFIGS[1]["Architecture"], 38)["Head"]["out_channels_list"]
    assert classes == {"CTCLabelDecode": 38, "SARLabelDecode": 40, "NRTRLabelDecode": 41}
    assert "out_channels_list" not in CONFIGS[1]["Architecture"]["Head"]


def write(folder: Path, text: str) -> Path:
    path = folder / "user.yml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_users_yaml_keeps_its_training_and_gets_the_projects_data(tmp_path: Path) -> None:
    path = write(tmp_path, dump_config(training_config(V5_MOBILE, PATHS, SETTINGS)))
    mine = DataPaths(Path("/T"), Path("/T.txt"), Path("/V"), Path("/V.txt"), Path("/D.txt"))
    settings = Settings((3, 48, 320), False, 25, 1, 1, 1.0, 42)
    config = adopt(read_config(path), mine, settings, lambda _text: None)
    assert config["Global"]["character_dict_path"] == "/D.txt"
    assert config["Global"]["use_space_char"] is False
    assert config["Train"]["dataset"]["data_dir"] == "/T"
    assert eval_shape(config) == (3, 48, 320)
    joined = config["Train"]["dataset"]["transforms"][1]["RecConAug"]
    assert joined["image_shape"] == [48, 320, 3]
    assert config["Global"]["epoch_num"] == 40
    assert config["Optimizer"]["lr"]["learning_rate"] == 5e-4


def adopted(width: int, length: int, **changes: Any) -> tuple[Config, list[str]]:
    """Give a user's PP-OCRv5 YAML (320 wide, texts of 25) a project's width and text length."""
    usual = replace(SETTINGS, image_shape=(3, 48, 320), max_text_length=25)
    config = training_config(V5_MOBILE, PATHS, usual)
    for split, name in changes.items():
        config[split]["dataset"]["name"] = name
    said: list[str] = []
    mine = replace(SETTINGS, image_shape=(3, 48, width), max_text_length=length)
    return adopt(config, PATHS, mine, said.append), said


def lengths(document: Any) -> set[int]:
    """Return every ``max_text_length`` in a document."""
    if isinstance(document, list):
        return set().union(*map(lengths, document))
    if not isinstance(document, dict):
        return set()
    own = {value for key, value in document.items() if key == "max_text_length"}
    return own.union(*map(lengths, document.values()))


def test_width_and_text_length_are_the_projects_wherever_they_stand() -> None:
    config, said = adopted(640, 60)
    assert config["Train"]["sampler"]["scales"] == [[640, 32], [640, 48], [640, 64]]
    assert config["Global"]["d2s_train_image_shape"] == [3, 48, 640]
    assert lengths(config) == {60} and said == []
    assert "'max_text_length': 60" in str(config["Architecture"]["Head"]["head_list"])


def test_scales_of_several_widths_keep_their_proportions() -> None:
    usual = replace(SETTINGS, image_shape=(3, 48, 320))
    config = training_config(V5_MOBILE, PATHS, usual)
    config["Train"]["sampler"]["scales"] = [[320, 32], [160, 48], [64, 64]]
    wide = adopt(config, PATHS, replace(usual, image_shape=(3, 48, 640)), lambda _text: None)
    assert wide["Train"]["sampler"]["scales"] == [[640, 32], [320, 48], [128, 64]]
    assert config["Train"]["sampler"]["scales"][0] == [320, 32], "what was read stays"


@pytest.mark.parametrize("name", ["LMDBDataSet", "LMDBDataSetSR"])
def test_a_data_base_becomes_label_files_and_is_said(name: str) -> None:
    config, said = adopted(320, 25, Train=name, Eval=name)
    for split, labels in (("Train", PATHS.train_labels), ("Eval", PATHS.val_labels)):
        dataset = config[split]["dataset"]
        assert dataset["name"] == "SimpleDataSet"
        assert dataset["label_file_list"] == [str(labels)]
    assert said == [
        f"{split}: {name} is taken as SimpleDataSet: the project's label files are read, no data base"
        for split in ("Train", "Eval")
    ]


def test_a_data_set_of_another_task_is_refused() -> None:
    with pytest.raises(StageError, match=r"Train\.dataset\.name is LaTeXOCRDataSet"):
        adopted(320, 25, Train="LaTeXOCRDataSet")


def test_a_python_tag_in_a_users_yaml_is_refused_and_not_run(tmp_path: Path) -> None:
    proof = tmp_path / "ran"
    text = f"Global: !!python/object/apply:pathlib.Path.touch [!!python/name:x '', {proof}]\n"
    with pytest.raises(StageError, match="not plain YAML"):
        read_config(write(tmp_path, text))
    assert not proof.exists()


@pytest.mark.parametrize("text", ["", "- a\n", "Global: {}\n", "\x00"])
def test_a_yaml_that_is_no_configuration_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(StageError, match="not a PaddleOCR configuration"):
        read_config(write(tmp_path, text))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"PostProcess": {"name": "AttnLabelDecode"}}, "allowed is CTCLabelDecode"),
        ({"Train": {"dataset": {}}}, "Train.dataset.transforms is not a list"),
        ({"Architecture": {"Models": {}}}, "no Head with a name"),
        ({"Architecture": {"Models": {"Teacher": {}}}}, "none is called Student"),
        ({"Global": None}, "no section Global"),
    ],
)
def test_a_yaml_that_paddock_cannot_follow_is_refused(
    tmp_path: Path, change: dict[str, Any], message: str
) -> None:
    config = {**ctc_config(V5_MOBILE.ctc(), PATHS, SETTINGS), **change}
    with pytest.raises(StageError, match=message):
        read_config(write(tmp_path, yaml.safe_dump(config)))


def test_good_overrides_pass() -> None:
    options = ["Train.loader.num_workers=0", "Optimizer.lr.name=Const", "Global.x=[1, 2]"]
    assert check_overrides(options) == options


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ("Global.character_dict_path=/x", "set by Paddock"),
        ("Global.checkpoints=/x", "set by Paddock"),
        ("no value", "KEY=VALUE"),
        ("a=b=c", "KEY=VALUE"),
        ("-c=x", "KEY=VALUE"),
        ("Global.x=!!python/name:os.system", "not plain YAML"),
        ("Global={character_dict_path: /x}", "a whole section"),
    ],
)
def test_bad_overrides_are_refused(option: str, message: str) -> None:
    with pytest.raises(StageError, match=message):
        check_overrides([option])


def test_a_distillations_student_can_be_exported_alone() -> None:
    """PP-OCRv4_mobile_rec_distillation.yml calls its student SVTR, PP-OCRv4_mobile_rec.yml SVTR_LCNet."""
    for head, algorithm in (("MultiHead", "SVTR_LCNet"), ("CTCHead", "SVTR")):
        network = {"algorithm": "SVTR", "Head": {"name": head, "head_list": [{"CTCHead": {}}]}}
        models = {"name": "DistillationModel", "Models": {"Teacher": network, "Student": network}}
        student = student_of({"Architecture": models, "PostProcess": {}})
        assert student["Architecture"]["algorithm"] == algorithm
