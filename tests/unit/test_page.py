"""The report's page: what stands on it, whatever a label holds, and how much of it."""

import base64
import io
import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from markupsafe import Markup
from PIL import Image

from pipeline.project import load_project
from pipeline.report.html import Beside, is_page_of, render_html
from pipeline.report.model import Report, load_report
from pipeline.report.page import lines as lines_module
from pipeline.report.page.axis import percent
from pipeline.report.page.chart import Row, Spot, bars, dots, frontier, scatter
from pipeline.report.page.lines import LONGEST, MOST_LINES, lines_of, marked
from pipeline.report.page.say import cell, say, tag, written
from stages.contract import Calibration, Mismatch
from stages.message import msg
from support.hostile_report import HOSTILE
from support.recorded import FINE_TUNED
from support.results import make_model, make_parity, make_phone, make_report


def report(folder: Path, **parity: Any) -> Report:
    models = parity.pop("models", ())
    return make_report(load_project(folder), make_parity(*models, **parity))


def recorded() -> Report:
    return load_report(FINE_TUNED.source / "out" / "report.json")


def test_the_verdict_comes_first_with_its_reasons(folder: Path) -> None:
    made = report(folder, models=(make_model("pd"), make_model("nb-x86", agreement=0.5)))
    body = render_html(made).partition("<main>")[2]
    verdict, reason, table = (
        body.index(it) for it in ("FAIL by parity", "agrees with pd on 0.5000", "<table")
    )
    assert verdict < reason < table


def test_both_languages_are_on_the_page_and_english_is_shown(folder: Path) -> None:
    page = render_html(report(folder))
    assert '<span class="en" lang="en">PASS</span><span class="zh" lang="zh">通过</span>' in page
    assert 'id="en" checked' in page and 'id="zh"><label for="zh"' in page
    assert "#zh:checked ~ main .en { display: none }" in page.replace(
        "#en:checked ~ main .zh, ", ""
    )


def test_a_label_that_is_a_word_of_paddocks_stays_what_it_is() -> None:
    assert cell("PASS") == written("x")[:0] + "PASS" and "通过" in say("PASS")
    assert "通过" in cell(msg("PASS")) and "通过" not in written("PASS")


@pytest.mark.parametrize("text", ["<b>", "\"&'", "\x1b[31m", "a\u202eb", "\u2028"])
def test_no_text_becomes_markup_or_drives_what_stands_beside_it(text: str) -> None:
    for made in (cell(text), written(text), tag("i", text, title=text), marked(text, "x")):
        assert "<b>" not in made and made.isprintable()
        assert re.sub(r"</?(bdi|i|mark|span)[^<>]*>", "", made).count("<") == 0
    assert tag("i", Markup("<b>")) == "<i><b></i>"


def test_what_differs_is_marked_and_what_is_missing_has_a_place() -> None:
    assert marked("A0C", "ABC") == '<bdi class="written">A<mark>0</mark>C</bdi>'
    assert marked("AC", "ABC") == '<bdi class="written">A<mark class="gap">∅</mark>C</bdi>'
    assert "<mark>␣</mark>" in marked("A B", "AB")
    assert "<mark>\u25cc\u0301</mark>" in marked("\u0301a", "a")
    assert len(marked("x" * 100_000, "y" * 100_000)) < 100 * LONGEST


def picture_file(path: Path, size: tuple[int, int] = (900, 120)) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    exif = Image.Exif()
    exif[0x010E] = "where it was taken"
    Image.new("RGB", size, (200, 30, 30)).save(path, exif=exif)


def test_lines_have_their_pictures_made_small_and_without_what_else_is_in_the_file(
    folder: Path, tmp_path: Path
) -> None:
    picture_file(tmp_path / "images" / "a.jpg")
    lines = (Mismatch("a.jpg", "A", {"pd": "B"}), Mismatch("../a.jpg", "A", {"pd": "B"}))
    made = report(folder, mismatches=lines)
    page = render_html(made, Beside(tmp_path / "images"))
    found = re.findall(
        r'<img src="data:image/jpeg;base64,([^"]+)" width="(\d+)" height="(\d+)"', page
    )
    assert [it[1:] for it in found] == [("540", "72")]
    data = base64.b64decode(found[0][0])
    assert Image.open(io.BytesIO(data)).size == (540, 72) and b"where it was taken" not in data
    assert "no picture here" in page and "1 of these have no picture here" in page


def test_pictures_and_lines_are_bounded_and_what_is_left_out_is_said(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture_file(tmp_path / "a.jpg")
    made = report(folder, mismatches=(Mismatch("a.jpg", "A", {"pd": "B"}),) * (MOST_LINES + 5))
    monkeypatch.setattr(lines_module, "MOST_PICTURES", 3)
    found = lines_of(made, tmp_path)
    assert (
        len(found.cards) == MOST_LINES
        and sum(card.picture is not None for card in found.cards) == 3
    )
    assert found.left_out.startswith("5 more lines are in report.json; 197 of these have no pic")
    monkeypatch.setattr(lines_module, "MOST_BYTES", 100)
    assert all(card.picture is None for card in lines_of(made, tmp_path).cards)


def test_every_drawing_of_a_report_is_there_and_has_a_size(folder: Path) -> None:
    wrong = (Mismatch("a", "A0", {"pd": "AO"}),)
    made = replace_training(report(folder, mismatches=wrong))
    sized = (replace(it, size=1_000_000 * (n + 1)) for n, it in enumerate(made.models))
    page = render_html(made.model_copy(update={"models": tuple(sized)}))
    labels = re.findall(
        r'<svg class="chart" viewBox="0 0 420 \d+" role="img" aria-label="([^"]+)"', page
    )
    assert labels == [
        "accuracy, by model",
        "latency in ms, by model",
        "size and accuracy, by file",
        "characters taken for others",
        "confidence where right and where wrong, by model",
        "learning curve, by step",
        "loss, by step",
    ]


def replace_training(made: Report) -> Report:
    return made.model_copy(update={"training": recorded().training})


def test_phones_and_what_a_file_needs_are_on_the_page(folder: Path) -> None:
    phones = (make_phone(), make_phone(name=HOSTILE, same=3))
    page = render_html(report(folder).model_copy(update={"devices": phones}))
    table = page.partition('<table class="models stacked">')[2].partition("</table>")[0]
    assert "Pixel 7 · nb-arm" in table and "21.5" in table and "98" in table
    drawing = page.partition('aria-label="latency in ms, by model"')[2].partition("</svg>")[0]
    assert "21.5 / 24.0 ms" in drawing and 'class="phone"' in drawing
    assert "<script" not in page and "to load nb-" in page


def test_intervals_and_the_limit_are_drawn_where_they_are() -> None:
    drawn = str(dots([Row("a", "98%", 0.98, 0.96, 0.99)], "x", percent, 0.97))
    ends = [float(it) for it in re.findall(r'<line x1="([\d.]+)"[^>]*class="reach"', drawn)]
    dot = float(re.findall(r'cx="([\d.]+)"', drawn)[0])
    limit = float(re.findall(r'<line x1="([\d.]+)"[^>]*class="limit"', drawn)[0])
    assert ends[1] < limit < dot < ends[2]


def test_the_front_has_what_nothing_else_beats_in_both() -> None:
    spots = [Spot("big", 8, 0.99, ""), Spot("small", 2, 0.98, ""), Spot("worse", 4, 0.97, "")]
    assert [spot.name for spot in frontier(spots)] == ["small", "big"]
    assert 'class="front"' in scatter(spots, "x", "MB", percent)


def test_names_in_a_crowd_do_not_lie_on_each_other() -> None:
    spots = [Spot(f"model number {number}", 5 + number / 100, 0.98, "") for number in range(6)]
    drawn = str(scatter(spots, "x", "MB", percent))
    places = re.findall(r'<text x="([\d.]+)" y="([\d.]+)" text-anchor="middle">model', drawn)
    assert len({*places}) == 6
    tops = sorted(float(top) for _left, top in places)
    assert all(after - before > 10 or after == before for before, after in pairwise(tops))


def test_numbers_that_are_not_there_are_not_drawn(folder: Path) -> None:
    bare = (
        make_model("pd", accuracy_interval=None, calibration=None, latency_ms=None),
        make_model("nb-x86"),
    )
    page = render_html(report(folder, models=bare))
    assert page.count("ECE 0.0123") == 1
    sure = make_model("pd", calibration=Calibration(0.5, None, None))
    assert "ECE 0.5000" in render_html(report(folder, models=(sure,)))


@pytest.mark.parametrize("value", [0.0, 1e-12, 1e12])
def test_bars_of_any_size_stay_in_the_drawing(value: float) -> None:
    drawn = str(bars([Row("a", "x", value), Row("b", "x", value, None, value * 3)], "x"))
    assert all(-0.01 <= float(it) <= 420 for it in re.findall(r'(?:x|width)="([-\d.]+)"', drawn))


def test_a_page_is_known_by_all_that_it_was_drawn_from(folder: Path, tmp_path: Path) -> None:
    made = report(folder)
    page = render_html(made)
    assert is_page_of(page, made, Beside())
    assert not is_page_of(page, made.model_copy(update={"run": "another"}), Beside())
    assert not is_page_of(page, made, Beside(images=tmp_path))
    assert render_html(made) == page


def test_hashes_of_every_file_and_every_guard_are_on_the_page() -> None:
    made = recorded()
    page = render_html(made)
    for item in made.artifacts:
        assert item.sha256 in page and item.md5 in page
    assert page.count("<details class=") >= len(made.guards)
    failed = replace(made.guards[0], outcome=type(made.guards[0].outcome)("failed"))
    page = render_html(made.model_copy(update={"guards": (*made.guards[1:], failed)}))
    assert page.index('<details class="bad" open>') < page.index('<details class="good">')
