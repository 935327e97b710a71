"""The recogniser that a detection project reads with: another project, as it was delivered."""

import hashlib
from pathlib import Path

import pytest

from pipeline.errors import IntegrityFailed, UsageError
from pipeline.plan.inputs import FromProject, Source
from support.given import PD, PIR, give_pd, give_pir
from support.plans import wires_of
from support.projects import HEAD, write_project

OUT = ("model_x86.nb", "model_arm.nb", "dict.txt", "preprocess.json")
READING = f"""{HEAD}
[data]
test = ["test.txt"]
[export]
model = "original"
"""
FINDING = f"""{HEAD}
[data]
test = ["test.txt"]
[model]
task = "detection"
[export]
model = "original"
[verify]
recognition = "../reading"
"""


def give(folder: Path, names: tuple[str, ...]) -> None:
    folder.mkdir()
    for name in names:
        (folder / name).write_text(name)


def deliver(project: Path) -> None:
    """Write what a run that passed leaves in ``out/``."""
    give(project / "out", OUT)
    sums = (f"{hashlib.sha256(name.encode()).hexdigest()}  {name}\n" for name in OUT)
    (project / "out" / "SHA256SUMS").write_text("".join(sums))


@pytest.fixture
def reading(tmp_path: Path) -> Path:
    """A recognition project that has run with success."""
    folder = write_project(tmp_path / "reading", READING)
    give_pir(folder / "original")
    deliver(folder)
    return folder


@pytest.fixture
def finding(tmp_path: Path) -> Path:
    """A detection project that reads with the other one."""
    folder = write_project(tmp_path / "finding", FINDING)
    give_pir(folder / "original")
    return folder


def verify_inputs(folder: Path) -> dict[str, Source]:
    (verify,) = (wire for wire in wires_of(folder) if wire.stage == "verify")
    return dict(verify.inputs)


def files(source: Source) -> dict[str, str]:
    assert isinstance(source, FromProject)
    return {name: path.parent.name for name, path in source.upload.files.items()}


def test_verify_gets_the_original_and_what_was_made_of_it(reading: Path, finding: Path) -> None:
    inputs = verify_inputs(finding)
    assert files(inputs["reader-original"]) == dict.fromkeys(PIR, "original")
    assert files(inputs["reader-nb"]) == {"model_x86.nb": "out"}
    assert files(inputs["reader-dict"]) == {"dict.txt": "out"}
    assert files(inputs["reader-preprocess"]) == {"preprocess.json": "out"}
    assert files(inputs["pir"]) == dict.fromkeys(PIR, "original")


def test_the_original_may_be_a_pd_model(reading: Path, finding: Path) -> None:
    (reading / "original" / "inference.json").unlink()
    give_pd(reading / "original")
    original = files(verify_inputs(finding)["reader-original"])
    assert sorted(original) == ["inference.pdiparams", "inference.pdmodel", "inference.yml"]
    (reading / "original" / "inference.yml").unlink()
    toml = reading / "paddock.toml"
    toml.write_text(READING.replace("[export]", 'dictionary = "dict.txt"\n[export]'))
    assert sorted(files(verify_inputs(finding)["reader-original"])) == sorted(PD)


def test_without_a_recogniser_there_is_no_reader(reading: Path, finding: Path) -> None:
    toml = finding / "paddock.toml"
    toml.write_text(toml.read_text().replace('recognition = "../reading"', ""))
    assert not [name for name in verify_inputs(finding) if name.startswith("reader")]


@pytest.mark.parametrize("name", ["model_x86.nb", "SHA256SUMS"])
def test_a_project_that_has_not_run_is_refused(reading: Path, finding: Path, name: str) -> None:
    (reading / "out" / name).unlink()
    with pytest.raises(UsageError, match=r"verify\.recognition: no \S+ was delivered") as caught:
        wires_of(finding)
    assert f"paddock --batch {reading}" in caught.value.remedy


@pytest.mark.parametrize("name", ["model_x86.nb", "dict.txt", "preprocess.json"])
def test_a_changed_file_is_an_integrity_failure(reading: Path, finding: Path, name: str) -> None:
    (reading / "out" / name).write_text("changed")
    with pytest.raises(IntegrityFailed, match=f"{name}: expected SHA-256"):
        wires_of(finding)


@pytest.mark.parametrize("old", ["task", "model"])
def test_a_project_of_another_kind_is_refused(reading: Path, finding: Path, old: str) -> None:
    toml = reading / "paddock.toml"
    if old == "task":
        toml.write_text(READING.replace("[export]", '[model]\ntask = "detection"\n[export]'))
    else:
        more = 'dictionary = "dict.txt"\ntrain = ["train.txt"]\nval = ["val.txt"]\n[model]\n'
        more += 'pretrained = ""\n[train]\nmode = "full"\n'
        toml.write_text(READING.replace('[export]\nmodel = "original"\n', more))
    with pytest.raises(UsageError, match=r"verify\.recognition: no recognition model is converted"):
        wires_of(finding)


def test_a_broken_project_says_where(reading: Path, finding: Path) -> None:
    (reading / "paddock.toml").write_text(READING.replace("[export]", "[expord]"))
    with pytest.raises(UsageError, match="expord: unknown key") as caught:
        wires_of(finding)
    assert caught.value.where == str(reading / "paddock.toml")
