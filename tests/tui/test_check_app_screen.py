"""The screen of ``paddock check-app``: asked for with a key, it says what an app ships."""

from pathlib import Path

from support.apps import DEMO_LIBRARY, DEMO_REC, LITE_DEMO, STOCK, packed, shipped_project
from support.elf import android_library
from support.screen import SMALL, CalmBackend, lines_of, opened, pasted, text_of, until_shown
from tui.screens.check_app import CheckAppScreen
from tui.screens.guards import GuardsScreen


async def test_an_app_is_asked_for_looked_into_and_each_line_explained(tmp_path: Path) -> None:
    project = shipped_project(tmp_path / "project")
    right = packed(tmp_path / "right.apk", LITE_DEMO)
    old = android_library(version="v2.10")
    wrong = packed(tmp_path / "wrong.apk", {**LITE_DEMO, DEMO_REC: STOCK, DEMO_LIBRARY: old})
    async with opened(CalmBackend(project.folder), SMALL) as (app, pilot):
        await pilot.press("5", "p")
        await until_shown(pilot, app, "Nothing of it is run.")
        await pilot.press(*"/nowhere.apk", "enter")
        await until_shown(pilot, app, "there is no such app: nowhere.apk")

        await pasted(pilot, app, str(wrong))
        await pilot.press("enter")
        await until_shown(
            pilot, app, "wrong.apk: not as this project delivered it: 2 things are wrong"
        )
        assert all(len(line) <= SMALL[0] for line in lines_of(app))
        assert f"▸ ✘  {DEMO_REC}" in text_of(app)
        await pilot.press("e")  # the first line that is wrong
        await until_shown(pilot, app, "app-ships-stock-model")
        await pilot.press("escape", "p")
        await pasted(pilot, app, str(right))
        await pilot.press("enter")
        await until_shown(pilot, app, "right.apk: it ships what this project delivered")
        assert isinstance(app.screen, CheckAppScreen)
        await pilot.press("escape")
        assert isinstance(app.screen, GuardsScreen)
