"""Every key answers: it does something, or says why it does not and where it counts."""

from pathlib import Path

import pytest
from textual.widgets import Input

from support.recorded import CACHED_RUN, RUN, recorded_project
from support.screen import LARGE, SMALL, CalmBackend, calm, lines_of, opened, text_of, until_shown
from tui.hints import hint
from tui.keys import BY_ID, KEYS, WAYS
from tui.screens.guards import GuardsScreen
from tui.screens.history import HistoryScreen
from tui.screens.parity import ParityScreen
from tui.screens.run import RunScreen
from tui.widgets.log_view import LogView
from tui.widgets.stage_detail import StageDetail
from tui.widgets.stage_list import StageList

HERE = {"run.log", "run.files", "run.options", "app.guards", "app.machine", "app.history"}


@pytest.mark.parametrize(
    ("key", "idle", "said"),
    [
        ("f", "", 'f is "follow" in Log: press l first'),
        ("d", "", 'd is "dictionary" in Guards: press 5 first'),
        ("s", "run.stop", "Nothing is running."),
        ("f7", "", "f7 does nothing here; ? shows all keys"),
        ("escape", "", "escape does nothing here; ? shows all keys"),
    ],
)
def test_why_a_key_does_nothing(key: str, idle: str, said: str) -> None:
    written = {"question_mark": "?"}
    assert hint(key, HERE, {}, lambda name: written.get(name, name), idle) == said


def test_a_key_of_a_place_that_is_not_next_door_names_it() -> None:
    assert hint("y", {"app.guards"}, {}, str) == 'y does nothing here; in Log it is "copy"'
    assert (
        hint("f9", {"run.log"}, {"log.follow": "f9"}, str) == 'f9 is "follow" in Log: press l first'
    )


def test_the_ways_are_keys() -> None:
    assert {*WAYS.values()} <= {*BY_ID} and {*WAYS} <= {key.scope for key in KEYS}


async def test_a_walk_in_which_every_key_answers(tmp_path: Path) -> None:
    folder = recorded_project(tmp_path / "p", runs=(RUN, CACHED_RUN))
    async with opened(CalmBackend(folder), SMALL) as (app, pilot):
        await pilot.press("d")
        await until_shown(pilot, app, 'd is "dictionary" in Guards: press 5 first')
        await pilot.press("s")
        await until_shown(pilot, app, "Nothing is running.")
        assert "s stop" not in text_of(app) and "Guards" not in text_of(app)  # one at a time

        await pilot.press("l")  # the log has the keyboard, and the bottom line its keys
        assert app.query_one(LogView).lines.has_focus
        assert "▹ data" in text_of(app) and "/ search" in lines_of(app)[-1]
        assert "n next" not in lines_of(app)[-1]
        await pilot.press("escape")
        assert app.query_one(StageList).has_focus and "▸ data" in text_of(app)
        await pilot.press("down", "slash", *"paddle")  # from the stages too, and while it is typed
        await until_shown(pilot, app, "/paddle ")
        await pilot.press("enter")
        assert "n next  N before" in lines_of(app)[-1]
        await pilot.press("escape", "escape")

        await pilot.press("5", "e", "2")  # from a page the numbers lead on
        assert isinstance(app.screen, ParityScreen)
        await pilot.press("6")
        await until_shown(pilot, app, "2 runs")
        await pilot.press("slash", *RUN[-4:])  # only the rows with that
        await until_shown(pilot, app, "find, 1 of 2:")
        await pilot.press("enter", "escape")
        assert not isinstance(app.focused, Input) and isinstance(app.screen, HistoryScreen)

        await pilot.press("up", "full_stop")  # what can be done with it
        await until_shown(pilot, app, "compare")
        await pilot.press("c")
        await until_shown(pilot, app, "two runs compared")
        await pilot.press("escape")


async def test_tabs_and_bottom_line_can_be_clicked_and_a_click_selects(tmp_path: Path) -> None:
    async with opened(CalmBackend(recorded_project(tmp_path / "p")), LARGE) as (app, pilot):
        await pilot.click("StageList", offset=(4, 6))
        assert app.query_one(StageList).selected == "export"
        assert not app.screen.has_class("-enlarged")
        tabs = app.screen.query_one("StageDetail .tabs")
        await pilot.click(tabs, offset=(str(tabs.render()).index("Metrics"), 0))
        assert app.query_one(StageDetail).tab == "metrics"
        await pilot.click("#tabs", offset=(lines_of(app)[1].index("guards"), 0))
        await calm(pilot)
        assert isinstance(app.screen, GuardsScreen)
        await pilot.click("Footer #keys", offset=(lines_of(app)[-1].index("help"), 0))
        await until_shown(pilot, app, "esc closes")
        await pilot.press("escape", "1")
        assert isinstance(app.screen, RunScreen)
