"""What each stage is given, by where the project starts."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import UsageError
from pipeline.models.fetch_context import FetchContext
from pipeline.plan.hashes import HashCache
from pipeline.plan.inputs import FromProject, FromStage, Source
from pipeline.plan.wiring import Given, Wire, gather, gathered_by, given_models, wire
from pipeline.project import Project, Settings, load_project
from stages.contract import DEFAULT_DICTIONARY, hash_file
from support.given import give_checkpoint, give_configuration, give_pd, give_pir
from support.plans import wires_of
from support.projects import DATA, HEAD, MINIMAL, SCRATCH, write_project

FROM_OFFICIAL = f'{MINIMAL}\n[model]\npretrained = "official"\n'
FROM_WEIGHTS = f'{MINIMAL}\n[model]\npretrained = "w.pdparams"\n[train]\nmode = "full"\n'
FROM_PD = f'{MINIMAL}\n[export]\nmodel = "pd"\n'
FROM_PIR = f'{MINIMAL}\n[export]\nmodel = "official"\n'
WITHOUT_DICTIONARY = 'dictionary = "dict.txt"\n'
FROM_CHECKPOINT = (
    f'{MINIMAL}\n[model]\narchitecture = "own.yml"\n[train]\ncheckpoint = "c.pdparams"\n'
)


FULL = "[model]\npretrained = ''\n[train]\nmode = 'full'\n"


def wires(folder: Path, text: str) -> dict[str, Wire]:
    """Wire a project that has files for every start."""
    write_project(folder, text)
    give_pir(folder / "official")
    give_pd(folder / "pd")
    for name in ("c.pdparams", "w.pdparams"):
        give_checkpoint(folder / name)
    give_configuration(folder / "own.yml")
    return {item.stage: item for item in wires_of(folder)}


def files(source: Source) -> list[str]:
    assert isinstance(source, FromProject)
    return sorted(source.upload.files)


def give_fetched(monkeypatch: pytest.MonkeyPatch, folder: Path, names: tuple[str, ...]) -> None:
    """Let the wiring find a built-in model in ``folder``: these tests have no network."""
    folder.mkdir()
    for name in names:
        (folder / name).write_text(name)
    monkeypatch.setattr("pipeline.plan.start.resolve", lambda *_: folder)


def test_verify_sees_the_exporters_description_and_the_official_model(tmp_path: Path) -> None:
    verify = wires(tmp_path / "p", FROM_OFFICIAL)["verify"]
    assert verify.inputs["description"] == FromStage("export", "inference.yml")
    stock = verify.inputs["pretrained"]
    assert files(stock) == ["inference.json", "inference.pdiparams", "inference.yml"]
    assert isinstance(stock, FromProject) and stock.tree


def test_verify_sees_a_legacy_model_that_training_started_from(tmp_path: Path) -> None:
    text = f'{MINIMAL}\n[model]\npretrained = "pd"\n'
    stock = wires(tmp_path / "p", text)["verify"].inputs["pretrained"]
    assert files(stock) == ["inference.pdiparams", "inference.pdmodel"]


@pytest.mark.parametrize(("targets", "warned"), [('"arm", "opencl"', 1), ('"arm", "x86"', 0)])
def test_a_project_of_which_no_file_can_be_run_is_warned_of(
    tmp_path: Path, targets: str, warned: int
) -> None:
    folder = write_project(tmp_path, f"{SCRATCH}[convert]\ntargets = [{targets}]\n")
    said: list[str] = []
    with HashCache(folder / "hashes.sqlite") as cache:
        wire(load_project(folder), cache, FetchContext(said.append))
    assert sum("targets has no x86" in sentence for sentence in said) == warned


@pytest.mark.parametrize("text", [FROM_WEIGHTS, SCRATCH, FROM_CHECKPOINT, FROM_PD])
def test_there_is_no_stock_model_where_training_did_not_start_from_one(
    tmp_path: Path, text: str
) -> None:
    assert "pretrained" not in wires(tmp_path / "p", text)["verify"].inputs


def test_a_given_pd_model_has_the_description_that_lies_beside_it(tmp_path: Path) -> None:
    folder = tmp_path / "p"
    assert "description" not in wires(folder, FROM_PD)["verify"].inputs
    (folder / "pd" / "inference.yml").write_text("PostProcess: {}\n")
    verify = {item.stage: item for item in wires_of(folder)}["verify"]
    assert files(verify.inputs["description"]) == ["inference.yml"]


@pytest.mark.parametrize(
    ("more", "allowed"), [("", False), ("allow_overlap = true\n", True)], ids=["default", "set"]
)
def test_whether_overlap_is_allowed_is_for_the_data_stage(
    tmp_path: Path, more: str, allowed: bool
) -> None:
    data = wires(tmp_path / "p", HEAD + DATA + more + FULL)["data"]
    assert data.parameters["allow_overlap"] is allowed


def test_the_runtime_of_the_app_is_no_stages_parameter(tmp_path: Path) -> None:
    plain = wires(tmp_path / "a", FROM_OFFICIAL)
    told = wires(tmp_path / "b", f'{FROM_OFFICIAL}\n[verify]\nruntime = "2.13"\n')
    before, now = ([item.parameters for item in wired.values()] for wired in (plain, told))
    assert before == now


def test_an_official_pd_model_brings_its_own_dictionary(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ("inference.pdmodel", "inference.pdiparams", "ppocr_keys_v1.txt")
    give_fetched(monkeypatch, tmp_path / "fetched", names)
    text = f'{MINIMAL}\n[export]\nmodel = "PP-OCRv4_mobile_rec"\n'
    verify = wires(tmp_path / "p", text)["verify"]
    assert files(verify.inputs["keys"]) == ["ppocr_keys_v1.txt"]
    assert "description" not in verify.inputs


def test_a_built_in_starting_model_is_named_as_in_the_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ("inference.json", "inference.pdiparams", "inference.yml")
    give_fetched(monkeypatch, tmp_path / "PP-OCRv5_mobile_rec-75e9bdf502de", names)
    stock = wires(tmp_path / "p", MINIMAL)["verify"].inputs["pretrained"]
    assert isinstance(stock, FromProject)
    assert stock.upload.made_by == "model PP-OCRv5_mobile_rec"


def test_a_pir_model_is_exported_and_measured(tmp_path: Path) -> None:
    stages = wires(tmp_path / "p", FROM_PIR)
    assert stages["train"].skipped == "the project starts from a PIR model"
    export, verify = stages["export"].inputs, stages["verify"].inputs
    assert files(export["pir"]) == ["inference.json", "inference.pdiparams", "inference.yml"]
    assert sorted(export) == ["dict", "dict_rules", "pir", "test", "test_labels"]
    assert export["pir"] == verify["pir"]
    assert verify["pdmodel"] == FromStage("export", "inference.pdmodel")
    assert verify["description"] == FromStage("export", "inference.yml")
    assert "checkpoint" not in verify and "pretrained" not in verify


def test_the_report_is_told_the_weights_of_a_given_pir_model(tmp_path: Path) -> None:
    given = given_models(tuple(wires(tmp_path / "p", FROM_PIR).values()))
    assert given == {"pir": hash_file(tmp_path / "p" / "official" / "inference.pdiparams")}


@pytest.mark.parametrize("name", ["inference.pdiparams", "inference.yml"])
def test_an_incomplete_pir_model_is_refused(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "p"
    wires(folder, FROM_PIR)
    (folder / "official" / name).unlink()
    with pytest.raises(UsageError, match=rf"export\.model: no file '{name}' beside") as caught:
        wires_of(folder)
    assert "inference.json" in caught.value.remedy


@pytest.mark.parametrize("text", [FROM_PIR, FROM_OFFICIAL], ids=["as it is", "trained"])
def test_without_a_dictionary_the_models_own_is_read(tmp_path: Path, text: str) -> None:
    data = wires(tmp_path / "p", text.replace(WITHOUT_DICTIONARY, ""))["data"]
    assert files(data.inputs["description"]) == ["inference.yml"]
    assert "dictionary" not in data.inputs


def test_the_own_dictionary_of_a_pd_model_is_a_dictionary(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ("inference.pdmodel", "inference.pdiparams", "ppocr_keys_v1.txt")
    give_fetched(monkeypatch, tmp_path / "fetched", names)
    text = (
        MINIMAL.replace(WITHOUT_DICTIONARY, "use_space_char = true\n")
        + '[export]\nmodel = "PP-OCRv4_mobile_rec"\n'
    )
    data = wires(tmp_path / "p", text)["data"]
    assert files(data.inputs["keys"]) == ["ppocr_keys_v1.txt"]
    assert "dictionary" not in data.inputs


@pytest.mark.parametrize(
    ("text", "told_by"),
    [
        (FROM_PIR, {"description", "pir"}),
        (FROM_PD, {"pdmodel"}),
        (FROM_CHECKPOINT, {"checkpoint", "config"}),
        (FROM_WEIGHTS, {"pretrained"}),
        (FROM_OFFICIAL, {"description"}),
        (SCRATCH, set()),
    ],
    ids=["pir", "pd", "checkpoint", "weights", "official", "nothing"],
)
def test_data_holds_the_dictionary_against_what_a_trained_model_says(
    tmp_path: Path, text: str, told_by: set[str]
) -> None:
    stages = wires(tmp_path / "p", text)
    assert stages["data"].inputs.keys() - {"train", "val", "test"} == {"dictionary", *told_by}
    assert stages["verify"].inputs["dict_rules"] == FromStage("data", "dictionary.json")


def test_paddleocrs_default_dictionary_needs_no_file(tmp_path: Path) -> None:
    text = f"{MINIMAL.replace('dict.txt', DEFAULT_DICTIONARY)}\n{FULL}"
    data = wires(tmp_path / "p", text)["data"]
    assert data.parameters["dictionary"] == DEFAULT_DICTIONARY
    assert "dictionary" not in data.inputs


def test_detection_has_no_characters(tmp_path: Path) -> None:
    data = '[data]\ntest = ["test.txt"]\n'
    text = f'{HEAD}{data}[model]\ntask = "detection"\n[export]\nmodel = "official"\n'
    stages = wires(tmp_path / "p", text)
    asked = {"task": "detection", "labels": {"test": ["test.txt"]}, "allow_overlap": False}
    assert stages["data"].parameters == asked
    assert list(stages["data"].inputs) == ["test"]
    assert sorted(stages["export"].inputs) == ["pir", "test", "test_labels"]
    assert stages["verify"].parameters == {"task": "detection", "image_shape": [3, 960, 960]}
    assert "dict" not in stages["verify"].inputs


@pytest.mark.parametrize("stage", ["data", "export", "convert", "verify"])
def test_stages_are_told_the_task(tmp_path: Path, stage: str) -> None:
    assert wires(tmp_path / "p", FROM_PIR)[stage].parameters["task"] == "recognition"


#: Another value for each setting that :func:`gather` does not look at.
NOT_LOOKED_AT: dict[str, dict[str, Any]] = {
    "project": {"name": "other", "kernels": "native"},
    "data": {"split": [0.6, 0.2, 0.2], "split_seed": 1, "use_space_char": True, "max_text_length": 9,
             "allow_overlap": True},
    "model": {"image_shape": [3, 48, 640]},
    "train": {"epochs": 1, "batch_size": 2, "learning_rate": 0.5, "early_stopping": {"patience": 1},
              "copies": 1, "seed": 1, "device": "gpu", "devices": 2, "overrides": ["Global.x=1"]},
    "quantize": {"images": 1, "max_accuracy_drop": 0.5, "min_agreement": 0.5},
    "convert": {"targets": ["x86"], "weights": ["int8"], "fp16": True},
    "verify": {"min_accuracy": 0.5, "max_accuracy_drop": 0.5, "min_agreement": 0.5, "max_abs_diff": 0.5,
               "runtime": "2.13"},
    "limits": {"cpus": 1.0, "memory": "1g"},
}  # fmt: skip
LOOKED_AT: dict[str, dict[str, Any]] = {
    "data": {"root": ".", "train": ["val.txt"], "val": ["test.txt"], "test": [], "labels": ["val.txt"],
             "dictionary": ""},
    "model": {"task": "detection", "architecture": "x.yml", "pretrained": "x"},
    "train": {"mode": "full", "checkpoint": "x"},
    "export": {"model": "x"},
    "convert": {"models": {"arm": "x.nb"}},
    "verify": {"recognition": "x", "arm_runtime": {"path": "x"}},
}  # fmt: skip


def with_setting(project: Project, table: str, key: str, value: Any) -> Project:
    raw = project.settings.model_dump(exclude_unset=True)
    raw[table] = {**raw.get(table, {}), key: value}
    return replace(project, settings=Settings.model_validate(raw))


def test_projects_that_are_gathered_by_the_same_are_given_the_same(tmp_path: Path) -> None:
    """And every setting is told apart that decides what is given: a member of a sweep gets no other's."""
    project = load_project(write_project(tmp_path / "p", SCRATCH))
    project = with_setting(project, "train", "mode", "frozen")  # as long as nothing is trained
    with HashCache(tmp_path / "hashes.sqlite") as cache:
        given = gather(project, cache, FetchContext())
        for table, settings in NOT_LOOKED_AT.items():
            for key, value in settings.items():
                other = with_setting(project, table, key, value)
                assert gathered_by(other) == gathered_by(project), f"{table}.{key}"
                again = gather(other, cache, FetchContext())
                assert hashes(again) == hashes(given), f"{table}.{key}"
    for table, settings in LOOKED_AT.items():
        for key, value in settings.items():
            other = with_setting(project, table, key, value)
            assert gathered_by(other) != gathered_by(project), f"{table}.{key}"
    tables = (*NOT_LOOKED_AT.items(), *LOOKED_AT.items())
    told = {(table, key) for table, settings in tables for key in settings}
    whole = project.settings.model_dump(exclude={"sweep"})
    assert told == {(table, key) for table, settings in whole.items() for key in settings}


def hashes(given: Given) -> dict[str, str]:
    return {
        name: source.as_input(name).sha256
        for name, source in given.there.items()
        if isinstance(source, FromProject)
    }
