"""What a phone measured, held against the run that made its model."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from pipeline.errors import UsageError
from pipeline.project import Project
from pipeline.record.devices import (
    Device,
    DeviceFault,
    DeviceFinding,
    latest_devices,
)
from pipeline.record.kept import read_kept
from pipeline.record.ledger import now
from pipeline.record.runs import list_runs
from pipeline.record.verdict import Asked
from pipeline.report.find import runs_of
from pipeline.report.model import Model, Report, read_report
from pipeline.report.reports_compared import ledger_of
from pipeline.report.results_file import MeasuredImage, Results
from stages.contract import DocumentError, Latency
from stages.contract.artifacts import GOLDEN, PD_MODEL
from stages.contract.golden import Golden, GoldenImage
from stages.contract.variant import Variant
from stages.message import msg, text_of

#: Digits of a score that are kept, and what their rounding may cost.
_DIGITS, _ROUNDED = 6, 1e-6
#: With these, an image is not read as the model reads it.
_UNLIKE = (
    DeviceFault.MISSING_IMAGE,
    DeviceFault.UNKNOWN_IMAGE,
    DeviceFault.NOT_A_NUMBER,
    DeviceFault.OTHER_TEXT,
)


def judge_device(results: Results, project: Project) -> Device:
    """Hold what a device measured against the run that made its model, else against the last that delivered.

    Raises:
        UsageError: no run of the project has golden images to hold it against.
    """
    report = _report_of(results, project)
    golden = _golden_of(report, project)
    model = _model_of(report, results.model.sha256)
    most = _limit(report, model, Asked.MAX_ABS_DIFF)
    found = [*_of_files(results, report, model), *_of_images(results, golden, model, most)]
    device = _device(results, report, model, golden, found)
    least = _limit(report, model, Asked.MIN_AGREEMENT)
    if least is None or device.same < least * device.images:
        return device
    allowed = (
        replace(it, tolerated=True) if it.fault is DeviceFault.OTHER_TEXT else it for it in found
    )
    return replace(device, findings=tuple(allowed))


def with_devices(report: Report, devices: Iterable[Device]) -> Report:
    """Return the report with what was measured last on each device with its models."""
    hashes = {model.sha256 for model in report.models if model.sha256}
    own = [it for it in devices if it.run == report.run or it.model_sha256 in hashes]
    return report.model_copy(update={"devices": latest_devices(tuple(own))})


def _report_of(results: Results, project: Project) -> Report:
    """Return the newest report of the model, else the project's own newest that delivered one."""
    delivered, own = None, {run.name for run in runs_of(project.state)}
    for run in list_runs(project.state):
        report = read_report(run)
        if report is None or report.task != results.task:
            continue
        if _model_of(report, results.model.sha256):
            return report
        if delivered is None and report.verdict.delivers and run.name in own:
            delivered = report
    if delivered is None:
        raise UsageError(
            msg("no run of this project delivered a model for {task}", results.task),
            str(project.folder),
            msg("run first: paddock --batch"),
        )
    return delivered


def _model_of(report: Report, sha256: str) -> Model | None:
    """Return the model of a report whose ``.nb`` file this is."""
    files = (model for model in report.models if Variant.of_model(model.name))
    return next((model for model in files if model.sha256 == sha256), None)


def not_shipped(device: Device, project: Project) -> str:
    """Return a sentence if the file that a device ran is not what was delivered last; "" if it is.

    By the project itself, or by the member of a sweep whose model it is.
    """
    member = ledger_of(project.state).members.get(device.run, "")
    reports = (read_report(run) for run in runs_of(project.state, member))
    last = next((report for report in reports if report and report.verdict.delivers), None)
    if last is None:
        return msg("no run of this project delivered this file")
    model = _model_of(last, device.model_sha256)
    if model and model.name not in last.refused:
        return ""
    return msg("the last run that passed ({run}) did not deliver this file", last.run)


def _golden_of(report: Report, project: Project) -> Golden:
    made = next((it for it in report.artifacts if it.path == GOLDEN), None)
    data = read_kept(project.state, made.sha256) if made else None
    try:
        golden = Golden.from_json(data) if data else None
    except DocumentError as error:
        raise UsageError(text_of(error), GOLDEN, msg("run again: paddock --batch")) from error
    if golden is None or not any(image.file for image in golden.images):
        raise UsageError(
            msg("run {run} has no golden images to hold results against", report.run),
            str(project.folder),
            msg("run again: paddock --batch"),
        )
    return golden


def _limit(report: Report, model: Model | None, asked: Asked) -> float | None:
    """Return what the project asks of a model, None if nothing."""
    name = model.name if model else ""
    found = (it.limit for it in report.limits if it.model == name and it.asked is asked)
    return next(found, None)


def _of_files(results: Results, report: Report, model: Model | None) -> Iterator[DeviceFinding]:
    if model is None:
        yield DeviceFinding(DeviceFault.OTHER_MODEL, found=results.model.sha256[:12])
    wanted = report.dictionary.sha256 if report.dictionary else ""
    if results.dictionary_sha256 != wanted:
        yield DeviceFinding(
            DeviceFault.OTHER_DICTIONARY, "", results.dictionary_sha256[:12], wanted[:12]
        )


def _of_images(
    results: Results, golden: Golden, model: Model | None, most: float | None
) -> Iterator[DeviceFinding]:
    known = {image.file: image for image in golden.images if image.file}
    found = {image.file: image for image in results.images}
    for file, image in known.items():
        if file in found:
            yield from _of_image(found[file], image, model, most)
        else:
            yield DeviceFinding(DeviceFault.MISSING_IMAGE, image.image)
    for file in found.keys() - known.keys():
        yield DeviceFinding(DeviceFault.UNKNOWN_IMAGE, file)


def _of_image(
    found: MeasuredImage, known: GoldenImage, model: Model | None, most: float | None
) -> Iterator[DeviceFinding]:
    if found.input_sha256 != known.input_sha256:
        yield DeviceFinding(DeviceFault.OTHER_INPUT, known.image)
    expected = known.expected(model.name if model else PD_MODEL)
    if found.score is None:
        yield DeviceFinding(DeviceFault.NOT_A_NUMBER, known.image)
    elif expected is None:
        if model:  # there is nothing to hold it against, which proves nothing
            yield DeviceFinding(DeviceFault.UNKNOWN_IMAGE, known.image)
    elif found.text != expected[0]:
        yield DeviceFinding(DeviceFault.OTHER_TEXT, known.image, found.text, expected[0])
    elif most is not None and abs(found.score - expected[1]) > most + _ROUNDED:
        scores = f"{found.score:.4f}", f"{expected[1]:.4f}"
        yield DeviceFinding(DeviceFault.OTHER_SCORE, known.image, *scores)


def _distances(results: Results, golden: Golden, model: Model | None) -> Iterator[float]:
    """Give how far each score is from the model's, where the text is the same."""
    known = {image.file: image for image in golden.images}
    for found in results.images:
        image = known.get(found.file)
        expected = image.expected(model.name) if image and model else None
        if expected and found.score is not None and found.text == expected[0]:
            yield abs(found.score - expected[1])


def _device(
    results: Results,
    report: Report,
    model: Model | None,
    golden: Golden,
    findings: Sequence[DeviceFinding],
) -> Device:
    images = [image for image in golden.images if image.file]
    unlike = {it.image for it in findings if it.fault in _UNLIKE}
    distances = [round(each, _DIGITS) for each in _distances(results, golden, model)]
    of, times = results.device, results.latency_ms
    return Device(
        time=now(),
        run=report.run,
        name=of.name,
        system=of.system,
        abi=of.abi,
        processor=of.processor,
        cores=of.cores,
        library=results.library.version,
        threads=results.threads,
        model=model.name if model else "",
        model_sha256=results.model.sha256,
        latency_ms=Latency(times.p50, times.p90, times.p99),
        runs=times.runs,
        load_ms=results.load_ms,
        peak_rss_mb=results.peak_rss_mb,
        images=len(images),
        same=sum(image.image not in unlike for image in images),
        max_score_diff=max(distances, default=None),
        findings=tuple(findings),
    )
