"""``paddock audit``: what it prints, as text and as JSON, and what it ends with."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline.integrity.faults import Expected, Fault
from pipeline.run.audit import AuditReport
from stages.contract import digests_of
from support.cli import call
from support.projects import write_project
from tui.commands import audit as command

FILE = "/paddock/results/convert/KEY/model_arm\x1b[2J.nb"
EXPECTED = Expected(
    "workspace",
    FILE,
    digests_of(b"model"),
    "convert",
    "run-1",
    "2026-11-22T22:00:00+00:00",
    "force it",
)
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
    assert done.stdout.splitlines() == [
        "✔ all 57 files are as they were recorded: 66.0 MB in 1.4 s"
    ]


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
