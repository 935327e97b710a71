"""One table of stages: any can be skipped, only what is needed is asked for, and keys hold what decides."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import EngineError, UsageError
from pipeline.plan.planner import Step
from pipeline.plan.stages import STAGES, spec_of, stage_table
from pipeline.plan.stages.spec import StageSpec
from pipeline.project import load_project
from pipeline.record.events import Envelope, RunFailed, StageSkipped
from pipeline.run.audit import audit
from pipeline.run.connect import connect
from pipeline.run.options import Options
from pipeline.run.prepare import prepare
from stages.contract import Exit
from support.given import give_checkpoint, give_configuration, give_pir, pd_project
from support.plans import plan, planner_of, pretend_run, wires_of
from support.pretended import PretendedEngine, go
from support.projects import MINIMAL, SCRATCH, write_project
from support.results import FILES

LEFT_OUT = "left out by this test"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_project(tmp_path / "p", SCRATCH)


@pytest.fixture
def from_pd(tmp_path: Path) -> Path:
    return pd_project(tmp_path / "p")


def without(stage: str) -> tuple[StageSpec, ...]:
    """The table, with one stage that no project needs."""
    return tuple(
        replace(spec, skipped=lambda _basis: LEFT_OUT) if spec.name == stage else spec
        for spec in stage_table()
    )


def refusal(heard: Sequence[Envelope]) -> RunFailed:
    return next(item.event for item in heard if isinstance(item.event, RunFailed))


def report_of(folder: Path) -> dict[str, Any]:
    (run_folder,) = (folder / ".paddock" / "runs").iterdir()
    report: dict[str, Any] = json.loads((run_folder / "report.json").read_text())
    return report


def steps_of(folder: Path) -> dict[str, Step]:
    planner = prepare(connect(load_project(folder), {}), frozenset(), lambda _text: None).planner
    return {step.stage: step for step in planner.plan()}


def rewrite(folder: Path, more: str) -> None:
    path = folder / "paddock.toml"
    path.write_text(path.read_text(encoding="utf-8") + more, encoding="utf-8")


def test_every_row_is_the_module_of_its_name() -> None:
    assert tuple(spec.name for spec in stage_table()) == STAGES
    assert [spec_of(name).name for name in STAGES] == list(STAGES)


def test_a_run_goes_through_all_stages_and_is_cached_then(
    folder: Path, engine: PretendedEngine
) -> None:
    assert go(folder)[0] == Exit.OK
    assert engine.ran == list(FILES)
    shipped = {path.name for path in (folder / "out").iterdir()}
    assert {"model_arm.nb", "model_x86.nb", "dict.txt", "preprocess.json", "golden.json"} < shipped
    assert "lineage.json" not in shipped and "checkpoint.pdparams" not in shipped
    assert go(folder)[0] == Exit.OK
    assert engine.ran == list(FILES)


@pytest.mark.parametrize("stage", FILES)
def test_a_forced_stage_runs_alone_where_it_makes_the_same(
    folder: Path, engine: PretendedEngine, stage: str
) -> None:
    go(folder)
    engine.ran.clear()
    code, heard = go(folder, Options(forced=frozenset({stage})))
    assert code == Exit.OK, refusal(heard)
    assert engine.ran == [stage]


def test_what_a_skipped_stage_would_make_is_taken_by_nobody(folder: Path) -> None:
    laid_out = {wire.stage: wire for wire in wires_of(folder, without("convert"))}
    assert laid_out["convert"].skipped == LEFT_OUT
    assert not [name for name in laid_out["verify"].inputs if name.startswith("nb-")]
    steps = plan(folder, planner_of(folder, wires=wires_of(folder, without("convert"))))
    assert steps["convert"].action == "skip"
    assert steps["verify"].reason == "after data, export, train"


def test_a_run_without_convert_is_judged_and_says_what_was_not_checked(
    folder: Path, engine: PretendedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.plan.wiring.stage_table", lambda: without("convert"))
    code, heard = go(folder)
    assert code == Exit.PARITY, refusal(heard)
    assert engine.ran == ["data", "train", "export", "verify"]
    assert [item.stage for item in heard if item.event == StageSkipped(LEFT_OUT)] == ["convert"]
    report = report_of(folder)
    assert [model["name"] for model in report["models"]] == ["checkpoint", "pd"]
    assert "lineage" not in report
    outcomes = {guard["id"]: guard["outcome"] for guard in report["guards"]}
    for guard in ("legal-program", "written-anew", "weights-traced", "same-for-all-targets"):
        assert outcomes[guard] == "does not apply", outcomes


@pytest.mark.parametrize("stage", [name for name in FILES if name not in ("data", "export")])
def test_a_run_ends_well_whatever_stage_its_project_does_not_need(
    folder: Path, engine: PretendedEngine, monkeypatch: pytest.MonkeyPatch, stage: str
) -> None:
    table = without(stage)
    if stage == "train":
        give_checkpoint(folder / "c.pdparams")
        give_configuration(folder / "own.yml")
        head = MINIMAL + '\n[model]\narchitecture = "own.yml"\n'
        (folder / "paddock.toml").write_text(head + '[train]\ncheckpoint = "c.pdparams"\n')
        table = stage_table()
    monkeypatch.setattr("pipeline.plan.wiring.stage_table", lambda: table)
    code, heard = go(folder)
    failed = [item.event for item in heard if isinstance(item.event, RunFailed)]
    assert code in (Exit.OK, Exit.PARITY) and not failed
    assert engine.ran == [name for name in FILES if name != stage]
    assert audit(load_project(folder), {}, lambda _text: None, lambda: 0).faults == ()


def test_of_a_stage_that_a_project_does_not_have_nothing_is_said(
    folder: Path, engine: PretendedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = tuple(
        replace(spec, present=lambda _basis: False) if spec.name == "convert" else spec
        for spec in stage_table()
    )
    monkeypatch.setattr("pipeline.plan.wiring.stage_table", lambda: table)
    _code, heard = go(folder, Options(last="convert"))
    assert engine.ran == ["data", "train", "export"]
    assert "convert" not in {item.stage for item in heard}


def test_what_nobody_makes_is_named(folder: Path) -> None:
    with pytest.raises(UsageError, match="gives no pdmodel, and no stage before makes one"):
        wires_of(folder, without("export"))


def test_images_of_skipped_stages_are_not_asked_for(from_pd: Path, engine: PretendedEngine) -> None:
    engine.built = ("data", "convert", "verify")
    code, heard = go(from_pd)
    assert code == Exit.OK, refusal(heard)
    assert engine.ran == ["data", "convert", "verify"]
    assert "train" not in engine.asked_for and "export" not in engine.asked_for


def test_a_missing_image_names_the_stage_that_needs_it(
    folder: Path, engine: PretendedEngine
) -> None:
    engine.built = ("data", "train", "verify")
    with pytest.raises(EngineError) as caught:
        steps_of(folder)
    assert caught.value.message == (
        "the export stage needs the image paddock-export:3.1.1, which is not there; "
        "the convert stage needs the image paddock-convert:3.1.1, which is not there"
    )
    assert caught.value.remedy == "make it with: paddock images build export convert"


def test_another_number_of_threads_trains_again(folder: Path, engine: PretendedEngine) -> None:
    go(folder)
    assert engine.specs["train"]["threads"] == 2
    rewrite(folder, "\n[limits]\ncpus = 4\n")
    steps = steps_of(folder)
    assert steps["train"].reason == "threads changed (2 → 4)"
    assert steps["data"].action == "cached"
    go(folder)
    assert engine.specs["train"]["threads"] == 4


def test_threads_decide_nothing_where_no_sum_is_shared_out(
    from_pd: Path, engine: PretendedEngine
) -> None:
    go(from_pd)
    rewrite(from_pd, "\n[limits]\ncpus = 4\n")
    taken = {name: step.action for name, step in steps_of(from_pd).items()}
    assert taken == {
        "data": "cached", "train": "skip", "export": "skip", "quantize": "skip",
        "convert": "cached", "verify": "cached",
    }  # fmt: skip


def test_another_processor_trains_and_measures_again(
    folder: Path, engine: PretendedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.run.place.read_cpu", lambda: {"cpu_flags": "avx2 f16c fma"})
    go(folder)
    engine.here = False  # now the containers run elsewhere, and tell where
    steps = steps_of(folder)
    assert steps["verify"].reason == "the processor's vector units changed (+avx512f -f16c)"
    assert {steps[stage].action for stage in ("data", "train", "export", "convert")} == {"cached"}


def test_native_kernels_are_this_kind_of_processors(
    folder: Path, engine: PretendedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.run.place.read_cpu", lambda: {"cpu_flags": "avx2 f16c fma"})
    file = folder / "paddock.toml"
    file.write_text(SCRATCH.replace("[project]", '[project]\nkernels = "native"'))
    go(folder)
    engine.here = False
    steps = steps_of(folder)
    assert steps["train"].reason == "the processor's vector units changed (+avx512f -f16c)"
    file.write_text(SCRATCH)
    assert steps_of(folder)["train"].reason == "kernels changed (native → portable)"


@pytest.mark.parametrize(
    ("units", "lacking"),
    [("sse4_2 avx", "avx2, fma"), ("avx avx2", "fma"), ("avx2 fma", ""), ("", ""), ("asimd", "")],
)
def test_a_processor_that_portable_kernels_cannot_run_on_is_refused_early(
    folder: Path, engine: PretendedEngine, monkeypatch: pytest.MonkeyPatch, units: str, lacking: str
) -> None:
    monkeypatch.setattr("pipeline.run.place.read_cpu", lambda: {"cpu_flags": units})
    code, heard = go(folder)
    if not lacking:
        assert code == Exit.OK and engine.ran
        return
    assert code == Exit.USAGE and not engine.ran
    assert f"the processor lacks {lacking}," in refusal(heard).message
    assert 'kernels = "native"' in refusal(heard).remedy


@pytest.mark.parametrize(
    ("stage", "names"),
    [
        ("data", ()),
        ("train", ("seed", "threads", "kernels")),
        ("export", ("kernels",)),
        ("quantize", ()),
        ("convert", ()),
        ("verify", ("kernels", "processor")),
    ],
)
def test_only_what_decides_bytes_is_in_a_key(
    folder: Path, stage: str, names: tuple[str, ...]
) -> None:
    wires = {item.stage: item for item in wires_of(folder)}
    assert wires[stage].decided_by == names


@pytest.mark.parametrize(("kind", "names"), [("int8", ("seed", "kernels")), ("int16", ())])
def test_only_what_is_rounded_with_images_hangs_on_them(
    folder: Path, kind: str, names: tuple[str, ...]
) -> None:
    rewrite(folder, f'\n[convert]\nweights = ["{kind}"]\n')
    quantize = {item.stage: item for item in wires_of(folder)}["quantize"]
    assert quantize.decided_by == names
    assert ("train" in quantize.inputs, "images" in quantize.parameters) == (kind == "int8",) * 2


def test_a_project_on_frozen_features_hangs_on_no_number_of_threads(tmp_path: Path) -> None:
    folder = write_project(tmp_path / "p", f'{MINIMAL}\n[model]\npretrained = "official"\n')
    give_pir(folder / "official")
    wires = {item.stage: item for item in wires_of(folder)}
    assert wires["train"].decided_by == ("seed", "kernels")
    assert wires["verify"].decided_by == ("kernels", "processor")


@pytest.mark.parametrize(
    ("more", "stage"),
    [("epochs = 7\n", "train"), ('\n[convert]\ntargets = ["x86", "arm"]\n', "convert")],
)
def test_a_parameter_of_one_stage_changes_its_key_alone(
    folder: Path, more: str, stage: str
) -> None:
    pretend_run(folder)
    rewrite(folder, more)
    assert pretend_run(folder, "run-2") == [stage], "it made the same, so nothing after it runs"


def test_from_and_until_leave_stages_out(folder: Path, engine: PretendedEngine) -> None:
    assert go(folder, Options(last="export"))[0] == Exit.OK
    assert engine.ran == ["data", "train", "export"]
    assert not (folder / "out").exists()
    assert go(folder, Options(first="convert"))[0] == Exit.OK
    assert engine.ran == list(FILES)
    rewrite(folder, "epochs = 7\n")
    code, heard = go(folder, Options(first="export"))
    assert code == Exit.USAGE
    assert refusal(heard).message == (
        "--from export: train has no result (parameter epochs changed (30 → 7))"
    )
    assert refusal(heard).remedy == "run it first: paddock --batch --until train"
