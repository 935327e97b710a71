"""The report's page in a real browser, without a network: what a reader sees, at two widths."""

from __future__ import annotations

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
from stages.contract import Calibration, Interval, Mismatch
from support.browser import Seen, View, build_browser, look_at
from support.hostile_report import with_hostile_texts
from support.recorded import RUN, recorded_project
from support.results import make_phone

pytestmark = [pytest.mark.docker, pytest.mark.images]

Views: TypeAlias = dict[View, dict[str, Any]]
WIDTHS = (1280, 390)
VIEWS = [
    *(View("page.html", width, scheme=scheme, language=language)
      for width, scheme, language in product(WIDTHS, ("light", "dark"), ("en", "zh"))),
    View("page.html", 794, printed=True),
    *(View("hostile.html", width) for width in WIDTHS),
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
    pages = {name: scratch / name for name in ("page.html", "hostile.html", "false.html")}
    for name, text in zip(pages, drawn(scratch), strict=True):
        pages[name].write_text(text, "utf-8")
    image = build_browser(client, compose.images["base"].image)
    found: Seen = look_at(client, image, pages, VIEWS, scratch)
    return dict(zip(VIEWS, found.found, strict=True))


def drawn(scratch: Path) -> Iterator[str]:
    """Give a page with all that there can be on one, one whose texts are hostile, and one that is wrong."""
    folder = recorded_project(scratch / "project")
    run = run_folder(folder / ".paddock", RUN)
    before = load_report(folder / "out" / "report.json")
    made = complete(before)
    beside = Beside(
        load_project(folder).data_root,
        compare_reports(side_of_run(run), replace(side_of_run(run), report=made)),
    )
    page = render_html(made, beside)
    yield page
    long = Mismatch("x" * 3000, "W" * 3000, {"pd": "W" * 2999, "nb-x86": "א" * 300})
    yield render_html(with_hostile_texts(made.model_copy(update={"mismatches": (long,) * 250})))
    yield page.replace("</main>", FALSE)


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
    for name in ("page.html", "hostile.html"):
        for view, found in of_page(seen, name):
            assert found["width"] <= found["room"], (view, found["clipped"])
            assert found["clipped"] == [] and found["outside"] == [], view


def test_the_verdict_is_the_first_thing_seen_in_either_language(
    seen: Views,
) -> None:
    for view, found in of_page(seen, "page.html"):
        assert found["banner"] == ("✔ PASS" if view.language == "en" else "✔ 通过"), view
        _left, top, width, height = found["banner_box"]
        assert top + height < 250 and width > 100
        words = ("准确率", "accuracy")
        assert (
            words[view.language == "en"] in found["text"]
            and words[view.language != "en"] not in found["text"]
        )


def test_drawings_and_pictures_have_a_size_and_their_words_can_be_read(
    seen: Views,
) -> None:
    for view, found in of_page(seen, "page.html"):
        assert len(found["charts"]) == 7, view
        assert all(width > 250 and height > 50 for _left, _top, width, height in found["charts"]), (
            view
        )
        assert min(found["small"]) > 9, view
        assert found["pictures"] and all(found["pictures"])


def test_it_is_light_or_dark_as_the_reader_prefers_and_light_on_paper(
    seen: Views,
) -> None:
    for view, found in of_page(seen, "page.html"):
        red = int(found["background"].removeprefix("rgb(").partition(",")[0])
        assert (red > 200) is (view.scheme == "light"), view


def test_nothing_is_asked_of_anybody_and_nothing_is_complained_about(
    seen: Views,
) -> None:
    for name in ("page.html", "hostile.html"):
        for view, found in of_page(seen, name):
            assert (found["requests"], found["complaints"], found["scripts"]) == ([], [], 0), view


def test_a_page_that_is_wrong_is_found_to_be(seen: Views) -> None:
    """Its policy stops the script and the picture even so."""
    ((_view, found),) = of_page(seen, "false.html")
    assert found["width"] > found["room"] and found["clipped"] and found["scripts"] == 1
    assert any("Content Security Policy" in said for said in found["complaints"])
    assert found["title"] != "ran" and found["pictures"][-1] == 0
