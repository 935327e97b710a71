"""One byte changed anywhere in a finished run: found by the audit and by the next run, every time."""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import pytest
from docker import DockerClient

from pipeline.compose.file import Compose
from pipeline.errors import UsageError
from pipeline.integrity.faults import Fault
from pipeline.plan.workspace import result_folder, workspace_of
from pipeline.project import load_project
from pipeline.record.events import Envelope, Noted, RunFailed
from pipeline.record.ledger import Entry, Ledger
from pipeline.run.audit import AuditReport, audit
from pipeline.run.options import Options, StopSwitch
from pipeline.run.runner import run
from stages.contract import INPUTS
from support.cli import paddock
from support.runs import Site
from support.vandal import Damage, Vandal, damaged, flipped, grown, missing, truncated, vandal

pytestmark = [pytest.mark.docker, pytest.mark.images]

#: Where in a file a bit is flipped: another place in every file.
PLACES = (0.0, 0.5, 1.0, 0.25, 0.75)


@dataclass(frozen=True)
class Ended:
    """A run in this process, which is quicker than one of its own."""

    code: int
    said: list[Envelope]

    def failure(self) -> RunFailed:
        (failed,) = (item.event for item in self.said if isinstance(item.event, RunFailed))
        return failed

    def kinds(self) -> set[str]:
        return {type(item.event).__name__ for item in self.said}

    def notes(self) -> str:
        return "\n".join(item.event.message for item in self.said if isinstance(item.event, Noted))


def go(folder: Path, options: Options | None = None) -> Ended:
    said: list[Envelope] = []
    code = run(folder, options or Options(), os.environ, said.append, StopSwitch())
    return Ended(code, said)


def look(folder: Path) -> AuditReport:
    return audit(load_project(folder), os.environ, lambda _text: None, lambda: 0)


def only_fault(folder: Path) -> Fault:
    (fault,) = look(folder).faults
    return fault


def check_refused(ended: Ended, *said: str) -> None:
    failed = ended.failure()
    assert ended.code == 5 and failed.pitfall == "changed-artifact" and failed.remedy
    assert not {"StageStarted", "Delivered"} & ended.kinds()
    for part in said:
        assert part in failed.message + failed.where + failed.remedy


@pytest.fixture(scope="module")
def folder(official: Path) -> Path:
    """A finished run, nothing of it changed."""
    assert go(official).code == 0
    return official


@pytest.fixture(scope="module")
def somebody(folder: Path, client: DockerClient, compose: Compose) -> Iterator[Vandal]:
    names = workspace_of(load_project(folder), os.environ).volumes
    image = compose.services["data"].image
    with vandal(client, image, names["workspace"], names["inputs"]) as there:
        yield there


def entries(folder: Path) -> list[Entry]:
    """Return the results that the last run which passed stands on."""
    ledger = Ledger(folder / ".paddock" / "ledger.jsonl")
    good = ledger.last_good()
    assert good is not None
    found = [ledger.find(key, good.workspace) for key in good.stages.values()]
    return [entry for entry in found if entry]


def made_by(stage: str, folder: Path) -> Entry:
    return next(entry for entry in entries(folder) if entry.components.stage == stage)


def home(entry: Entry) -> PurePosixPath:
    return result_folder(entry.components.stage, entry.components.key)


def test_nothing_is_wrong_with_what_nobody_touched(folder: Path) -> None:
    report = look(folder)
    assert report.faults == () and report.run
    assert report.checked > 40 and report.size > 60_000_000
    again = go(folder)
    assert again.code == 0 and "files of cached results again" in again.notes()


def artifacts(folder: Path, somebody: Vandal) -> dict[PurePosixPath, Entry]:
    """Return every file of the results in the workspace, by the entry that recorded it."""
    results = entries(folder)
    made = {path: entry for entry in results for path in somebody.files(home(entry))}
    for entry in results:
        files = {str(path.relative_to(home(entry))) for path in made if made[path] is entry}
        assert files == {item.path for item in entry.result.artifacts} | {"result.json"}
    return made


def test_a_flipped_byte_in_every_artifact_is_found(folder: Path, somebody: Vandal) -> None:
    """In all of them at once, by their names; then in one, by the whole sentence."""
    made = artifacts(folder, somebody)
    assert len(made) >= 13
    flips = [("flipped", path, str(PLACES[at % len(PLACES)])) for at, path in enumerate(made)]
    with somebody.damages(*flips):
        faults = {fault.expected.path: fault for fault in look(folder).faults}
        ended = go(folder)
    assert set(faults) == {str(path) for path in made}
    for path, entry in made.items():
        check_flipped(faults[str(path)], entry)
    check_refused(ended, f"{len(made) - 1} more files are not as recorded")
    check_one_flipped(folder, somebody, made_by("convert", folder))
    assert look(folder).faults == ()


def check_flipped(fault: Fault, entry: Entry) -> None:
    """Check that a fault says who made the file, when, and that its bytes are others."""
    expected = fault.expected
    assert (fault.problem, expected.made_by) == ("changed", entry.components.stage)
    assert expected.run == entry.run and expected.time
    assert f"--force {entry.components.stage}" in expected.remedy
    assert fault.found and fault.found.sha256 != expected.digests.sha256


def check_one_flipped(folder: Path, somebody: Vandal, entry: Entry) -> None:
    path = somebody.files(home(entry))[0]
    with somebody.damage(path, "flipped", "0.5"):
        fault = only_fault(folder)
        ended = go(folder)
    check_flipped(fault, entry)
    assert fault.found is not None and fault.expected.path == str(path)
    hashes = (fault.expected.digests.sha256, fault.found.sha256)
    check_refused(ended, *hashes, str(path), entry.run, f"--force {entry.components.stage}")


def test_other_damage_to_artifacts_is_found(folder: Path, somebody: Vandal) -> None:
    """Six kinds at once, each to a file of its own; a run names the first and counts the others."""
    models = home(made_by("convert", folder))
    swapped = models / "model_x86.nb", str(models / "model_arm.nb")
    problems = {
        "truncated": "truncated",
        "grown": "longer",
        "missing": "missing",
        "link": "missing",
        "locked": "unreadable",
    }
    others = [
        path
        for path in artifacts(folder, somebody)
        if path.name not in ("result.json", "model_x86.nb", "model_arm.nb")
    ]
    expected = dict(zip(map(str, others), problems.values(), strict=False))
    orders = [(how, path, "") for how, path in zip(problems, others, strict=False)]
    with somebody.damages(("swapped", *swapped), *orders):
        found = {fault.expected.path: fault.problem for fault in look(folder).faults}
        ended = go(folder)
    # the arm file has another size, so that is what is told
    assert found.pop(str(swapped[0])) in ("changed", "truncated", "longer")
    assert found == expected and len(found) == len(problems)
    check_refused(ended, f"{len(problems)} more files are not as recorded")


def test_forcing_the_stage_mends_its_result(folder: Path, somebody: Vandal) -> None:
    data = made_by("data", folder)
    with somebody.damage(home(data) / "dict.txt", "flipped"):
        assert go(folder).code == 5
        mended = go(folder, Options(forced=frozenset({"data"})))
        assert mended.code == 0
        assert look(folder).faults == ()
    assert look(folder).faults == (), "data makes the same bytes every time"


def test_a_stage_that_is_cached_later_is_hashed_too(folder: Path, somebody: Vandal) -> None:
    """With data forced, convert and verify are found by key only after it ran."""
    verify = made_by("verify", folder)
    with somebody.damage(home(verify) / "parity.json", "flipped"):
        ended = go(folder, Options(forced=frozenset({"data"})))
    assert ended.code == 5 and "parity.json" in ended.failure().message


def test_a_changed_upload_is_found_and_mended(folder: Path, somebody: Vandal) -> None:
    image = next(path for path in somebody.files(INPUTS) if path.suffix in (".jpg", ".png"))
    with somebody.damage(image, "flipped"):
        fault = only_fault(folder)
        assert fault.expected.path == str(image) and fault.expected.place == "inputs"
        assert fault.expected.made_by == "project (test data)" and "--force data" in (
            fault.expected.remedy
        )
        stage = paddock("--batch", folder, "--force", "data", "--until", "data", environ={})
        assert stage.returncode == 0, "what a forced stage takes is uploaded again"
        assert look(folder).faults == ()


def test_a_missing_manifest_is_found(folder: Path, somebody: Vandal) -> None:
    image = next(path for path in somebody.files(INPUTS) if path.suffix in (".jpg", ".png"))
    manifest = INPUTS / image.relative_to(INPUTS).parts[0] / "MANIFEST"
    with somebody.damage(manifest, "missing"):
        assert only_fault(folder).problem == "missing"
    with somebody.damage(manifest, "flipped"):
        assert any(fault.expected.path == str(manifest) for fault in look(folder).faults)


# What is in the project.


def test_every_file_of_out_is_checked_and_never_overwritten(folder: Path) -> None:
    """All of them at once, by their names; then some alone, by the whole sentence."""
    files = sorted(path for path in (folder / "out").rglob("*") if path.is_file())
    with ExitStack() as stack:
        for number, path in enumerate(files):
            stack.enter_context(damaged(path, flipped(PLACES[number % len(PLACES)])))
        now = [path.read_bytes() for path in files]
        faults = [fault.expected.path for fault in look(folder).faults]
        ended = go(folder)
        assert [path.read_bytes() for path in files] == now
    assert sorted(faults) == sorted(path.relative_to(folder).as_posix() for path in files)
    check_refused(ended, f"{len(files) - 1} more files are not as recorded")
    check_out_refused(folder, folder / "out" / "model_arm.nb", flipped(0.5))
    check_out_refused(folder, folder / "out" / "SHA256SUMS", truncated)
    with damaged(folder / "out" / "SHA256SUMS", grown):
        assert only_fault(folder).problem == "longer"


def check_out_refused(folder: Path, path: Path, damage: Damage) -> None:
    with damaged(path, damage):
        now = path.read_bytes()
        fault = only_fault(folder)
        ended = go(folder)
        assert path.read_bytes() == now
    assert (fault.expected.place, fault.expected.path) == ("out", f"out/{path.name}")
    check_refused(ended, fault.sentence, fault.expected.remedy)


def test_swapped_models_are_found(folder: Path) -> None:
    arm = (folder / "out" / "model_arm.nb").read_bytes()
    with damaged(folder / "out" / "model_x86.nb", lambda _data: arm):
        assert only_fault(folder).expected.path == "out/model_x86.nb"


def test_what_is_missing_from_out_is_delivered_again_and_said(folder: Path) -> None:
    before = {path.name: path.read_bytes() for path in (folder / "out").glob("model*")}
    for name in ("model_arm.nb", "SHA256SUMS", "report.md"):
        (folder / "out" / name).unlink()
    assert {fault.problem for fault in look(folder).faults} == {"missing"}
    ended = go(folder)
    assert ended.code == 0 and "missing from out/, delivered again" in ended.notes()
    shutil.rmtree(folder / "out")
    ended = go(folder)
    assert ended.code == 0 and "Delivered" in ended.kinds()
    assert before == {path.name: path.read_bytes() for path in (folder / "out").glob("model*")}
    assert look(folder).faults == ()


def test_the_ledger_vouches_for_itself(folder: Path) -> None:
    ledger = folder / ".paddock" / "ledger.jsonl"
    for place in (0.0, 0.33, 0.9, 1.0):
        with damaged(ledger, flipped(place)):
            fault = next(item for item in look(folder).faults if "ledger" in item.sentence)
            if place in (0.0, 1.0):
                check_refused(go(folder), "of the ledger")
        assert fault.expected.place == "record"


def test_the_kept_report_is_audited(folder: Path) -> None:
    report = folder / ".paddock" / "runs" / look(folder).run / "report.json"
    for damage in (flipped(0.3), truncated, missing):
        with damaged(report, damage):
            fault = only_fault(folder)
        assert fault.expected.place == "record" and "report.json" in fault.sentence


def test_the_lock_is_audited_and_held_to_byte_by_byte(folder: Path) -> None:
    lock = folder / "paddock.lock"
    assert go(folder, Options(locked=True)).code == 0
    for place in (0.0, 0.4, 0.6, 1.0):
        with damaged(lock, flipped(place)):
            assert only_fault(folder).expected.place == "lock"
            assert held_to_lock(folder) in (2, 5), "2: it cannot be read as a lock"
    with damaged(lock, missing):
        assert only_fault(folder).problem == "missing"
    with damaged(lock, truncated):
        assert go(folder).code == 0
        assert look(folder).faults == (), "a run that passes writes it anew"


def held_to_lock(folder: Path) -> int:
    try:
        return go(folder, Options(locked=True)).code
    except UsageError as error:
        return error.code


@contextmanager
def edited(path: Path, old: str, new: str) -> Iterator[None]:
    with damaged(path, lambda data: data.replace(old.encode(), new.encode(), 1)):
        yield


def test_locked_run_refuses_another_artifact(folder: Path) -> None:
    """The lock of somebody whose stage made other bytes out of the same."""
    convert = made_by("convert", folder)
    made = convert.result.artifact("model_arm.nb").sha256
    with edited(folder / "paddock.lock", made, "0" * 64):
        check_refused(go(folder, Options(locked=True)), "model_arm.nb", made, "0" * 64)


# The command.


def test_audit_tells_every_fault_with_its_maker(folder: Path, somebody: Vandal) -> None:
    clean = paddock("audit", folder, environ={})
    assert clean.returncode == 0 and "files are as they were recorded" in clean.stdout
    data = made_by("data", folder)
    with (
        somebody.damage(home(data) / "test.txt", "truncated"),
        damaged(folder / "out" / "dict.txt", flipped(0.5)),
    ):
        done = paddock("audit", folder, environ={})
    assert done.returncode == 5 and "2 faults in" in done.stdout
    assert "test.txt was cut short" in done.stdout and "out/dict.txt was changed" in done.stdout
    assert f"made by data in run {data.run}, {data.time}" in done.stdout
    assert "paddock explain changed-artifact" in done.stdout


def test_audit_knows_a_file_from_the_phone(folder: Path, tmp_path: Path) -> None:
    ours = folder / "out" / "model_arm.nb"
    done = paddock("audit", folder, "--file", ours, "--file", folder / "out" / "model_x86.nb")
    assert done.returncode == 0 and "target arm, opt v2.13" in done.stdout
    other = tmp_path / "other.nb"
    other.write_bytes(flipped(0.9)(ours.read_bytes()))
    done = paddock("audit", "--json", folder, "--file", other)
    (found,) = json.loads(done.stdout)["files"]
    assert done.returncode == 5 and (found["kind"], found["pitfall"]) == ("partly", "stock-nb")
    assert found["same"] == found["tensors"] - 1 and found["target"] == "arm"


def test_nothing_is_left_on_the_engine(site: Site, folder: Path) -> None:
    assert site.containers(folder) == []
