"""What each stage is given, by where the project starts."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.errors import UsageError
from pipeline.models.fetch_context import FetchContext
from pipeline.plan.hashes import HashCache
from pipeline.plan.inputs import FromProject, FromStage, Source
from pipeline.plan.wiring import Wire, given_models, wire
from pipeline.project import load_project
from stages.contract import DEFAULT_DICTIONARY, hash_file
from support.given import give_checkpoint, give_configuration, give_pd, give_pir
from support.plans import wires_of
from support.projects import DATA, HEAD, MINIMAL, write_project

FROM_OFFICIAL = f'{MINIMAL}\n[model]\npretrained = "official"\n'
FROM_WEIGHTS = f'{MINIMAL}\n[model]\npretrained = "w.pdparams"\n[train]\nmode = "full"\n'
FROM_NOTHING = f'{MINIMAL}\n[model]\npretrained = ""\n[train]\nmode = "full"\n'
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
    folder = write_project(tmp_path, f"{FROM_NOTHING}[convert]\ntargets = [{targets}]\n")
    said: list[str] = []
    with HashCache(folder / "hashes.sqlite") as cache:
        wire(load_project(folder), cache, FetchContext(said.append))
    assert sum("targets has no x86" in sentence for sentence in said) == warned


@pytest.mark.parametrize("text", [FROM_WEIGHTS, FROM_NOTHING, FROM_CHECKPOINT, FROM_PD])
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
    assert [item.parameters for item in told.values()] == [
        item.parameters for item in plain.values()
    ]


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
        (FROM_NOTHING, set()),
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
    text = f"""{HEAD}
[data]
test = ["test.txt"]
[model]
task = "detection"
[export]
model = "official"
"""
    stages = wires(tmp_path / "p", text)
    assert stages["data"].parameters == {
        "task": "detection",
        "labels": {"test": ["test.txt"]},
        "allow_overlap": False,
    }
    assert list(stages["data"].inputs) == ["test"]
    assert sorted(stages["export"].inputs) == ["pir", "test", "test_labels"]
    assert stages["verify"].parameters == {"task": "detection", "image_shape": [3, 960, 960]}
    assert "dict" not in stages["verify"].inputs


@pytest.mark.parametrize("stage", ["data", "export", "convert", "verify"])
def test_stages_are_told_the_task(tmp_path: Path, stage: str) -> None:
    assert wires(tmp_path / "p", FROM_PIR)[stage].parameters["task"] == "recognition"
