"""The pages of a run and of a sweep in a real browser, offline: what a reader sees, at two widths."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from docker import DockerClient

from pipeline.compose.file import Compose
from pipeline.project import load_project
from pipeline.record.runs import run_folder
from pipeline.report.html import Beside, render_html
from pipeline.report.model import Report, load_report
from pipeline.report.reports_compared import compare_reports, side_of_run
from pipeline.sweep.page import render_page
from stages.contract import Calibration, Interval, Mismatch
from support.browser import Seen, View, build_browser, look_at
from support.hostile_report import HOSTILE, with_hostile_texts
from support.recorded import FINE_TUNED, RUN, recorded_project
from support.results import make_phone
from support.sweep_tables import large, row, table

pytestmark = [pytest.mark.docker, pytest.mark.images]

Views: TypeAlias = dict[View, dict[str, Any]]
WIDTHS = (1280, 390)
#: A run's and a sweep's, as they are, and with hostile texts.
GOOD, HOSTILE_ONES = ("page.html", "sweep.html"), ("hostile.html", "hostile-sweep.html")
VIEWS = [
    *(View(page, width, scheme=scheme, language=language)
      for page, width, scheme, language in product(GOOD, WIDTHS, ("light", "dark"), ("en", "zh"))),
    *(View(page, 794, printed=True) for page in GOOD),
    *(View(page, width) for page, width in product(HOSTILE_ONES, WIDTHS)),
    View("false.html", 390),
]  # fmt: skip
#: Too wide, with a script of its own and an address: what the looking has to find.
FALSE = (
    '<div style="width:2000px">wide</div><script>document.title = "ran"</script>'
    '<img src="http://192.0.2.1/x.png"></main>'
)


@pytest.fixture(scope="module")
def seen(client: DockerClient, compose: Compose, tmp_path_factory: pytest.TempPathFactory) -> Views:
    """Each view with what was seen: all in one container, one browser."""
    scratch = tmp_path_factory.mktemp("pages")
    texts = {**drawn(scratch), **drawn_sweeps(scratch / "out.sweep")}
    pages = {name: scratch / name for name in texts}
    for name, text in texts.items():
        pages[name].write_text(text, "utf-8")
    image = build_browser(client, compose.images["base"].image)
    found: Seen = look_at(client, image, pages, VIEWS, scratch)
    return dict(zip(VIEWS, found.found, strict=True))


def drawn(scratch: Path) -> dict[str, str]:
    """Return by name a page with all that there can be, one with hostile texts, and one that is wrong."""
    folder = recorded_project(scratch / "project")
    run = run_folder(folder / ".paddock", RUN)
    before = load_report(folder / "out" / "report.json")
    made = complete(before)
    beside = Beside(
        load_project(folder).data_root,
        compare_reports(side_of_run(run), replace(side_of_run(run), report=made)),
    )
    page = render_html(made, beside)
    long = Mismatch("x" * 3000, "W" * 3000, {"pd": "W" * 2999, "nb-x86": "א" * 300})
    hostile = with_hostile_texts(made.model_copy(update={"mismatches": (long,) * 250}))
    return {
        "page.html": page,
        "hostile.html": render_html(hostile),
        "false.html": page.replace("</main>", FALSE),
    }


def drawn_sweeps(folder: Path) -> dict[str, str]:
    """Return by name the page of a sweep of a thousand members, and one whose texts are hostile."""
    made = large(1000, failed=10)
    report = load_report(FINE_TUNED.source / "out" / "report.json")
    assert report.training is not None
    ranked = [item for item in made.rows if item.validation][:3]
    for item in ranked:
        assert item.validation is not None
        chosen = {"accuracy": item.validation.accuracy, "ned": item.validation.ned}
        training = report.training.model_copy(update=chosen)
        (folder / item.name).mkdir(parents=True)
        text = report.model_copy(update={"training": training}).dump()
        (folder / item.name / "report.json").write_text(text, "utf-8")
    bad = (
        row("W" * 100, settings={"train.seed": HOSTILE, "W" * 80: "W" * 200}, size=4_000_000),
        row("x" * 100, 0.8, settings={f"x.{HOSTILE}": 1}, size=2_000_000),
        row("b", state="failed", message=HOSTILE * 9, verdict=""),
    )
    return {
        "sweep.html": render_page(made, folder),
        "hostile-sweep.html": render_page(table(*bad), folder),
    }


def complete(made: Report) -> Report:
    """Return a report with intervals, calibration and a line that the models read each in its own way."""
    models = tuple(
        replace(
            model, accuracy_interval=Interval(0.98, 0.999), calibration=Calibration(0.01, 0.99, 0.6)
        )
        for model in made.models
    )
    small = replace(models[2], name="nb-x86-int8", size=2_400_000, accuracy=0.99)
    models = (*models, small)
    line = Mismatch("test/00080.jpg", "ZH3GLXR0D", {"pd": "ZH36LXR0D", "nb-x86": "ZH3LXROD"})
    phone = {
        "devices": (make_phone(), make_phone(name="A phone with a long name, of another maker"))
    }
    return made.model_copy(
        update={**phone, "models": models, "mismatches": (line, *made.mismatches)}
    )


def of_page(seen: Views, name: str) -> Iterator[tuple[View, dict[str, Any]]]:
    return ((view, found) for view, found in seen.items() if view.page == name)


def test_nothing_is_wider_than_the_window(seen: Views) -> None:
    for name in (*GOOD, *HOSTILE_ONES):
        for view, found in of_page(seen, name):
            assert found["width"] <= found["room"], (view, found["clipped"])
            assert found["clipped"] == [] and found["outside"] == [], view


def test_the_verdict_is_the_first_thing_seen_in_either_language(seen: Views) -> None:
    for view, found in of_page(seen, "page.html"):
        assert found["banner"] == ("✔ PASS" if view.language == "en" else "✔ 通过"), view
        _left, top, width, height = found["banner_box"]
        assert top + height < 250 and width > 100
        words = ("准确率", "accuracy")
        assert (
            words[view.language == "en"] in found["text"]
            and words[view.language != "en"] not in found["text"]
        )


def test_of_a_sweep_the_choice_is_seen_first_and_what_chose_nothing_is_told(seen: Views) -> None:
    for view, found in of_page(seen, "sweep.html"):
        english = view.language == "en"
        assert found["banner"] == ("! 1,000 members" if english else "! 1,000 个成员"), view
        words = ("测试集不用于选择", "the test set chooses nothing")
        assert words[english] in found["text"] and words[not english] not in found["text"]
        assert len(found["charts"]) == 7 and min(found["small"]) > 9, view
        assert all(width > 250 and height > 50 for _left, _top, width, height in found["charts"])
        if not view.printed:
            assert found["height"] < 25_000, "members that are not in sight are folded"


def test_drawings_and_pictures_have_a_size_and_their_words_can_be_read(seen: Views) -> None:
    for view, found in of_page(seen, "page.html"):
        assert len(found["charts"]) == 7, view
        assert all(width > 250 and height > 50 for _left, _top, width, height in found["charts"]), (
            view
        )
        assert min(found["small"]) > 9, view
        assert found["pictures"] and all(found["pictures"])


def test_it_is_light_or_dark_as_the_reader_prefers_and_light_on_paper(seen: Views) -> None:
    for view, found in (pair for name in GOOD for pair in of_page(seen, name)):
        red = int(found["background"].removeprefix("rgb(").partition(",")[0])
        assert (red > 200) is (view.scheme == "light"), view


def test_nothing_is_asked_of_anybody_and_nothing_is_complained_about(seen: Views) -> None:
    for name in (*GOOD, *HOSTILE_ONES):
        for view, found in of_page(seen, name):
            assert (found["requests"], found["complaints"], found["scripts"]) == ([], [], 0), view


def test_a_page_that_is_wrong_is_found_to_be(seen: Views) -> None:
    """Its policy stops the script and the picture even so."""
    ((_view, found),) = of_page(seen, "false.html")
    assert found["width"] > found["room"] and found["clipped"] and found["scripts"] == 1
    assert any("Content Security Policy" in said for said in found["complaints"])
    assert found["title"] != "ran" and found["pictures"][-1] == 0
