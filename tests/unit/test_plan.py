"""What runs again, what does not, and the reason that is given."""

from pathlib import Path

import pytest

from pipeline.errors import UsageError
from pipeline.plan.changes import changed_components
from pipeline.plan.planner import BY_ID, Planner
from pipeline.record.ledger import Components
from support.given import give_checkpoint, give_configuration, give_pir, pd_project
from support.plans import IMAGES, plan, planner_of, pretend_run, wires_of
from support.projects import MINIMAL, SCRATCH, write_project


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_project(tmp_path / "p", SCRATCH)


def rewrite(folder: Path, old: str, new: str) -> None:
    path = folder / "paddock.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(old, new) if old else text + new, encoding="utf-8")


def actions(folder: Path) -> dict[str, str]:
    return {name: step.action for name, step in plan(folder).items()}


def of(folder: Path, stage: str, planner: Planner | None = None) -> tuple[str, str]:
    """What the plan has for the stage, and why."""
    step = plan(folder, planner)[stage]
    return step.action, step.reason


def test_a_new_project_runs_the_first_stage_and_the_rest_waits(folder: Path) -> None:
    assert of(folder, "data") == ("run", "never run")
    assert of(folder, "train") == ("wait", "after data")
    assert of(folder, "verify") == ("wait", "after convert, data, export, train")


def test_after_a_run_everything_is_cached(folder: Path) -> None:
    assert pretend_run(folder) == ["data", "train", "export", "convert", "verify"]
    assert set(actions(folder).values()) == {"cached", "skip"}
    assert plan(folder)["train"].reason == "made in run-1"
    assert pretend_run(folder, "run-2") == []


@pytest.mark.parametrize(
    ("line", "reason"),
    [("epochs = 7", "parameter epochs changed (30 → 7)"), ("seed = 1", "seed changed (42 → 1)")],
)
def test_changed_parameter_is_named(folder: Path, line: str, reason: str) -> None:
    pretend_run(folder)
    rewrite(folder, "", f"{line}\n")
    assert actions(folder)["data"] == "cached"
    assert of(folder, "train") == ("run", reason)
    assert of(folder, "export") == ("wait", "after train")


def test_changed_parameter_reruns_only_its_dependants(folder: Path) -> None:
    pretend_run(folder)
    rewrite(folder, "", '\n[convert]\ntargets = ["x86", "arm"]\n')
    assert actions(folder) == {
        "data": "cached", "train": "cached", "export": "cached", "quantize": "skip", "convert": "run",
        "verify": "wait",
    }  # fmt: skip
    assert pretend_run(folder, "run-2", "other") == ["convert", "verify"]


def test_same_output_as_before_stops_the_chain(folder: Path) -> None:
    pretend_run(folder)
    rewrite(folder, "", "epochs = 7\n")
    assert pretend_run(folder, "run-2") == ["train"]


def test_thresholds_rerun_nothing(folder: Path) -> None:
    pretend_run(folder)
    rewrite(folder, "", '\n[verify]\nmin_accuracy = 0.9\n[limits]\nmemory = "1g"\n')
    assert set(actions(folder).values()) == {"cached", "skip"}


def test_going_back_finds_the_old_result(folder: Path) -> None:
    pretend_run(folder)
    rewrite(folder, "", "epochs = 7\n")
    pretend_run(folder, "run-2", "other")
    rewrite(folder, "epochs = 7\n", "")
    assert set(actions(folder).values()) == {"cached", "skip"}


def test_changed_image_file_names_its_split_and_a_changed_dictionary_itself(folder: Path) -> None:
    pretend_run(folder)
    (folder / "data/test/0.png").write_bytes(b"drawn again")
    assert of(folder, "data")[1].startswith("input test changed (")
    assert pretend_run(folder, "run-2") == ["data", "verify"]
    (folder / "dict.txt").write_text("A\nB\n0\n1\n2\n")
    assert of(folder, "data")[1].startswith("input dictionary changed (")


def test_changed_docker_image_is_named(folder: Path) -> None:
    pretend_run(folder)
    planner = planner_of(folder, {**IMAGES, "export": "another"})
    assert of(folder, "export", planner) == ("run", "image changed (image-export → another)")
    assert of(folder, "train", planner)[0] == "cached"


def test_a_result_that_was_recorded_by_image_id_runs_again_and_says_so(folder: Path) -> None:
    pretend_run(folder, images={stage: f"sha256:{stage}" for stage in IMAGES})
    assert of(folder, "data") == ("run", BY_ID)
    assert pretend_run(folder, "run-2") == ["data", "train", "export", "convert", "verify"]
    assert of(folder, "data") == ("cached", "made in run-2")


def test_forced_stage_runs(folder: Path) -> None:
    pretend_run(folder)
    steps = plan(folder, planner_of(folder, forced=frozenset({"export"})))
    assert (steps["export"].action, steps["export"].reason) == ("run", "forced")
    assert steps["train"].action == "cached"
    assert steps["convert"].action == "wait"


def test_replaced_workspace_is_said(folder: Path) -> None:
    pretend_run(folder)
    planner = planner_of(folder, workspace="volume@2")
    assert of(folder, "data", planner) == ("run", "the workspace volume is another one")


def test_all_that_changed_is_named() -> None:
    before = Components("data", "a", {"x": 1, "gone": 2}, {"train": "t", "test": "u"})
    now = Components("data", "b", {"x": 3}, {"train": "t", "val": "v"})
    assert changed_components(before, now) == [
        "image changed (a → b)",
        "parameter gone changed (2 → none)",
        "parameter x changed (1 → 3)",
        "input test removed",
        "input val added",
    ]


def test_a_project_that_starts_from_a_checkpoint_skips_training(tmp_path: Path) -> None:
    text = MINIMAL + '\n[train]\ncheckpoint = "my.pdparams"\n[model]\narchitecture = "my.yml"\n'
    folder = write_project(tmp_path / "p", text)
    give_configuration(folder / "my.yml")
    give_checkpoint(folder / "my.pdparams")
    assert of(folder, "train") == ("skip", "the project starts from a checkpoint")
    assert pretend_run(folder) == ["data", "export", "convert", "verify"]
    give_checkpoint(folder / "my.pdparams", ["head.other"])
    assert plan(folder)["data"].reason.startswith("input checkpoint changed (")


@pytest.fixture
def from_pd(tmp_path: Path) -> Path:
    return pd_project(tmp_path / "p")


def test_a_project_that_starts_from_a_pd_model_skips_training_and_export(from_pd: Path) -> None:
    skipped = [name for name, action in actions(from_pd).items() if action == "skip"]
    assert skipped == ["train", "export", "quantize"]
    assert pretend_run(from_pd) == ["data", "convert", "verify"]
    verify = next(wire for wire in wires_of(from_pd) if wire.stage == "verify")
    assert "checkpoint" not in verify.inputs


@pytest.mark.parametrize("name", ["inference.pdmodel", "inference.pdiparams"])
def test_incomplete_pd_model_is_refused(from_pd: Path, name: str) -> None:
    (from_pd / "pd" / name).unlink()
    with pytest.raises(UsageError, match=r"export\.model: .*inference\.pd") as caught:
        plan(from_pd)
    assert name in caught.value.remedy


def test_a_project_that_starts_from_a_pir_model_skips_training(from_pd: Path) -> None:
    (from_pd / "pd" / "inference.pdmodel").unlink()
    give_pir(from_pd / "pd")
    assert of(from_pd, "train") == ("skip", "the project starts from a PIR model")
    assert pretend_run(from_pd) == ["data", "export", "convert", "verify"]


def test_unpaired_targets_are_wired_to_verify(folder: Path) -> None:
    rewrite(folder, "", '\n[convert]\ntargets = ["x86"]\n')
    verify = next(wire for wire in wires_of(folder) if wire.stage == "verify")
    assert [name for name in verify.inputs if name.startswith("nb-")] == ["nb-x86"]
