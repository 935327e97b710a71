"""What the audit finds wrong with the ledger itself, and what it takes for a crash."""

from pathlib import Path

from pipeline.integrity.ledger_check import check_ledger
from pipeline.project import Project
from pipeline.record.events import EventLog, RunFinished
from pipeline.record.ledger import Components, Conclusion, Entry, Ledger
from pipeline.record.runs import create_run
from support.results import make_result


def path_of(project: Project) -> Path:
    return project.state / "ledger.jsonl"


def finish(project: Project, verdict: str = "pass", *, concluded: bool = True) -> str:
    """Leave what a run leaves: its events, and lines in the ledger."""
    run = create_run(project.state)
    ledger = Ledger(path_of(project))
    components = Components("data", "sha256:a", {}, {})
    ledger.append(Entry("now", run.name, "v@1", components, make_result("data", components.key)))
    if concluded:
        ledger.append(Conclusion("now", run.name, "v@1", verdict, {"data": components.key}, {}))
    log = EventLog(run.events, run.name, lambda _envelope: None)
    log.say(RunFinished(0, 1.0, verdict))
    log.close()
    return run.name


def found(project: Project) -> list[tuple[str, str]]:
    faults = check_ledger(project, Ledger(path_of(project)))
    return [(fault.problem, fault.sentence) for fault in faults]


def test_a_sound_ledger_has_no_fault(project: Project) -> None:
    assert found(project) == []
    finish(project)
    finish(project, "fail")
    assert found(project) == []


def test_a_changed_line_is_named(project: Project) -> None:
    finish(project)
    data = path_of(project).read_bytes()
    path_of(project).write_bytes(data.replace(b'"verdict": "pass"', b'"verdict": "fail"'))
    ((problem, said),) = found(project)
    assert problem == "changed" and said.startswith("line 2 of the ledger")


def test_a_torn_line_is_told(project: Project) -> None:
    finish(project)
    path_of(project).write_bytes(path_of(project).read_bytes()[:-20])
    assert found(project)[0][0] == "truncated"


def test_an_end_that_was_cut_off_is_missed(project: Project) -> None:
    finish(project)
    last = finish(project)
    lines = path_of(project).read_bytes().splitlines(keepends=True)
    path_of(project).write_bytes(b"".join(lines[:-1]))
    ((problem, said),) = found(project)
    assert problem == "truncated" and last in said


def test_a_ledger_that_is_gone_is_missed(project: Project) -> None:
    finish(project)
    path_of(project).unlink()
    ((problem, said),) = found(project)
    assert problem == "missing" and "the ledger is missing" in said


def test_runs_that_came_to_no_verdict_are_not_missed(project: Project) -> None:
    finish(project)
    finish(project, "", concluded=False)
    assert found(project) == []
    torn = create_run(project.state)
    torn.events.write_bytes(b'{"seq": 0, "ti')
    assert found(project) == []


def test_ledger_of_a_version_that_put_no_ends_down_is_taken(project: Project) -> None:
    finish(project, concluded=False)
    assert found(project) == []
