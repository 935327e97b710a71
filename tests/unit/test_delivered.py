"""``out/`` held against the record: what was changed there is found, and what a crash left is no lie."""

from collections.abc import Mapping

import pytest

from pipeline.integrity.delivered import check_out
from pipeline.integrity.record import written_files
from pipeline.project import Project
from pipeline.record.ledger import Conclusion, Ledger
from stages.contract import digests_of

FIRST = {"model_x86.nb": b"first", "dict.txt": b"A\n", "SHA256SUMS": b"sums"}
SECOND = {**FIRST, "model_x86.nb": b"other"}


@pytest.fixture
def ledger(project: Project) -> Ledger:
    return Ledger(project.state / "ledger.jsonl")


def record(ledger: Ledger, run: str, files: Mapping[str, bytes]) -> Conclusion:
    written = {f"out/{name}": digests_of(data) for name, data in files.items()}
    written[f".paddock/runs/{run}/report.json"] = digests_of(b"report")
    conclusion = Conclusion("now", run, "volume@1", "pass", {}, written)
    ledger.append(conclusion)
    return conclusion


def lay_down(project: Project, files: Mapping[str, bytes]) -> None:
    project.out.mkdir(exist_ok=True)
    for name, data in files.items():
        (project.out / name).write_bytes(data)


def found(project: Project, ledger: Ledger) -> list[tuple[str, str]]:
    return [(fault.problem, fault.expected.path) for fault in check_out(project, ledger)]


def test_what_was_delivered_is_well(project: Project, ledger: Ledger) -> None:
    assert found(project, ledger) == []
    record(ledger, "run-1", FIRST)
    assert found(project, ledger) == [], "no folder: it is delivered again"
    lay_down(project, FIRST)
    (project.out / "notes.txt").write_text("mine")
    assert found(project, ledger) == []


def test_every_change_is_told_with_its_run(project: Project, ledger: Ledger) -> None:
    record(ledger, "run-1", FIRST)
    lay_down(project, {**FIRST, "model_x86.nb": b"fisrt", "SHA256SUMS": b"su"})
    (project.out / "dict.txt").unlink()
    assert set(found(project, ledger)) == {
        ("changed", "out/model_x86.nb"),
        ("truncated", "out/SHA256SUMS"),
        ("missing", "out/dict.txt"),
    }
    assert all(fault.expected.run == "run-1" for fault in check_out(project, ledger))


def test_a_whole_earlier_delivery_is_what_a_crash_leaves(project: Project, ledger: Ledger) -> None:
    record(ledger, "run-1", FIRST)
    record(ledger, "run-2", SECOND)
    lay_down(project, FIRST)
    assert found(project, ledger) == []
    lay_down(project, SECOND)
    assert found(project, ledger) == []


def test_a_file_of_an_earlier_delivery_among_the_new_is_stale(
    project: Project, ledger: Ledger
) -> None:
    both = {**FIRST, "dict.txt": b"B\n"}
    record(ledger, "run-1", both)
    record(ledger, "run-2", SECOND)
    lay_down(project, {**SECOND, "model_x86.nb": b"first"})
    assert found(project, ledger) == [("changed", "out/model_x86.nb")]


def test_runs_that_delivered_nothing_change_nothing(project: Project, ledger: Ledger) -> None:
    record(ledger, "run-1", FIRST)
    record(ledger, "run-2", {})
    lay_down(project, {**FIRST, "dict.txt": b"B\n"})
    assert found(project, ledger) == [("changed", "out/dict.txt")]


def test_without_a_record_the_sums_are_believed(project: Project, ledger: Ledger) -> None:
    sums = f"{digests_of(b'model').sha256}  model_arm.nb\n{'0' * 64}  ../precious\nnonsense\n"
    lay_down(project, {"model_arm.nb": b"model", "SHA256SUMS": sums.encode()})
    assert found(project, ledger) == []
    lay_down(project, {"model_arm.nb": b"modem"})
    (fault,) = check_out(project, ledger)
    assert fault.expected.path == "out/model_arm.nb" and fault.maker == "made by paddock"


def test_what_a_run_wrote_is_told_apart_by_its_place() -> None:
    names = ("out/a.nb", "paddock.lock", ".paddock/runs/r/report")
    written = {name: digests_of(b"") for name in names}
    conclusion = Conclusion("now", "run-1", "volume@1", "pass", {}, written)
    assert [file.place for file in written_files(conclusion)] == ["out", "lock", "record"]
