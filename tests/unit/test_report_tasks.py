"""The report of a detection or an orientation project: its own columns, no dictionary, its own guards."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipeline.project import load_project
from pipeline.report.html import render_html
from pipeline.report.junit import render_junit
from pipeline.report.markdown import render_markdown
from pipeline.report.model import GuardEntry, Outcome, Report, parse_report
from pipeline.report.table import rows, titles
from stages.contract import ChainedLine, ExportMetrics, Mismatch
from support.results import (
    ARM,
    NO_EVIDENCE,
    make_boxes,
    make_chain,
    make_parity,
    make_report,
    make_results,
    make_turns,
)


def detection(folder: Path, **changes: Any) -> Report:
    """Return the report of a detection model that was given as PIR."""
    results = {stage: result for stage, result in make_results().items() if stage != "train"}
    models = (make_boxes("pir"), make_boxes("pd"), make_boxes("nb-x86"), ARM)
    parity = make_parity(*models, task="detection", **changes)
    return make_report(load_project(folder), parity, results, evidence=NO_EVIDENCE)


def orientation(folder: Path) -> Report:
    models = (make_turns("pd"), make_turns("nb-x86"), ARM)
    parity = make_parity(*models, task="orientation")
    return make_report(load_project(folder), parity, evidence=NO_EVIDENCE)


def cells(report: Report, model: str) -> dict[str, str]:
    row = next(row for row in rows(report) if row[0] == model)
    return dict(zip(titles(report), row, strict=True))


def test_detection_has_its_own_columns(folder: Path) -> None:
    found = cells(detection(folder), "nb-x86")
    assert found["hmean"] == "92.00%" and found["= PD"] == "100.00%"
    assert (found["flipped"], found["boxes"]) == ("0", "431")
    assert "accuracy" not in found and "NED" not in found
    assert cells(detection(folder), "pir")["precision"] == "94.00%"


def test_orientation_has_an_accuracy_and_no_edit_distance(folder: Path) -> None:
    found = cells(orientation(folder), "nb-x86")
    assert found["accuracy"] == "99.00%" and "NED" not in found and "hmean" not in found


@pytest.mark.parametrize("make", [detection, orientation])
def test_models_without_a_dictionary_have_a_whole_report(folder: Path, make: Any) -> None:
    made = make(folder)
    assert made.dictionary is None and parse_report(made.dump()) == made
    for render in (render_html, render_markdown, render_junit):
        assert "nb-x86" in render(made)


def test_guards_that_make_no_sense_say_so(folder: Path) -> None:
    guards = {guard.id: guard for guard in detection(folder).guards}
    for name in ("one-dictionary", "dictionary-classes", "labels-in-dictionary", "label-length"):
        assert guards[name].outcome is Outcome.NOT_APPLICABLE
        assert guards[name].found == "not for detection"
    assert guards["same-strings"].found.startswith("nb-x86 100.00% of the images, box for box")
    assert not [guard for guard in guards.values() if guard.outcome is Outcome.FAILED]


def test_accuracy_asked_of_detection_is_held_against_the_hmean(folder: Path) -> None:
    path = folder / "paddock.toml"
    path.write_text(path.read_text() + "\n[verify]\nmin_accuracy = 0.9\n")
    guards = {guard.id: guard for guard in detection(folder).guards}
    assert guards["accuracy-floor"].found == "pd: hmean 92.00% (asked 90.00%)"


def test_chain_is_told_and_its_differences_listed(folder: Path) -> None:
    different = ChainedLine("page<3>.png", 4, "AB|0", "ABO")
    made = detection(folder, chain=make_chain(same=430, different=(different,)))
    assert not made.passed and made.chain and made.chain.different == (different,)
    guard = next(item for item in made.guards if item.id == "same-text-chained")
    assert guard.outcome is Outcome.FAILED
    said = "430 of 431 lines on 20 pages are read the same"
    html, markdown = render_html(made), render_markdown(made)
    assert said in html and said in markdown
    assert "page&lt;3&gt;.png" in html and "<3>" not in html
    assert "AB\\|0" in markdown


def test_pages_with_other_boxes_are_listed_under_their_own_heading(folder: Path) -> None:
    other = Mismatch("a.png", "12 boxes", {"pd": "12 boxes", "nb-x86": "11 boxes"})
    made = detection(folder, mismatches=(other,))
    for page in (render_html(made), render_markdown(made)):
        assert "Images with other boxes" in page and "11 boxes" in page


def test_every_model_name_is_in_a_heading_of_the_mismatches(folder: Path) -> None:
    rows = (Mismatch("a", "1 box", {"pd": "2 boxes"}), Mismatch("b", "", {"pir": "3"}))
    assert "pir" in render_markdown(detection(folder, mismatches=rows))


def imported(folder: Path, **metrics: Any) -> dict[str, GuardEntry]:
    """Return the guards of a run that took a PIR model over."""
    proved = ExportMetrics(338, 234, 6.4e-5, images_compared=32, **metrics)
    results = {stage: result for stage, result in make_results().items() if stage != "train"}
    results["export"] = replace(results["export"], metrics=proved.dump())
    made = make_report(load_project(folder), results=results)
    return {guard.id: guard for guard in made.guards}


def test_pir_model_that_was_taken_over_is_proved_on_images(folder: Path) -> None:
    found = imported(folder, strings_equal=32)
    assert found["import-proved"].outcome is Outcome.PASSED
    assert "differs from it by 6.4e-05 at most, and 32 of 32" in found["import-proved"].found
    assert found["export-lineage"].outcome is Outcome.NOT_APPLICABLE
    assert imported(folder, strings_equal=31)["import-proved"].outcome is Outcome.FAILED
    assert imported(folder)["import-proved"].outcome is Outcome.PASSED
