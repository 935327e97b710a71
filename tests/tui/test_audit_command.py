"""``paddock audit``: what it prints, as text and as JSON, and what it ends with."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.integrity.faults import Expected, Fault
from pipeline.plan.lockfile import LOCK_FILE, lock_entry, lock_text
from pipeline.record.ledger import Components, Entry, Ledger
from pipeline.run.audit import AuditReport
from stages.contract import digests_of
from support.apps import shipped_project
from support.cli import call
from support.projects import write_project
from support.results import make_result
from tui.commands import audit as command

FILE = "/paddock/results/convert/KEY/model_arm\x1b[2J.nb"
MADE = ("convert", "run-1", "2026-11-22T22:00:00+00:00")
EXPECTED = Expected("workspace", FILE, digests_of(b"model"), *MADE, "force it")
TRAIN = Components("train", "a" * 64, {"epochs": 3}, {"train": "t"})
FAULTS = (Fault("changed", EXPECTED, digests_of(b"modem")), Fault("missing", EXPECTED))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_project(tmp_path / "project")


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch) -> list[Fault]:
    """What the audit finds; a test may add to it. No engine is asked."""
    faults: list[Fault] = []

    def audit(*_arguments: object) -> AuditReport:
        return AuditReport("run-1", 57, 66_000_000, 1.4, tuple(faults))

    monkeypatch.setattr(command, "audit", audit)
    return faults


def test_all_is_well_in_one_line(folder: Path, found: list[Fault]) -> None:
    done = call("audit", folder)
    assert done.returncode == 0 and found == []
    assert done.stdout == "✔ all 57 files are as they were recorded: 66.0 MB in 1.4 s\n"


def test_every_fault_has_its_parts_and_drives_no_terminal(folder: Path, found: list[Fault]) -> None:
    found.extend(FAULTS)
    done = call("audit", folder)
    assert done.returncode == 5 and "\x1b" not in done.stdout
    for part in (
        f"expected SHA-256 {digests_of(b'model').sha256}, found {digests_of(b'modem').sha256}",
        "is missing",
        "made by convert in run run-1, 2026-11-22T22:00:00+00:00",
        "do: force it",
        "paddock explain changed-artifact",
        "2 faults in 57 files: 66.0 MB in 1.4 s",
    ):
        assert part in done.stdout


def test_json_has_all_of_it(folder: Path, found: list[Fault]) -> None:
    found.extend(FAULTS)
    done = call("audit", "--json", folder)
    said = json.loads(done.stdout)
    assert done.returncode == 5 and done.stdout.isascii()
    assert (said["run"], said["checked"], said["size"]) == ("run-1", 57, 66_000_000)
    first, second = said["faults"]
    assert (first["problem"], second["problem"]) == ("changed", "missing")
    assert first["expected"]["md5"] == digests_of(b"model").md5
    assert first["found"]["sha256"] == digests_of(b"modem").sha256 and second["found"] is None
    assert (first["place"], first["file"], first["made_by"]) == ("workspace", FILE, "convert")
    assert first["remedy"] == "force it" and first["pitfall"] == "changed-artifact"


def test_without_an_engine_it_says_so(folder: Path) -> None:
    done = call("audit", folder)
    assert done.returncode == 4 and "do:" in done.stderr and done.stdout == ""


def test_a_file_is_asked_about_without_an_engine(folder: Path) -> None:
    model = folder / "model.nb"
    model.write_bytes(b"nothing")
    done = call("audit", folder, "--file", model)
    assert done.returncode == 2 and "no run of this project has passed yet" in done.stderr


def test_a_file_that_was_delivered_says_what_it_needs(tmp_path: Path) -> None:
    project = shipped_project(tmp_path / "project")
    done = call("audit", project.folder, "--file", project.out / "model_arm.nb")
    assert done.returncode == 0
    needs = "to load it: Paddle-Lite 2.13 or newer, with extra operators (with_extra=ON)"
    assert needs in " ".join(done.stdout.split())


def locks(folder: Path, sha256: str) -> Path:
    """Leave a lock in the project, and return another one whose checkpoint has ``sha256``."""
    entries = {"train": lock_entry(TRAIN, make_result("train"))}
    (folder / LOCK_FILE).write_text(lock_text(entries), encoding="utf-8")
    entries["train"]["artifacts"]["checkpoint.pdparams"] = sha256
    entries["train"]["artifacts"]["config.yml"] = "c" * 64  # it names folders of results
    other = folder / "other.lock"
    other.write_text(lock_text(entries), encoding="utf-8")
    return other


def test_a_lock_of_the_same_bytes_is_the_same(folder: Path) -> None:
    made = {item.path: item.sha256 for item in make_result("train").artifacts}
    done = call("audit", folder, "--same-as", locks(folder, made["checkpoint.pdparams"]))
    assert done.returncode == 0
    assert done.stdout.splitlines() == ["✔ train: the same bytes in all 2 files"]


def test_the_first_stage_with_other_bytes_is_named(folder: Path) -> None:
    other = locks(folder, "0" * 64)
    result = replace(make_result("train"), environment={"cpu": "A9"})
    (folder / ".paddock").mkdir(exist_ok=True)
    Ledger(folder / ".paddock/ledger.jsonl").append(Entry("", "run-1", "w", TRAIN, result))
    done = call("audit", folder, "--same-as", other)
    assert done.returncode == 5
    assert "✘ train: other bytes in checkpoint.pdparams" in done.stdout
    assert "train differs first; here it ran on: A9" in done.stdout


def test_what_explains_other_bytes_is_said(folder: Path) -> None:
    other = locks(folder, "0" * 64)
    entries = {"train": lock_entry(replace(TRAIN, image="b" * 64), make_result("train"))}
    (folder / LOCK_FILE).write_text(lock_text(entries), encoding="utf-8")
    done = call("audit", "--json", folder, "--same-as", other)
    (found,) = json.loads(done.stdout)["stages"]
    assert done.returncode == 5 and found["differing"] == ["checkpoint.pdparams"]
    assert found["changes"] == [f"image changed ({'a' * 12} → {'b' * 12})"]


def test_a_stage_in_one_lock_only_is_named(folder: Path) -> None:
    other = locks(folder, "0" * 64)
    other.write_text(other.read_text().replace('"train"', '"export"'), encoding="utf-8")
    done = call("audit", folder, "--same-as", other)
    assert done.returncode == 5 and "✘ train: only one lock has it" in done.stdout


def test_a_folder_or_nothing_is_no_lock(folder: Path) -> None:
    for other in (folder, folder / "gone.lock"):
        done = call("audit", folder, "--same-as", other)
        assert done.returncode == 2 and "there is no lock here" in done.stderr


@pytest.mark.parametrize("stages", [{"train": {}}, {"train": {"artifacts": {}}}])
def test_locks_that_name_no_files_are_not_the_same_bytes(
    folder: Path, tmp_path: Path, stages: dict[str, dict[str, str]]
) -> None:
    for path in (folder / LOCK_FILE, tmp_path / "other.lock"):
        path.write_text(lock_text(stages), encoding="utf-8")
    assert call("audit", folder, "--same-as", tmp_path / "other.lock").returncode == 5
