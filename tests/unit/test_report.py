"""report.json and the pages drawn from it: complete, and safe whatever the labels hold."""

import json
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from pipeline.project import load_project
from pipeline.report.html import render_html
from pipeline.report.junit import render_junit
from pipeline.report.markdown import MAX_MISMATCHES, render_markdown
from pipeline.report.model import EarlierReportError, Report, ReportError, parse_report
from pipeline.report.table import rows, titles, verdict_line
from pipeline.run.deliver import report_texts
from report_schema import SCHEMAS, schema_text
from stages.contract import Fault, Mismatch
from support.hostile_report import HOSTILE, with_hostile_texts
from support.recorded import DETECTION, FINE_TUNED, PIR, Recording
from support.results import (
    UNCHECKED,
    make_failed,
    make_model,
    make_parity,
    make_report,
    make_results,
)


def report(folder: Path, **parity: Any) -> Report:
    models = parity.pop("models", ())
    return make_report(load_project(folder), make_parity(*models, **parity))


def hostile(folder: Path) -> Report:
    mismatch = Mismatch(HOSTILE, HOSTILE, {"pd": HOSTILE, "nb-x86": "AB0"})
    return report(folder, mismatches=(mismatch,))


def test_report_is_read_as_it_was_written(folder: Path) -> None:
    for made in (report(folder), hostile(folder)):
        assert parse_report(made.dump()) == made
        copied = made.model_copy(update={"run": "another"})
        assert parse_report(copied.dump()).run == "another"
    text = report_texts(hostile(folder))["report.json"]
    assert json.loads(text)["mismatches"][0]["label"] == HOSTILE


def test_numbers_are_only_there_if_they_were_measured(folder: Path) -> None:
    models = {model["name"]: model for model in report(folder).plain()["models"]}
    assert "latency_ms" in models["nb-x86"] and "latency_ms" not in models["nb-arm"]
    assert models["nb-arm"]["status"] == "emulated"
    unchecked = report(folder, models=(make_model("pd"), make_model("nb-x86"), UNCHECKED))
    assert "accuracy" not in unchecked.plain()["models"][2]


def test_report_of_an_earlier_version_is_known_as_such(tmp_path: Path) -> None:
    earlier = {"schema_version": 1, "run": "run-0", "pitfalls": [], "models": []}
    with pytest.raises(EarlierReportError, match="earlier version of Paddock") as caught:
        parse_report(json.dumps(earlier))
    assert caught.value.run == "run-0"


@pytest.mark.parametrize(
    "edit",
    [
        {"verdict": "perhaps"}, {"images": "300"}, {"task": "juggling"}, {"models": []},
        {"guards": [{"id": "x"}]}, {"mismatches": [{"image": "a"}]}, {"schema_version": 4},
    ],
)  # fmt: skip
def test_report_that_was_damaged_names_the_place(folder: Path, edit: dict[str, Any]) -> None:
    text = json.dumps({**report(folder).plain(), **edit})
    with pytest.raises(ReportError, match=next(iter(edit))):
        parse_report(text)
    for text in ("", "[]", "{", "\x00"):
        with pytest.raises(ReportError):
            parse_report(text)


def test_what_a_later_version_added_is_passed_over(folder: Path) -> None:
    made = report(folder)
    plain = made.plain()
    plain["weather"], plain["models"][0]["colour"], plain["guards"][0]["seen"] = "fine", 3, 4
    assert parse_report(json.dumps(plain)) == made


def test_schemas_are_those_of_the_models() -> None:
    for path, told in SCHEMAS.items():
        assert path.read_text("utf-8") == schema_text(*told), "run scripts/report_schema.py"


def test_every_artifact_is_listed_with_its_hashes(folder: Path) -> None:
    listed = {(item.stage, item.path): item.sha256 for item in report(folder).artifacts}
    for stage, result in make_results().items():
        for artifact in result.artifacts:
            assert listed[stage, artifact.path] == artifact.sha256


def test_models_are_named_with_size_and_hash_of_their_file(folder: Path) -> None:
    models = {model.name: model for model in report(folder).models}
    results = make_results()
    assert models["pd"].sha256 == results["export"].artifact("inference.pdiparams").sha256
    assert models["nb-arm"].sha256 == results["convert"].artifact("model_arm.nb").sha256


def test_arm_row_says_that_it_is_emulated_or_why_it_has_no_numbers(folder: Path) -> None:
    made = report(folder)
    by_name = {row[0]: dict(zip(titles(made), row, strict=True)) for row in rows(made)}
    assert by_name["nb-x86"]["accuracy"] == by_name["nb-arm (emulated)"]["accuracy"] == "98.00%"
    assert by_name["nb-x86"]["p50 ms"] == "50.0" and by_name["nb-arm (emulated)"]["p50 ms"] == "–"
    for draw in (render_markdown, render_html, render_junit):
        assert "nb-arm (emulated)" in draw(made)
    unchecked = report(folder, models=(make_model("pd"), make_model("nb-x86"), UNCHECKED))
    assert rows(unchecked)[2][:2] == ["nb-arm", UNCHECKED.detail]


def test_checkpoint_whose_backbone_was_kept_is_called_so_wherever_its_numbers_are(
    folder: Path,
) -> None:
    made = report(folder)
    first, *others = made.models
    assert first.name == "checkpoint"
    made = made.model_copy(update={"models": (replace(first, backbone_kept=7), *others)})
    assert rows(made)[0][0] == "checkpoint (backbone kept)"
    for draw in (render_markdown, render_html):
        assert "checkpoint (backbone kept)" in draw(made)
    case = render_junit(made).partition('<testcase name="checkpoint"')[2]
    assert "backbone kept: 7 images" in case.partition("</testcase>")[0], "by its usual name"


def test_model_without_a_reference_has_empty_cells(folder: Path) -> None:
    row = make_model("nb-x86", agreement=None, max_abs_diff=None)
    made = report(folder, models=(make_failed("pd", Fault.DIED, "aborted"), row))
    cells = dict(zip(titles(made), rows(made)[1], strict=True))
    assert cells["= PD"] == cells["max diff"] == "–"
    assert "FAIL" in render_markdown(made) and "FAIL" in render_html(made)


def test_pages_say_how_sure_numbers_are_and_which_characters_are_taken_for_others(
    folder: Path,
) -> None:
    wrong = (
        Mismatch("1.png", "A0B", {"pd": "AOB", "nb-x86": "AOB"}),
        Mismatch("2.png", "0I", {"pd": "O1", "nb-x86": "0I"}),
        Mismatch("3.png", "AB", {"pd": "A", "nb-x86": "AB"}),
    )
    made = report(folder, mismatches=wrong)
    for page in (render_html(made), render_markdown(made), render_junit(made)):
        text = " ".join(page.replace("\\", "").split())
        for number in ("95.70%\u201399.08%", "0.93\u20131.08", "0.991 / 0.620", "280 15 3 2 0 0"):
            assert number in text, number
    table = render_markdown(made).partition("Characters taken for others")[2].splitlines()[2:7]
    assert [[cell.strip() for cell in row.split("|")[1:-1]] for row in table] == [
        ["label", "read as", "checkpoint", "pd", "nb-x86", "nb-arm"],
        ["---"] * 6,
        ["0", "O", "\u2013", "2", "1", "\u2013"],
        ["B", "\u2205", "\u2013", "1", "\u2013", "\u2013"],
        ["I", "1", "\u2013", "1", "\u2013", "\u2013"],
    ]


def test_verdict_is_said_in_words(folder: Path) -> None:
    assert verdict_line(report(folder)) == "PASS  parity holds on 300 images"
    failed = report(folder, models=(make_model("pd"), make_model("nb-x86", agreement=0.5)))
    assert verdict_line(failed) == "FAIL by parity  on 300 images"


def test_markdown_table_cannot_be_broken_by_a_label(folder: Path) -> None:
    page = render_markdown(hostile(folder))
    assert page.isprintable() or all(line.isprintable() for line in page.split("\n"))
    table = [line for line in page.split("\n") if "forged" in line]
    assert len(table) == 1 and table[0].startswith("| ")
    unescaped = table[0].replace("\\\\", "").replace("\\|", "")
    assert unescaped.count("|") == 5  # image, label, pd, nb-x86
    assert "<script" not in page.replace("\\<", "")
    assert "`x`" not in page.replace("\\`", "")


class Tags(HTMLParser):
    """Collects the tags of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)


def test_html_has_no_markup_from_a_label(folder: Path) -> None:
    page = render_html(hostile(folder))
    parser = Tags()
    parser.feed(page)
    assert "script" not in parser.seen
    assert all(line.isprintable() for line in page.split("\n"))
    assert "&lt;script&gt;" in page and "://" not in page


@pytest.mark.parametrize("of", [FINE_TUNED, PIR, DETECTION], ids=["own", "pir", "detection"])
def test_no_text_of_a_report_becomes_markup(of: Recording) -> None:
    made = parse_report((of.source / "out" / "report.json").read_bytes())
    spoilt = with_hostile_texts(made.model_copy(update={"reasons": ("no",), "remarks": ("so",)}))
    assert (spoilt.run, spoilt.reasons, spoilt.remarks) == (HOSTILE, (HOSTILE,), (HOSTILE,))
    assert spoilt.dump().count("<script>") > 100
    html, markdown = render_html(spoilt), render_markdown(spoilt)
    parser = Tags()
    parser.feed(html)
    assert not parser.seen & {"script", "a", "img", "iframe"} and html.count("&lt;script") > 50
    assert "<script" not in markdown.replace("\\<", "") and "forged | row" not in markdown
    for page in (html, markdown, render_junit(spoilt)):
        assert all(line.isprintable() for line in page.split("\n"))


def test_the_page_may_neither_run_nor_fetch_anything(folder: Path) -> None:
    head = render_html(report(folder)).partition("<title>")[0]
    assert "default-src 'none'; style-src 'unsafe-inline'" in head


def test_long_lists_are_cut_sooner_in_markdown(folder: Path) -> None:
    mismatch = Mismatch("a.png", "AB0", {"pd": "ABO"})
    made = report(folder, mismatches=(mismatch,) * (MAX_MISMATCHES + 3))
    assert "… and 3 more in report.json" in render_markdown(made)
    assert render_html(made).count("AB<mark>O</mark>") == MAX_MISMATCHES + 3


def test_markdown_fits_a_comment_and_names_what_does_not(folder: Path) -> None:
    long = Mismatch("x" * 3000, "|" * 3000, {"pd": "*" * 3000, "nb-x86": "<" * 3000})
    page = render_markdown(report(folder, mismatches=(long,) * MAX_MISMATCHES))
    assert len(page) < 65_536 and "in report.json: Lines read differently" in page
    assert "<summary>Guards</summary>" in page and "| nb-x86 |" in page
    assert page.count("<details>") == page.count("</details>")


def test_junit_has_a_case_for_the_verdict_and_each_limit(folder: Path) -> None:
    models = (make_model("pd"), make_model("nb-x86", agreement=0.5))
    root = ElementTree.fromstring(render_junit(report(folder, models=models)).partition("?>")[2])  # noqa: S314
    cases = {case.get("name"): case for case in root.iter("testcase")}
    failed = [name for name, case in cases.items() if case.find("failure") is not None]
    assert {"verdict", "verify.min_agreement: nb-x86"} <= {*failed}
    assert cases["verify.max_abs_diff: nb-x86"].find("failure") is None
    suite = next(it for it in root if it.get("name") == "paddock.limits")
    assert (suite.get("failures"), suite.get("tests")) == ("1", str(len(suite)))


def test_mismatches_of_models_that_stopped_half_way_are_shown(folder: Path) -> None:
    rows = (Mismatch("a", "x", {"pd": "y"}), Mismatch("b", "x", {"nb-x86": "z"}))
    made = report(folder, mismatches=rows)
    assert "nb-x86" in render_markdown(made) and "nb-x86" in render_html(made)
