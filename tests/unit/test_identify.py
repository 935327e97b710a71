"""Which model is on the phone: the project's, an older one of its, or somebody else's."""

from pathlib import Path

import pytest

from pipeline.errors import IntegrityFailed, UsageError
from pipeline.integrity.identify import Identity, identify
from pipeline.project import Project, load_project
from stages.contract import Needs
from stages.lite.naive_buffer import parse_naive_buffer
from support.naive import Op, Parameter, naive_buffer, small_model
from support.projects import write_project
from support.shipped import record

OURS = small_model(classes=3)
OLDER = small_model(classes=5)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project whose last good run made OURS, and one before it OLDER."""
    project = load_project(write_project(tmp_path / "project"))
    for run, model in (("run-1", OLDER), ("run-2", OURS)):
        record(project, run, model)
    return project


def ask(project: Project, data: bytes) -> Identity:
    path = project.folder / "on\x1bphone.nb"
    path.write_bytes(data)
    found = identify(project, path)
    assert "\x1b" not in found.sentence
    return found


def test_the_file_to_ship_is_known_by_its_hash(project: Project) -> None:
    found = ask(project, OURS)
    assert (found.kind, found.pitfall) == ("current", "")
    assert "run run-2 made" in found.sentence
    assert (found.target, found.opt_version) == ("arm", "v2.13-rc")
    assert found.same == found.tensors == 2
    assert found.needs == Needs("2.13")


def test_a_file_of_an_earlier_run_is_stale(project: Project) -> None:
    found = ask(project, OLDER)
    assert (found.kind, found.pitfall) == ("earlier", "stale-file")
    assert "is of run run-1" in found.sentence


def test_a_file_of_a_member_of_a_sweep_is_said_to_be_its(project: Project) -> None:
    theirs = small_model(classes=7)
    record(project, "run-3", theirs, member="seed=1\x1b")
    found = ask(project, theirs)
    assert (found.kind, found.pitfall) == ("member", "stale-file")
    assert "of the sweep's member seed=1" in found.sentence and "run-3" in found.sentence
    assert ask(project, OURS).kind == "current", "the project itself ships what it did"
    record(project, "run-4", small_model(classes=8), member="seed=1\x1b")
    assert ask(project, theirs).kind == "earlier", "the member has delivered another since"


def test_a_file_that_a_member_did_not_deliver_is_not_its(project: Project) -> None:
    theirs = small_model(classes=7)
    record(project, "run-3", theirs, verdict="fail-parity", member="seed=1")
    assert ask(project, theirs).kind == "earlier"
    refused = ("model_arm.nb",)
    record(project, "run-4", small_model(classes=8), "fail-in-part", refused, member="seed=2")
    assert ask(project, small_model(classes=8)).kind == "earlier"


def test_without_a_good_run_there_is_nothing_to_compare_with(tmp_path: Path) -> None:
    project = load_project(write_project(tmp_path / "project"))
    with pytest.raises(UsageError, match="no run of this project has passed yet"):
        ask(project, OURS)
    record(project, "run-1", OURS, member="seed=1")
    with pytest.raises(UsageError, match="no run of this project has passed yet") as refused:
        ask(project, OURS)
    assert "members of its sweep have" in refused.value.remedy


def test_a_run_that_failed_makes_nothing_current(project: Project) -> None:
    record(project, "run-3", OLDER, verdict="fail")
    assert ask(project, OURS).kind == "current"
    assert ask(project, OLDER).kind == "earlier"


def test_what_a_run_delivered_in_part_is_current_but_not_what_it_left_out(project: Project) -> None:
    record(project, "run-3", OLDER, verdict="fail-in-part")
    assert ask(project, OLDER).kind == "current"
    assert ask(project, OURS).kind == "earlier"
    record(project, "run-4", OLDER, verdict="fail-in-part", refused=("model_arm.nb",))
    found = ask(project, OLDER)
    assert (found.kind, found.pitfall) == ("refused", "")
    assert "run run-4" in found.sentence


def test_the_same_weights_in_other_bytes_are_told(project: Project) -> None:
    found = ask(project, small_model(classes=3, version="v2.12"))
    assert (found.kind, found.pitfall) == ("rebuilt", "changed-artifact")
    assert found.opt_version == "v2.12"
    assert "all its 2 tensors are its own" in found.sentence


def test_some_of_the_weights_are_counted(project: Project) -> None:
    weights = parse_naive_buffer(OURS, Path("x")).tensors["linear.b_0"]
    values = memoryview(weights.data).cast("f").tolist()
    mine = Parameter("anything", weights.shape, values)
    others = [Parameter(f"other{number}", (2,), (number, 1.5)) for number in range(2)]
    data = naive_buffer([Op("fc")], [mine, *others], {})
    found = ask(project, data)
    assert (found.kind, found.pitfall, found.same) == ("partly", "stock-nb", 1)
    assert "1 of its 3 tensors are this project's, 2 are not" in found.sentence


def test_somebody_elses_model_is_told(project: Project) -> None:
    data = naive_buffer([Op("fc")], [Parameter("w", (2,), (7.0, 1.5))], {})
    found = ask(project, data)
    assert (found.kind, found.pitfall, found.same) == ("foreign", "stock-nb", 0)


def test_a_cut_file_is_damaged(project: Project) -> None:
    assert ask(project, OURS[:-1]).kind == "damaged"
    assert ask(project, b"").pitfall == "changed-artifact"


def test_what_cannot_be_answered_says_what_to_do(project: Project) -> None:
    with pytest.raises(UsageError, match="cannot read it"):
        identify(project, project.folder / "nothing.nb")
    for kept in (project.state / "cache").iterdir():
        kept.write_bytes(b"{}")
    with pytest.raises(UsageError, match=r"lineage\.json of the last good run is not here"):
        ask(project, OURS)


def test_a_changed_ledger_vouches_for_nothing(project: Project) -> None:
    path = project.state / "ledger.jsonl"
    path.write_bytes(path.read_bytes().replace(b"run-1", b"run-7", 1))
    with pytest.raises(IntegrityFailed, match="line 1 of the ledger"):
        ask(project, OURS)
