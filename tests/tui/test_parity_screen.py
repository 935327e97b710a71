"""The parity screen: the table, every test image, and one of them large."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len
from textual.pilot import Pilot
from textual.strip import Strip

from support.kept import keep_pages
from support.recorded import CACHED_RUN, DETECTION, RUN, recorded_project
from support.replay import going_on
from support.reports import Report, edit_report, make_mismatch, own_report
from support.screen import (
    LARGE,
    SMALL,
    CalmBackend,
    lines_of,
    looked_again,
    opened,
    text_of,
    until,
    until_shown,
)
from tui.app import PaddockApp
from tui.screens.reading import ReadingScreen
from tui.widgets.listing import Listing
from tui.widgets.sample_list import SampleList

HOSTILE = "[red]x[/red]\x1b[31mq\u202e\n\x9b2J"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return recorded_project(tmp_path / "p")


def with_mismatches(folder: Path, *mismatches: dict[str, Any]) -> None:
    edit_report(own_report(folder), lambda report: report.update(mismatches=list(mismatches)))


async def until_open(pilot: Pilot[None], app: PaddockApp, text: str = "unlike the label") -> None:
    await pilot.press("2")
    await until_shown(pilot, app, text)


# The table.


async def test_verdict_and_models(folder: Path) -> None:
    async with opened(CalmBackend(folder), SMALL) as (app, pilot):
        assert app.run_folder is not None and app.run_folder.name == RUN
        await until_open(pilot, app)
        shown = text_of(app)
        assert "✔ PASS  parity holds on 300 images" in shown
        assert "✔ accuracy pd 99.67% ≥ 97%  ✔ same as PD 100.00% ≥ 100%" in shown  # the limits
        assert "5 the guards" in next(line for line in lines_of(app) if "✔ PASS  parity" in line)
        rows = {line.split()[0]: line for line in lines_of(app) if "0.9996" in line}
        assert "99.67%" in rows["pd"] and "0.0e+00" in rows["pd"]
        assert "100.00%" in rows["nb-x86"] and "2.3e-04" in rows["nb-x86"]
        assert "▸unlike the label 1    models disagree 0    all 300" in shown
        assert "ZH3GLXR0D" in shown and "all ZH36LXR0D" in shown
        row = next(line for line in lines_of(app) if "nb-arm" in line)
        assert "○ not checked" in row and "7.74" in row

        await pilot.press("down", "down")  # all that the table has no room for
        await until_shown(
            pilot, app, "ca2edfbec65977af95d44c8305c280d2aac15ce9c7edf09465bf6eb8bd972161"
        )
        shown = text_of(app)
        assert "c30385cd24447a965101c47c9f00d81e" in shown
        assert "61.5" in shown and "0.77" in shown and "37/37" in shown

        await pilot.resize_terminal(*LARGE)
        await until_shown(pilot, app, "accuracy")
        head = next(line for line in lines_of(app) if "accuracy " in line and "NED" in line)
        rows_of_three = [line for line in lines_of(app) if "0.9996" in line]
        assert len(rows_of_three) == 3  # whose columns line up
        assert {row.index("%") for row in rows_of_three} == {head.index("accuracy") + 7}
        assert {len(row) for row in rows_of_three} == {len(head)}


def turned(report: Report) -> None:
    """Make the report one of an orientation model."""
    del report["dictionary"]
    report.update(task="orientation", mismatches=[make_mismatch("0", pd="180")])


async def test_reports_of_other_kinds(folder: Path) -> None:
    """One after the other on the disk: the screen shows each as soon as it is there."""
    path, delivered = own_report(folder), folder / "out" / "report.json"
    good = path.read_text()

    def fallen(report: Report) -> None:
        report["models"][0] = {
            "name": "nb-x86",
            "status": "failed",
            "fault": "not_finite",
            "detail": "its output is not finite (after 0 images)",
            "pitfall": "quantised-garbage",
        }

    def crowded(report: Report) -> None:
        for number in range(12):
            report["models"].append({**report["models"][1], "name": f"quantised-{number}"})
        report["models"].append(
            {"name": "nb-riscv", "status": "failed", "detail": "it aborted; " * 20}
        )

    def failed(report: Report) -> None:
        report["verdict"] = "fail"
        report["reasons"] = [f"nb-x86: reason {number}" for number in range(9)]

    def bare(report: Report) -> None:
        for model in report["models"]:
            for name in ("accuracy", "latency_ms", "size", "sha256", "classes"):
                model.pop(name, None)

    async with opened(CalmBackend(folder), SMALL) as (app, pilot):
        await until_open(pilot, app)
        await pilot.press("home")
        edit_report(path, fallen)
        await looked_again(pilot, app, "why paddock explain quantised-garbage")

        path.write_text(good)
        edit_report(path, crowded)
        await looked_again(pilot, app, "unlike the label 1")
        await pilot.press("end")
        await until_shown(pilot, app, "✘ failed: it aborted")

        path.write_text(good)
        edit_report(path, failed)
        await looked_again(pilot, app, "✘ FAIL", "✘ nb-x86: reason 0", "and 8 more")

        path.write_text(good)
        edit_report(path, turned)  # its classes are taken for each other whole
        await looked_again(pilot, app, "checkpoint, nb-x86 0 ✔ · pd 180", "pd 0→180 1")

        path.write_text(good)
        edit_report(path, bare)  # a number that is none leaves its cell empty
        await looked_again(pilot, app, "parity holds")
        assert any(line.split()[1] == "–" for line in lines_of(app) if "nb-x86" in line)
        await pilot.press("home", "down", "down", "down", "3", "4", "5")
        await until_shown(pilot, app, "guards")

        await until_open(pilot, app)
        for text in (
            "",
            "[]",
            "{}",
            '{"run": 1}',
            '{"models": [1]}',
            "\x00",
            '{"verdict": "pass"}',
        ):
            path.write_text(text)
            delivered.write_text(text)
            await looked_again(pilot, app, "Nothing yet: the last run did not come to the end.")
            for key in ("3", "4", "5", "2"):
                await pilot.press(key)
            path.write_text(good)
            await looked_again(pilot, app, "parity holds")
        path.unlink()
        delivered.unlink()
        await looked_again(pilot, app, "Nothing yet: the last run did not come to the end.")


async def test_while_a_run_goes_on_its_report_is_drawn_when_it_comes(folder: Path) -> None:
    own, delivered = own_report(folder), folder / "out" / "report.json"
    away = own.rename(own.with_name("later.json"))
    edit_report(delivered, lambda report: report.update(run=CACHED_RUN))
    earlier = delivered.rename(delivered.with_name("later.json"))
    with going_on(folder, '"done": 235, "total": 300'):
        async with opened(CalmBackend(folder), SMALL) as (app, pilot):
            await until_open(pilot, app, "Nothing yet")
            earlier.rename(delivered)
            await until_shown(
                pilot, app, f"from run {CACHED_RUN}; the run that goes on has no parity"
            )
            away.rename(own)
            await until(pilot, lambda: CACHED_RUN not in text_of(app))
            await until_shown(pilot, app, "parity holds on 300 images")


async def test_nothing_is_drawn_again_when_nothing_changed(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(CalmBackend(folder), SMALL) as (app, pilot):
        await until_open(pilot, app)
        drawn: list[int] = []
        render = Listing.render_line

        def counted(self: Listing, y: int) -> Strip:
            drawn.append(y)
            return render(self, y)

        monkeypatch.setattr(Listing, "render_line", counted)
        for _number in range(5):
            app._refresh_screens()
            await pilot.pause()
        assert not drawn


# The images, and one of them large.


async def test_every_image_is_browsed_with_its_picture_and_filtered(folder: Path) -> None:
    async with opened(CalmBackend(folder), LARGE) as (app, pilot):
        await until_open(pilot, app)
        await until_shown(pilot, app, "▀▀▀▀")  # beside the list, without a key
        shown = text_of(app)
        assert "▸unlike the label 1    models disagree 0    all 300" in shown
        assert "all G→6 1" in shown and shown.count("✘ 1 character differs") == 3
        row = next(line for line in lines_of(app) if "test/00080.jpg" in line)
        assert "ZH3GLXR0D  all ZH36LXR0D" in row

        await pilot.press("f")
        await until_shown(pilot, app, "The models find the same on every image.")
        await pilot.press("f", "n")
        await until_shown(pilot, app, "▸all 300", "JSIZAJC9O", "The image file is not there.")
        lines = app.screen.query_one(SampleList)
        await pilot.press("n", "p")
        assert lines.count == 300 and lines.cursor == 1
        await pilot.press("slash", *"h36l", "enter")  # what was read, whatever is marked in it
        await until_shown(pilot, app, "find, 1 of 300", "▀▀▀▀")
        await pilot.press("slash", *"jsi", "enter", "f", "f", "f")
        await until_shown(pilot, app, "find, 1 of 300", "✔ as the label")
        assert lines.cursor == 1  # on a row that is shown, whatever was chosen meanwhile
        await pilot.press("escape")
        await until_shown(pilot, app, "9PGV")

        await pilot.press("c")
        await until_shown(pilot, app, "G→6           1   1       1")
        await pilot.press("enter")
        await until_shown(pilot, app, "G→6: 1", "▀▀▀▀")
        await pilot.press("c", "f", "f", "G")
        await until_shown(pilot, app, "▸all 300")

        await pilot.resize_terminal(
            *SMALL
        )  # where it is below the list, once that has the keyboard
        await until_shown(pilot, app, "✔ as the label")
        assert "NED" not in text_of(app)
        await pilot.press("tab")
        await until_shown(pilot, app, "NED")
        assert "as the label" not in text_of(app)


async def test_rows_of_any_kind_and_number(folder: Path) -> None:
    shutil.rmtree(folder / ".paddock" / "cache")  # as where only the report is
    alike = [make_mismatch("AB", checkpoint="A", pd="A", nb_x86="A")] * 30
    with_mismatches(folder, *alike, make_mismatch("CD", nb_x86="CE"))
    async with opened(CalmBackend(folder), LARGE) as (app, pilot):
        await until_open(pilot, app)
        await until_shown(pilot, app, "269 more images come with the next run")
        lines = app.screen.query_one(SampleList)
        assert lines.count == 31
        await pilot.press("f")
        await until_shown(pilot, app, "▸models disagree 1")
        assert "checkpoint, pd CD ✔ · nb-x86 CE" in text_of(app)
        await pilot.press("f", "f")
        assert lines.count == 31

        with_mismatches(
            folder,
            make_mismatch("京A12345", pd="京A1234"),
            make_mismatch("ABCDEFGH", pd="ABCDEFG"),
            make_mismatch("e\u0301a\u0301", pd="e\u0301a"),
        )
        await looked_again(pilot, app, "京A12345", "pd 5 left out 1 · H left out 1")
        rows = [line for line in lines_of(app) if "checkpoint, nb-x86 " in line]
        assert len(rows) == 3  # wide characters keep the columns
        assert len({cell_len(row.partition("checkpoint")[0]) for row in rows}) == 1

        # thousands are no more than one
        with_mismatches(folder, *(make_mismatch(f"L{n}", nb_x86="x") for n in range(3_000)))
        await looked_again(pilot, app, "L0")
        await pilot.press("G")
        await until_shown(pilot, app, "L2999")
        await pilot.press("k")
        assert lines.cursor == 2_998


async def test_an_image_large_with_its_label_and_each_reading(folder: Path) -> None:
    async with opened(CalmBackend(folder), SMALL) as (app, pilot):
        await until_open(pilot, app)
        await pilot.press("enter")
        await until_shown(pilot, app, "▀▀▀▀")
        shown = lines_of(app)
        assert "1/1 · test/00080.jpg" in shown[0]
        names = [line.split()[0] for line in shown if "1 character differs" in line]
        assert names == ["checkpoint", "pd", "nb-x86"]
        await pilot.press("escape")
        assert not isinstance(app.screen, ReadingScreen)

        (folder / "data" / "test" / "00080.jpg").unlink()
        await pilot.press("enter")
        await until_shown(pilot, app, "The image file is not there.")
        await pilot.press("escape")

        with_mismatches(folder, *(make_mismatch(f"L{n}", pd="x") for n in range(5)))
        await looked_again(pilot, app, "L4")
        lines = app.screen.query_one(SampleList)
        await pilot.press("enter", "n", "n", "p", "n", "n", "n", "n")
        await until_shown(pilot, app, "5/5")
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(app.screen, ReadingScreen))
        assert lines.cursor == 4  # where the large view was left
        await pilot.press("tab")
        await until_shown(pilot, app, "✘ 2 characters differ")
        await pilot.click(lines, offset=(5, 3))
        assert lines.cursor == 3
        await pilot.click(lines, offset=(5, 3), times=2)
        await until_shown(pilot, app, "4/5")
        await pilot.press("escape")

        with_mismatches(folder, {**make_mismatch(HOSTILE, pd=HOSTILE + "!"), "image": HOSTILE})
        await pilot.resize_terminal(*LARGE)
        await looked_again(pilot, app, "[red]x[/red]\\x1b[31mq\\u202e\\n\\x9b2J", "! added 1")
        await pilot.press("enter")
        await until_shown(pilot, app, "leads out of the data folder")
        assert all(line.isprintable() for line in lines_of(app))
        assert "[red]x[/red]\\x1b[31mq" in text_of(app)


async def test_a_page_has_the_boxes_of_two_models(tmp_path: Path) -> None:
    folder = recorded_project(tmp_path / "p", of=DETECTION)
    keep_pages(folder)
    async with opened(CalmBackend(folder), SMALL) as (app, pilot):
        await until_open(pilot, app)
        await pilot.press("tab")
        await until_shown(pilot, app, "▀▀▀▀", "only nb-x86", "labelled, not found")
        assert "▸unlike the label 10    models disagree 10    all 24" in text_of(app)
        await pilot.press("enter")
        await until_shown(
            pilot, app, "█ both 24  █ only pd 0  █ only nb-x86 1  █ labelled, not found 3"
        )


async def test_any_size_will_do(folder: Path) -> None:
    async with opened(CalmBackend(folder), (40, 10)) as (app, pilot):
        await until_open(pilot, app, "PASS")
        await until_shown(pilot, app, "ZH36LXR0D")  # a low screen still has a line
        for size in ((40, 10), (20, 5), (200, 60)):
            await pilot.resize_terminal(*size)
            await pilot.press("tab", "down", "tab", "enter")
            await until(pilot, lambda: isinstance(app.screen, ReadingScreen))
            await pilot.resize_terminal(*SMALL)
            await pilot.press("escape")
            await until_shown(pilot, app, "parity holds")
