"""The parity screen: the table, the lines read differently, and one of them large."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len
from textual.pilot import Pilot
from textual.strip import Strip

from support.pace import QUICK
from support.recorded import CACHED_RUN, RUN, recorded_project
from support.replay import going_on
from support.reports import Report, edit_report, make_mismatch, own_report
from support.screen import LARGE, SMALL, CalmBackend, lines_of, opened, text_of, until, until_shown
from tui.app import PaddockApp
from tui.appearance import Appearance, use
from tui.screens.reading import ReadingScreen
from tui.widgets.listing import Listing
from tui.widgets.mismatches import Mismatches

HOSTILE = "[red]x[/red]\x1b[31mq\u202e\n\x9b2J"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return recorded_project(tmp_path / "p")


def with_mismatches(folder: Path, *mismatches: dict[str, Any]) -> Path:
    def edit(report: Report) -> None:
        report["mismatches"] = list(mismatches)

    edit_report(own_report(folder), edit)
    return folder


async def until_open(pilot: Pilot[None], app: PaddockApp, text: str = "parity holds") -> None:
    await pilot.press("2")
    await until_shown(pilot, app, text)


async def test_verdict_table_and_mismatch_on_a_small_screen(folder: Path) -> None:
    async with opened(CalmBackend(folder), SMALL) as (app, pilot):
        await until_open(pilot, app)
        shown = text_of(app)
        assert "✔ PASS  parity holds on 300 images" in shown
        rows = {line.split()[0]: line for line in lines_of(app) if "0.9996" in line}
        assert "99.67%" in rows["pd"] and "0.0e+00" in rows["pd"]
        assert "100.00%" in rows["nb-x86"] and "2.3e-04" in rows["nb-x86"]
        assert "1 line of 300 read differently" in shown
        assert "ZH3GLXR0D" in shown and "all ZH36LXR0D" in shown


async def test_a_model_that_was_not_run_says_why_in_its_row(folder: Path) -> None:
    async with opened(CalmBackend(folder), SMALL) as (app, pilot):
        await until_open(pilot, app)
        row = next(line for line in lines_of(app) if "nb-arm" in line)
        assert "○ not runnable here" in row and "7.74" in row


async def test_a_model_that_fell_into_a_pitfall_says_where_it_is_explained(folder: Path) -> None:
    def edit(report: Report) -> None:
        report["models"][0] = {
            "name": "nb-x86",
            "status": "failed",
            "fault": "not_finite",
            "detail": "its output is not finite (after 0 images)",
            "pitfall": "quantised-garbage",
        }

    edit_report(own_report(folder), edit)
    async with opened(CalmBackend(folder), SMALL) as (app, pilot):
        await until_open(pilot, app)
        await pilot.press("tab", "home")
        await until_shown(pilot, app, "why paddock explain quantised-garbage")


async def test_the_selected_model_has_all_that_the_table_has_no_room_for(folder: Path) -> None:
    async with opened(CalmBackend(folder), SMALL) as (app, pilot):
        await until_open(pilot, app)
        await pilot.press("tab", "down", "down")
        await until_shown(
            pilot, app, "ca2edfbec65977af95d44c8305c280d2aac15ce9c7edf09465bf6eb8bd972161"
        )
        shown = text_of(app)
        assert "c30385cd24447a965101c47c9f00d81e" in shown
        assert "61.5" in shown and "0.77" in shown and "37/37" in shown


async def test_columns_line_up(folder: Path) -> None:
    async with opened(CalmBackend(folder), LARGE) as (app, pilot):
        await until_open(pilot, app)
        head = next(line for line in lines_of(app) if "accuracy" in line)
        rows = [line for line in lines_of(app) if "%" in line]
        assert len(rows) == 3
        assert {row.index("%") for row in rows} == {head.index("accuracy") + 7}
        assert {len(row) for row in rows} == {len(head)}


async def test_more_models_and_a_longer_status_fit(folder: Path) -> None:
    def edit(report: Report) -> None:
        for number in range(12):
            report["models"].append({**report["models"][1], "name": f"quantised-{number}"})
        report["models"].append(
            {"name": "nb-riscv", "status": "failed", "detail": "it aborted; " * 20}
        )

    edit_report(own_report(folder), edit)
    async with opened(CalmBackend(folder), SMALL) as (app, pilot):
        await until_open(pilot, app)
        await pilot.press("tab", "end")
        await until_shown(pilot, app, "✘ failed: it aborted")
        assert "1 line of 300" in text_of(app)


async def test_a_failed_run_says_why(folder: Path) -> None:
    def edit(report: Report) -> None:
        report["verdict"] = "fail"
        report["reasons"] = [f"nb-x86: reason {number}" for number in range(9)]

    edit_report(own_report(folder), edit)
    async with opened(CalmBackend(folder), SMALL) as (app, pilot):
        await until_open(pilot, app, "✘ FAIL")
        assert "nb-x86: reason 0" in text_of(app) and "and 7 more" in text_of(app)


async def test_only_lines_on_which_models_disagree(folder: Path) -> None:
    alike = [make_mismatch("AB", checkpoint="A", pd="A", nb_x86="A")] * 30
    with_mismatches(folder, *alike, make_mismatch("CD", nb_x86="CE"))
    async with opened(CalmBackend(folder), SMALL) as (app, pilot):
        await until_open(pilot, app)
        assert app.screen.query_one(Mismatches).count == 31
        await pilot.press("f")
        await until_shown(pilot, app, "Only where models disagree with each other: 1 of 31")
        assert "checkpoint, pd CD ✔ · nb-x86 CE" in text_of(app)
        await pilot.press("f")
        assert app.screen.query_one(Mismatches).count == 31


async def test_thousands_of_lines_cost_as_little_as_one(folder: Path) -> None:
    many = [make_mismatch(f"L{number}", nb_x86="x") for number in range(20_000)]
    with_mismatches(folder, *many)
    async with opened(CalmBackend(folder), SMALL) as (app, pilot):
        await until_open(pilot, app)
        await pilot.press("G")
        await until_shown(pilot, app, "L19999")
        await pilot.press("k")
        assert app.screen.query_one(Mismatches).cursor == 19_998


async def test_a_line_large_with_its_image_and_each_reading(folder: Path) -> None:
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


async def test_going_through_the_lines_and_back_to_the_last_one(folder: Path) -> None:
    with_mismatches(folder, *(make_mismatch(f"L{number}", pd="x") for number in range(5)))
    async with opened(CalmBackend(folder), SMALL) as (app, pilot):
        await until_open(pilot, app)
        await pilot.press("enter", "n", "n", "p", "n", "n", "n", "n")
        await until_shown(pilot, app, "5/5")
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(app.screen, ReadingScreen))
        assert app.screen.query_one(Mismatches).cursor == 4


async def test_an_image_that_is_not_there_is_said(folder: Path) -> None:
    (folder / "data" / "test" / "00080.jpg").unlink()
    async with opened(CalmBackend(folder), SMALL) as (app, pilot):
        await until_open(pilot, app)
        await pilot.press("enter")
        await until_shown(pilot, app, "The image file is not there.")


async def test_what_labels_hold_is_text(folder: Path) -> None:
    with_mismatches(folder, {**make_mismatch(HOSTILE, pd=HOSTILE + "!"), "image": HOSTILE})
    async with opened(CalmBackend(folder), LARGE) as (app, pilot):
        await until_open(pilot, app)
        assert "[red]x[/red]\\x1b[31mq\\u202e\\n\\x9b2J" in text_of(app)
        await pilot.press("enter")
        await until_shown(pilot, app, "leads out of the data folder")
        assert all(line.isprintable() for line in lines_of(app))
        assert "[red]x[/red]\\x1b[31mq" in text_of(app)


async def test_wide_characters_keep_the_columns(folder: Path) -> None:
    with_mismatches(
        folder,
        make_mismatch("京A12345", pd="京A1234"),
        make_mismatch("ABCDEFGH", pd="ABCDEFG"),
        make_mismatch("e\u0301a\u0301", pd="e\u0301a"),
    )
    async with opened(CalmBackend(folder), SMALL) as (app, pilot):
        await until_open(pilot, app)
        rows = [line for line in lines_of(app) if "pd " in line and "checkpoint, nb-x86" in line]
        assert len(rows) == 3
        starts = {cell_len(row.partition("checkpoint")[0]) for row in rows}
        assert len(starts) == 1


async def test_ascii_marks_with_brackets_and_draws_with_characters(folder: Path) -> None:
    use(Appearance(ascii_only=True, pace=QUICK))
    try:
        async with opened(CalmBackend(folder), SMALL) as (app, pilot):
            await until_open(pilot, app)
            assert "ZH3[6]LXR0D" in text_of(app)
            assert text_of(app).isascii()
            await pilot.press("enter")
            await until_shown(pilot, app, "=+=")
            assert text_of(app).isascii()
    finally:
        use(Appearance())


async def test_any_size_will_do(folder: Path) -> None:
    async with opened(CalmBackend(folder), SMALL) as (app, pilot):
        await until_open(pilot, app)
        for size in ((40, 10), (20, 5), (200, 60)):
            await pilot.resize_terminal(*size)
            await pilot.press("tab", "down", "tab", "enter")
            await until(pilot, lambda: isinstance(app.screen, ReadingScreen))
            await pilot.resize_terminal(*SMALL)
            await pilot.press("escape")
            await until_shown(pilot, app, "parity holds")


async def test_a_low_screen_still_has_a_line(folder: Path) -> None:
    async with opened(CalmBackend(folder), (40, 10)) as (app, pilot):
        await until_open(pilot, app, "PASS")
        await until_shown(pilot, app, "ZH36LXR0D")


async def test_no_run_yet(folder: Path) -> None:
    for path in (folder / "out", folder / ".paddock"):
        path.rename(path.with_name(f"{path.name}-away"))
    async with opened(CalmBackend(folder), SMALL) as (app, pilot):
        await until_open(pilot, app, "no run. Press 1, then r to start one.")
        await pilot.press("f", "enter", "tab", "enter")
        assert not isinstance(app.screen, ReadingScreen)


async def test_a_run_that_has_not_come_so_far(folder: Path) -> None:
    own_report(folder).unlink()
    (folder / "out").rename(folder / "elsewhere")
    async with opened(CalmBackend(folder), SMALL) as (app, pilot):
        await until_open(pilot, app, "Nothing yet")


async def test_while_a_run_goes_on_the_delivered_report_says_where_it_is_from(folder: Path) -> None:
    own_report(folder).unlink()
    edit_report(folder / "out" / "report.json", lambda report: report.update(run=CACHED_RUN))
    with going_on(folder, '"done": 235, "total": 300'):
        async with opened(CalmBackend(folder), SMALL) as (app, pilot):
            await until_open(pilot, app)
            assert f"from run {CACHED_RUN}; the run that goes on has no parity" in text_of(app)


async def test_the_report_is_drawn_when_it_comes(folder: Path) -> None:
    report = own_report(folder)
    away = report.rename(report.with_name("later.json"))
    (folder / "out" / "report.json").unlink()
    with going_on(folder, '"done": 235, "total": 300'):
        async with opened(CalmBackend(folder), SMALL) as (app, pilot):
            await until_open(pilot, app, "Nothing yet")
            away.rename(report)
            await until_shown(pilot, app, "parity holds on 300 images")


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"run": 1}', '{"models": [1]}', "\x00", '{"verdict": "pass"}']
)
async def test_a_damaged_report_counts_as_none(folder: Path, text: str) -> None:
    own_report(folder).write_text(text)
    (folder / "out" / "report.json").write_text(text)
    async with opened(CalmBackend(folder), SMALL) as (app, pilot):
        await until_open(pilot, app, "Nothing yet")
        for key in "345":
            await pilot.press(key)
            await pilot.pause()


async def test_numbers_that_are_none_leave_their_cells_empty(folder: Path) -> None:
    def edit(report: Report) -> None:
        for model in report["models"]:
            for name in ("accuracy", "latency_ms", "size", "sha256", "classes"):
                model.pop(name, None)

    edit_report(own_report(folder), edit)
    async with opened(CalmBackend(folder), SMALL) as (app, pilot):
        await until_open(pilot, app)
        assert any(line.split()[1] == "–" for line in lines_of(app) if "nb-x86" in line)
        await pilot.press("tab", "down", "down", "down", "3", "4", "5")
        await until_shown(pilot, app, "guards")


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


async def test_run_is_named(folder: Path) -> None:
    async with opened(CalmBackend(folder)) as (app, _pilot):
        assert app.run_folder is not None and app.run_folder.name == RUN


async def test_a_click_does_what_the_keys_do(folder: Path) -> None:
    with_mismatches(folder, *(make_mismatch(f"L{number}", pd="x") for number in range(5)))
    async with opened(CalmBackend(folder), SMALL) as (app, pilot):
        await until_open(pilot, app)
        lines = app.screen.query_one(Mismatches)
        await pilot.click(lines, offset=(5, 3))
        assert lines.cursor == 3
        await pilot.click(lines, offset=(5, 3), times=2)
        await until_shown(pilot, app, "4/5")
