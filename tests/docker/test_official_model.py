"""The official PP-OCRv4 model, through the real containers to parity; then what runs again."""

import json
import subprocess
from pathlib import Path

import pytest

from stages.contract import hash_file
from support.cli import paddock
from support.engine import OFFICIAL_LINES
from support.runs import Done, Site, changed, report_of, run

pytestmark = [pytest.mark.docker, pytest.mark.images]


@pytest.fixture(scope="module")
def through(first_run: tuple[Path, Done]) -> Done:
    """Deliver what the first run made, whatever tests ran since; return how that one ended."""
    folder, done = first_run
    assert run(folder).of("stage-started") == []
    return done


@pytest.fixture(scope="module")
def converted(official: Path, through: Done) -> Done:
    """Convert again, alone: reasons compare with the last result, which may be another file's test's."""
    return run(official, "--until", "convert", "--force", "convert")


def test_it_reads_and_parity_holds(official: Path, through: Done) -> None:
    made = report_of(official)
    models = {model["name"]: model for model in made["models"]}
    assert (made["verdict"], made["images"]) == ("pass", OFFICIAL_LINES)
    assert models["pd"]["accuracy"] > 0.5, "parity of a model that reads nothing proves nothing"
    assert models["nb-x86"]["agreement"] == 1.0
    assert 0 < models["nb-x86"]["max_abs_diff"] < 1e-3
    assert models["nb-arm"]["status"] == "emulated"


def test_the_nb_column_is_of_the_file_that_ships(official: Path, through: Done) -> None:
    models = {model["name"]: model for model in report_of(official)["models"]}
    for target in ("x86", "arm"):
        line = (official / "out" / "SHA256SUMS").read_text()
        assert f"{models[f'nb-{target}']['sha256']}  model_{target}.nb" in line


def test_coreutils_accept_out(official: Path, through: Done) -> None:
    for tool, sums in (("sha256sum", "SHA256SUMS"), ("md5sum", "MD5SUMS")):
        command = [tool, "--strict", "--quiet", "-c", sums]
        subprocess.run(command, check=True, cwd=official / "out")


def test_the_kit_has_the_inputs_and_what_the_arm_file_reads_in_them(
    official: Path, through: Done
) -> None:
    kit, model = official / "out" / "kit", official / "out" / "model_arm.nb"
    golden = json.loads((official / "out" / "golden.json").read_bytes())["images"]
    lines = (kit / "golden" / "expected.tsv").read_text(encoding="utf-8").splitlines()
    assert len(lines) == len(golden) == OFFICIAL_LINES
    for line, image in zip(lines, golden, strict=True):
        sha256, name, tensor, _score, text = line.split("\t")
        assert sha256 == hash_file(model).sha256
        assert tensor == hash_file(kit / "golden" / f"{name}.f32").sha256
        assert text == image["found"]["nb-arm"]


def test_what_was_not_needed_was_skipped(through: Done) -> None:
    assert through.stages("stage-skipped") == ["train", "export", "quantize"]
    assert through.stages("stage-finished") == ["data", "convert", "verify"]


def test_events_on_stdout_are_the_record(official: Path, through: Done) -> None:
    run_name = through.events[0]["run"]
    path = official / ".paddock" / "runs" / run_name / "events.jsonl"
    assert [json.loads(line) for line in path.read_text().splitlines()] == through.events
    assert [event["seq"] for event in through.events] == list(range(len(through.events)))
    for stage in ("data", "convert", "verify"):
        assert (path.parent / f"{stage}.log").is_file()


def test_every_stage_said_the_same_versions(through: Done) -> None:
    said = [event["versions"] for event in through.of("environment")]
    assert len(said) == 3
    for name in ("python", "paddle", "numpy", "opencv", "paddle_commit"):
        assert len({versions[name] for versions in said}) == 1


def test_second_run_is_cached(official: Path, through: Done) -> None:
    before = {path.name: path.stat().st_mtime_ns for path in (official / "out").iterdir()}
    again = run(official)
    assert again.code == 0 and again.of("stage-started") == []
    assert again.stages("stage-cached") == ["data", "convert", "verify"]
    assert again.of("delivered") == []
    assert before == {path.name: path.stat().st_mtime_ns for path in (official / "out").iterdir()}


def test_nothing_runs_on_after_a_run(site: Site, official: Path, through: Done) -> None:
    assert site.containers(official) == []
    assert len(site.volumes(official)) == 2


def test_changed_threshold_runs_nothing_and_can_fail(official: Path, through: Done) -> None:
    with changed(official, "[convert]", "[verify]\nmin_accuracy = 1.0\n[convert]"):
        done = run(official)
    assert done.code == 1 and done.of("stage-started") == []
    assert "pd: accuracy" in done.events[-1]["reasons"][0]
    assert report_of(official)["verdict"] == "pass", "out/ keeps the last good model"
    failed = json.loads((official / "out.failed" / "report.json").read_text(encoding="utf-8"))
    assert failed["verdict"] == "fail-accuracy"


def test_plan_names_what_changed_and_exactly_that_runs(official: Path, converted: Done) -> None:
    with changed(official, '["arm", "x86"]', '["x86"]'):
        plan = paddock("plan", "--json", official, environ={})
        steps = {step["stage"]: step for step in json.loads(plan.stdout)}
        done = run(official)
    assert steps["data"]["action"] == "cached"
    assert steps["convert"]["reason"] == "parameter targets changed (['arm', 'x86'] → ['x86'])"
    assert (steps["verify"]["action"], steps["verify"]["reason"]) == ("wait", "after convert")
    assert done.code == 0 and done.stages("stage-started") == ["convert", "verify"]
    assert not (official / "out" / "model_arm.nb").exists()
    assert run(official).of("stage-started") == [], "going back finds the old results"
    assert (official / "out" / "model_arm.nb").exists()


def test_locked_run_refuses_a_difference(official: Path, through: Done) -> None:
    assert run(official, "--locked").code == 0
    with changed(official, "max_text_length = 25", "max_text_length = 30"):
        done = run(official, "--locked")
    assert done.code == 5 and done.of("stage-started") == []
    assert "parameter max_text_length changed (25 → 30)" in done.of("run-failed")[0]["message"]


def test_part_of_the_pipeline(official: Path, converted: Done) -> None:
    assert converted.code == 0 and converted.stages("stage-started") == ["convert"]
    assert converted.of("stage-skipped", "verify")[0]["reason"] == "--until convert"
    with changed(official, "max_text_length = 25", "max_text_length = 40"):
        refused = run(official, "--from", "convert")
    assert refused.code == 2 and "data has no result" in refused.of("run-failed")[0]["message"]


def test_dry_run_and_plan_start_nothing(site: Site, official: Path, through: Done) -> None:
    with changed(official, "max_text_length = 25", "max_text_length = 41"):
        done = run(official, "--dry-run")
        assert done.code == 0 and done.of("stage-started") == []
        assert done.of("stage-planned", "data")[0]["action"] == "run"
    assert site.containers(official) == []


def test_a_person_sees_the_table(official: Path, through: Done) -> None:
    done = paddock("--batch", official, environ={})
    assert done.returncode == 0 and done.stderr == ""
    assert f"✔ PASS  parity holds on {OFFICIAL_LINES} images" in done.stdout
    assert "nb-x86" in done.stdout and "nb-arm (emulated)" in done.stdout
    assert "✔ cached: made in" in done.stdout


def test_every_model_reads_an_image_of_ones_own(
    official: Path, through: Done, tmp_path: Path
) -> None:
    line = min((official / "data" / "test").iterdir())
    mine, text = tmp_path / "mine of 京.jpg", tmp_path / "text.png"
    mine.write_bytes(line.read_bytes())
    text.write_text("no image")
    words = (mine, text, "--test", "1", "--project", official, "--json")
    done = paddock("read", *words, environ={})
    assert done.returncode == 1, done.stderr  # one is no image
    own, broken, test = json.loads(done.stdout)["images"]
    assert own["image"] == str(mine) and "not an image" in broken["why"]
    assert test["label"] and test["image"].startswith("test/")
    by_model = {reading["model"]: reading for reading in own["readings"]}
    assert by_model["pd"]["found"] == by_model["nb-x86"]["found"] != ""
    assert by_model["nb-x86"]["milliseconds"] > 0 and by_model["nb-arm"]["emulated"]
