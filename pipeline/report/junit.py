"""The report as JUnit XML, for the page on which a CI shows its tests.

Every guard is a test case, and so is every model; a guard or model that was not checked is skipped, with
the reason. The verdict is a case of its own, so a run that fails parity fails there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from pipeline.report.table import verdict_line
from pipeline.text import one_line

#: What a test case holds if it did not pass: by a guard's outcome.
_NOT_PASSED = {"failed": "failure", "not checked": "skipped"}


def render_junit(report: Mapping[str, Any]) -> str:
    """Draw ``report`` (the parsed report.json) as JUnit XML."""
    root = Element("testsuites", name=_safe(report["project"]))
    _suite(root, "parity", [_verdict(report), *map(_model, report["models"])])
    _suite(root, "guards", map(_guard, report["pitfalls"]))
    seconds = sum(stage["seconds"] for stage in report["stages"].values())
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


def _verdict(report: Mapping[str, Any]) -> Element:
    case = Element("testcase", name="verdict")
    if report["verdict"] != "pass":
        _add(case, "failure", verdict_line(report), report["reasons"])
    return case


def _model(model: Mapping[str, Any]) -> Element:
    case = Element("testcase", name=_safe(model["name"]))
    status = str(model["status"])
    if status.startswith("failed"):
        _add(case, "failure", status, [*_pitfalls([model.get("pitfall", "")])])
    elif status != "measured":
        _add(case, "skipped", status)
    return case


def _guard(guard: Mapping[str, Any]) -> Element:
    case = Element("testcase", name=_safe(guard["id"]))
    if tag := _NOT_PASSED.get(guard["outcome"]):
        details = [f"{name}: {guard[name]}" for name in ("where", "remedy") if guard.get(name)]
        pitfalls = _pitfalls(guard.get("pitfalls", ())) if tag == "failure" else ()
        _add(case, tag, f"{guard['title']}: {guard['found']}", [*details, *pitfalls])
    return case


def _pitfalls(names: Iterable[str]) -> Iterable[str]:
    return [f"paddock explain {name}" for name in names if name]


def _add(case: Element, tag: str, message: str, lines: Iterable[str] = ()) -> None:
    text = "\n".join(_safe(line) for line in lines)
    SubElement(case, tag, message=_safe(message)).text = text or None


def _safe(text: object) -> str:
    return one_line(str(text))
