"""What a phone measured is held against the run that made its model, and kept."""

import json
import multiprocessing
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import IntegrityFailed, UsageError
from pipeline.integrity.ledger_check import check_devices
from pipeline.project import Project
from pipeline.record.devices import Device, DeviceFault, add_device, latest_devices, read_devices
from pipeline.record.runs import run_folder
from pipeline.report.devices import judge_device, with_devices
from pipeline.report.html import render_html
from pipeline.report.junit import render_junit
from pipeline.report.markdown import render_markdown
from pipeline.report.model import Report, load_report, parse_report, read_report
from pipeline.report.results_file import parse_results
from stages.contract import Status
from support.cli import call
from support.phones import RUN, agreement, delivered, difference, measured

Change = Callable[[dict[str, Any]], object]


def judged(project: Project, change: Change = dict) -> Device:
    raw = measured()
    change(raw)
    return judge_device(parse_results(json.dumps(raw).encode()), project)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return delivered(tmp_path)


def test_a_phone_that_reads_as_the_model_passes(project: Project) -> None:
    device = judged(project)
    assert device.passed and device.findings == ()
    assert (device.run, device.model, device.same, device.images) == (RUN, "nb-arm", 4, 4)
    assert device.max_score_diff == 0.0


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda it: it["model"].update(sha256="0" * 64), DeviceFault.OTHER_MODEL),
        (lambda it: it.update(dictionary_sha256="0" * 64), DeviceFault.OTHER_DICTIONARY),
        (lambda it: it.update(dictionary_sha256=""), DeviceFault.OTHER_DICTIONARY),
        (lambda it: it["images"][1].update(input_sha256="0" * 64), DeviceFault.OTHER_INPUT),
        (lambda it: it["images"].pop(), DeviceFault.MISSING_IMAGE),
        (lambda it: it["images"][0].update(file="777"), DeviceFault.UNKNOWN_IMAGE),
        (lambda it: it["images"][2].update(score=None), DeviceFault.NOT_A_NUMBER),
        (lambda it: it["images"][2].update(text="中"), DeviceFault.OTHER_TEXT),
    ],
)
def test_each_way_to_be_another_one_fails_with_its_reason(
    project: Project, change: Change, fault: DeviceFault
) -> None:
    device = judged(project, change)
    assert not device.passed and device.reasons
    assert fault in {finding.fault for finding in device.findings}


def test_a_score_is_held_to_the_limit_of_the_projects_differences(tmp_path: Path) -> None:
    def nudged(raw: dict[str, Any]) -> None:
        raw["images"][0]["score"] += 0.002

    assert judged(delivered(tmp_path / "a"), nudged).passed
    device = judged(delivered(tmp_path / "b", difference(1e-3)), nudged)
    assert [finding.fault for finding in device.findings] == [DeviceFault.OTHER_SCORE]
    assert device.max_score_diff == pytest.approx(0.002)
    assert judged(delivered(tmp_path / "c", difference(3e-3)), nudged).passed


def test_a_text_may_differ_as_far_as_the_project_lets_the_model_itself(tmp_path: Path) -> None:
    def other(raw: dict[str, Any]) -> None:
        raw["images"][0]["text"] = "?"

    device = judged(delivered(tmp_path / "a", agreement(0.75)), other)
    assert device.passed and device.same == 3 and device.findings[0].tolerated
    assert not judged(delivered(tmp_path / "b", agreement(0.8)), other).passed


@pytest.mark.parametrize(
    "change",
    [
        lambda it: it.update(schema_version=2),
        lambda it: it.pop("model"),
        lambda it: it.update(threads="1"),
        lambda it: it.update(threads=0),
        lambda it: it["latency_ms"].update(p50=99.0),
        lambda it: it.update(peak_rss_mb=float("nan")),
        lambda it: it["images"][0].update(score=float("inf")),
        lambda it: it["images"].append(it["images"][0]),
        lambda it: it.update(images=it["images"] * 30),
        lambda it: it["device"].update(name="x" * 201),
        lambda it: it["model"].update(sha256="A" * 64),
    ],
)
def test_what_the_checker_never_writes_is_refused(change: Change) -> None:
    raw = measured()
    change(raw)
    with pytest.raises(UsageError, match="not a results file"):
        parse_results(json.dumps(raw).encode())


@pytest.mark.parametrize("data", [b"", b"[" * 100_000, b"[]", b" " * (1 << 20) + b"{}", b"\xff"])
def test_what_is_no_document_is_refused(data: bytes) -> None:
    with pytest.raises(UsageError):
        parse_results(data)


def test_a_project_without_such_a_run_says_so(tmp_path: Path) -> None:
    project = delivered(tmp_path)
    for path in project.state.glob("runs/*/report.json"):
        path.unlink()
    with pytest.raises(UsageError, match="no run of this project"):
        judged(project)


def test_what_was_measured_is_kept_and_the_last_of_each_kind_counts(project: Project) -> None:
    first, second = judged(project), judged(project, lambda it: it["images"].pop())
    other = judged(project, lambda it: it["device"].update(name="Other"))
    for device in (first, other, second):
        add_device(project.state, device)
    kept = read_devices(project.state)
    assert kept == (first, other, second)
    assert {device.same for device in latest_devices(kept)} == {3, 4}
    assert len(latest_devices(kept)) == 2


def test_two_at_once_leave_a_whole_record(project: Project) -> None:
    device = judged(project)
    context = multiprocessing.get_context("fork")
    at_work = [context.Process(target=_add, args=(project.state, device)) for _ in range(3)]
    for process in at_work:
        process.start()
    for process in at_work:
        process.join()
    assert read_devices(project.state) == (device,) * 60


def _add(state: Path, device: Device) -> None:
    for _ in range(20):
        add_device(state, device)


@pytest.mark.parametrize(
    ("update", "shipped"),
    [
        (lambda _it: {}, True),
        (lambda _it: {"refused": ("nb-arm",)}, False),
        (lambda it: {"models": tuple(each for each in it.models if each.name != "nb-arm")}, False),
    ],
    ids=["the last", "not delivered", "of an earlier run"],
)
def test_a_file_that_is_not_what_was_delivered_last_is_said(
    update: Callable[[Report], dict[str, Any]], shipped: bool, project: Project, tmp_path: Path
) -> None:
    first = read_report(run_folder(project.state, RUN))
    assert first
    later = run_folder(project.state, "20261129-111500-0001")
    later.path.mkdir(parents=True)
    changed = first.model_copy(update={"run": later.name, **update(first)})
    (later.path / "report.json").write_text(changed.dump())
    file = tmp_path / "results.json"
    file.write_text(json.dumps(measured()))
    done = call("device", file, project.folder, "--json")
    assert (done.returncode, json.loads(done.stdout)["shipped"]) == (0, shipped)
    said = call("device", file, project.folder).stdout
    assert ("did not deliver this file" in said) is not shipped


@pytest.mark.parametrize("model", ["checkpoint", "pd"])
def test_what_no_phone_runs_is_none_of_the_models(project: Project, model: str) -> None:
    report = read_report(run_folder(project.state, RUN))
    assert report
    sha256 = next(it.sha256 for it in report.models if it.name == model)
    device = judged(project, lambda it: it["model"].update(sha256=sha256))
    assert [finding.fault for finding in device.findings] == [DeviceFault.OTHER_MODEL]


def test_a_changed_record_is_found(project: Project) -> None:
    for _ in range(2):
        add_device(project.state, judged(project))
    path = project.state / "devices.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"same": 4', b'"same": 3', 1))
    with pytest.raises(IntegrityFailed):
        read_devices(project.state)
    (fault,) = check_devices(project)
    assert fault.problem == "changed" and fault.expected.path == ".paddock/devices.jsonl"


def test_phones_are_rows_of_the_reports_table_with_verdicts_of_their_own(project: Project) -> None:
    report = load_report(project.out / "report.json")
    good = judged(project)
    bad = judged(project, lambda it: (it["images"].pop(), it["device"].update(name="Old phone")))
    told = with_devices(report, [good, bad])
    assert told.verdict is report.verdict
    rows = told.rows[len(report.models) :]
    assert [row.status for row in rows] == [Status.MEASURED, Status.FAILED]
    assert rows[0].agreement == 1.0 and rows[0].latency_ms and rows[0].latency_ms.p50 == 23.4
    text = render_markdown(told)
    assert "Google Pixel 6 · nb-arm" in text and "did not read this image" in text
    assert parse_report(told.dump()).devices == told.devices


def test_a_phones_own_name_drives_no_page(project: Project) -> None:
    name = "<script>alert(1)</script>\x1b[2J"
    device = judged(project, lambda it: it["device"].update(name=name))
    report = with_devices(load_report(project.out / "report.json"), [device])
    page = render_html(report)
    assert "alert(1)" in page and "<script" not in page and "\x1b" not in page
    assert "\x1b" not in render_markdown(report) and "\x1b" not in render_junit(report)


def test_phones_of_other_models_are_not_in_the_report(project: Project) -> None:
    report = load_report(project.out / "report.json")
    stranger = judged(project, lambda it: it["model"].update(sha256="0" * 64))
    assert with_devices(report, [stranger]).devices == (stranger,)
    later = report.model_copy(update={"run": "20261129-111500-0001"})
    assert with_devices(later, [stranger]).devices == ()
    assert with_devices(later, [judged(project)]).devices != ()
