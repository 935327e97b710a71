"""The report as JUnit XML, for the page on which a CI shows its tests.

Every guard is a test case, and so are every model, every phone that ran one, and every limit that a number
was held against. A guard or model that was not checked is skipped, with the reason, and so is a guard that
does not apply; one that is enforced says so in its output, and a model its numbers. The verdict is a case of
its own, so a run that fails parity fails there.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from pipeline.record.verdict import Limit
from pipeline.report.metrics import NONE, metrics_of
from pipeline.report.model import GuardEntry, Model, Outcome, Report
from pipeline.report.table import verdict_line
from pipeline.text import one_line
from stages.contract import Status
from stages.message import msg

#: What a test case holds if it did not pass: by a guard's outcome.
_NOT_PASSED = {
    Outcome.FAILED: "failure",
    **dict.fromkeys((Outcome.NOT_CHECKED, Outcome.NOT_APPLICABLE, Outcome.NOT_REACHED), "skipped"),
}


def render_junit(report: Report) -> str:
    """Draw ``report`` as JUnit XML."""
    root = Element("testsuites", name=_safe(report.project))
    _suite(root, "parity", [_verdict(report), *(_model(model, report) for model in report.rows)])
    _suite(root, "limits", map(_limit, report.limits))
    _suite(root, "guards", map(_guard, report.guards))
    seconds = sum(stage.seconds for stage in report.stages.values())
    root.set("time", f"{seconds:.3f}")
    indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _suite(root: Element, name: str, cases: Iterable[Element]) -> None:
    suite = SubElement(root, "testsuite", name=f"paddock.{name}")
    suite.extend(cases)
    for case in suite:
        case.set("classname", f"paddock.{name}")
    counts = {tag: len(suite.findall(f"testcase/{tag}")) for tag in ("failure", "skipped")}
    suite.set("tests", str(len(suite)))
    suite.set("failures", str(counts["failure"]))
    suite.set("skipped", str(counts["skipped"]))
    suite.set("errors", "0")


def _verdict(report: Report) -> Element:
    case = Element("testcase", name="verdict")
    if not report.passed:
        _add(case, "failure", verdict_line(report), report.reasons)
    told = [verdict_line(report), f"run {report.run}", *report.remarks]
    SubElement(case, "system-out").text = "\n".join(map(_safe, told))
    return case


def _limit(limit: Limit) -> Element:
    case = Element("testcase", name=_safe(f"{limit.key}: {limit.model}"))
    if not limit.kept:
        _add(case, "failure", limit.sentence)
    return case


def _model(model: Model, report: Report) -> Element:
    # The same test case, whatever was kept from an earlier run.
    case = Element("testcase", name=_safe(replace(model, backbone_kept=0).title))
    if model.status is Status.FAILED:
        _add(case, "failure", model.sentence, _pitfalls([model.pitfall]))
    elif not model.is_measured:
        _add(case, "skipped", model.sentence)
    elif model.name in report.refused:
        _add(case, "failure", msg("its file is not delivered"))
    else:
        cells = ((metric.title, metric.cell(model, report)) for metric in metrics_of(report))
        told = [f"{title}: {cell}" for title, cell in cells if cell != NONE]
        told += [f"backbone kept: {model.backbone_kept} images"] if model.backbone_kept else []
        SubElement(case, "system-out").text = "\n".join(map(_safe, told))
    return case


def _guard(guard: GuardEntry) -> Element:
    case = Element("testcase", name=_safe(guard.id))
    if guard.outcome is Outcome.ENFORCED:
        SubElement(case, "system-out").text = _safe(f"{guard.outcome.value}: {guard.found}")
    if tag := _NOT_PASSED.get(guard.outcome):
        said = (("where", guard.where), ("remedy", guard.remedy))
        details = [f"{name}: {value}" for name, value in said if value]
        pitfalls = _pitfalls(guard.pitfalls) if tag == "failure" else ()
        _add(case, tag, f"{guard.title}: {guard.found}", [*details, *pitfalls])
    return case


def _pitfalls(names: Iterable[str]) -> Iterable[str]:
    return [f"paddock explain {name}" for name in names if name]


def _add(case: Element, tag: str, message: str, lines: Iterable[str] = ()) -> None:
    text = "\n".join(_safe(line) for line in lines)
    SubElement(case, tag, message=_safe(message)).text = text or None


def _safe(text: object) -> str:
    return one_line(str(text))
