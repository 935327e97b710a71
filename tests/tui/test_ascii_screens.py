"""On a terminal that shows nothing beyond ASCII, every screen and every dialog is ASCII."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.pace import QUICK
from support.pretended import PretendedEngine
from support.projects import SCRATCH, write_project
from support.recorded import CACHED_RUN, RUN, recorded_project
from support.replay import going_on
from support.screen import SMALL, CalmBackend, lines_of, opened, text_of, until_shown
from support.sweeps import Script, failed
from tui.appearance import Appearance, use


@pytest.fixture(autouse=True)
def _ascii() -> Iterator[None]:
    use(Appearance(ascii_only=True, pace=QUICK))
    yield
    use(Appearance())


async def test_nothing_beyond_ascii(tmp_path: Path) -> None:
    folder = recorded_project(tmp_path / "p", runs=(RUN, CACHED_RUN))
    async with opened(CalmBackend(folder), SMALL) as (app, pilot):
        for keys, shown in (
            ("down l", "ok cached"),  # with its warnings
            ("m", "best 99.00% at step 48"),  # the curves' axes too
            ("i", "image"),
            ("x", "x is "),  # what is said above the bottom line
            ("full_stop", "What to do with train?"),
            ("escape R", "From data until verify"),
            ("escape ? slash k", "find, "),
            ("escape escape escape", "enlarge"),
            ("2", "ZH3[6]LXR0D"),  # marked with brackets
            ("enter", "=+="),  # drawn with characters
            ("escape 4", "ok one environment"),
            ("5", "ok passed"),
            ("6", "2 runs"),
            ("c", "two runs compared"),
            ("escape 7", "engine"),
        ):
            await pilot.press(*keys.split())
            await until_shown(pilot, app, shown)
            assert text_of(app).isascii(), [line for line in lines_of(app) if not line.isascii()]


async def test_leaving(folder: Path) -> None:
    with going_on(folder, '"done": 235, "total": 300'):
        async with opened(CalmBackend(folder), SMALL) as (app, pilot):
            await pilot.press("q")
            await until_shown(pilot, app, "Detach")
            assert text_of(app).isascii()


async def test_an_empty_folder(tmp_path: Path) -> None:
    async with opened(CalmBackend(tmp_path), SMALL) as (app, pilot):
        await until_shown(pilot, app, "What should it become?")
        assert text_of(app).isascii()
        await pilot.press("end", "enter")
        await until_shown(pilot, app, "data folder")
        assert text_of(app).isascii()


async def test_a_sweep(tmp_path: Path, engine: PretendedEngine) -> None:
    folder = write_project(tmp_path / "p", SCRATCH + "[sweep.matrix]\ntrain.seed = [1, 2]\n")
    script = Script(("a", "b", "c"), 2).begin("a").end("a").begin("b", "data", "train")
    script.end("b", **failed("b")).begin("c", "data").write(folder)
    async with opened(CalmBackend(folder), SMALL) as (app, pilot):
        for keys, shown in (
            ("8", "cut short"),
            ("end", "stopped: data"),
            ("up", "ended with code 3"),
            ("right right", "state^"),
            ("r", "shared data"),
        ):
            await pilot.press(*keys.split())
            await until_shown(pilot, app, shown)
            assert text_of(app).isascii(), [line for line in lines_of(app) if not line.isascii()]
