"""Building the images: what is seen of it, how it fails, and leaving it alone meanwhile."""

import re
from pathlib import Path

import pytest

from pipeline.errors import EngineError
from pipeline.images.events import (
    BaseTried,
    BuildEvent,
    BuildFailed,
    ImageFinished,
    ImageStarted,
    LogLine,
    Outcome,
    PullProgressed,
    StepStarted,
)
from support.backends import ENGINE_OK, NO_IMAGES, FaultyBackend
from support.recorded import recorded_project
from support.screen import LARGE, SMALL, lines_of, opened, text_of, until, until_shown
from tui.screens.ask import AskScreen
from tui.screens.build import BuildScreen
from tui.screens.machine import MachineScreen

BASE, DATA = "paddock-base:3.1.1", "paddock-data:3.1.1"
BEGUN: list[BuildEvent] = [
    ImageStarted(BASE, 1, 7),
    BaseTried("python:3.10-slim", Outcome.FAILED, "no answer"),
    BaseTried("mirror/python:3.10", Outcome.USED, ""),
    PullProgressed("mirror/python:3.10", 0, 40_000_000),
    PullProgressed("mirror/python:3.10", 10_000_000, 40_000_000),
]
HALFWAY: list[BuildEvent] = [
    *BEGUN,
    StepStarted(BASE, 1, 2, "RUN true"),
    ImageFinished(BASE, "sha256:" + "a" * 64, 412_000_000, 31.0, False),
    ImageStarted(DATA, 2, 7),
    StepStarted(DATA, 4, 9, "RUN pip install"),
    *(LogLine(DATA, f"line {number}") for number in range(2000)),
    LogLine(DATA, "[red]not markup[/red]"),
]


@pytest.fixture
def backend(tmp_path: Path) -> FaultyBackend:
    made = FaultyBackend(recorded_project(tmp_path / "p"), (ENGINE_OK, NO_IMAGES), images=0)
    made.go_on.clear()
    return made


async def test_how_far_each_image_is(backend: FaultyBackend) -> None:
    backend.script = HALFWAY
    async with opened(backend, LARGE) as (app, pilot):
        await pilot.press("b")
        await until_shown(pilot, app, "1 of 8 images are ready")
        lines = text_of(app).splitlines()
        base = next(line for line in lines if BASE in line)
        assert "✔ done" in base and "built in 31 s · 412.0 MB · aaaaaaaaaaaa" in base
        data = next(line for line in lines if DATA in line)
        assert "▶ building" in data and "step 4/9 · RUN pip install" in data
        assert "○ waiting" in next(line for line in lines if "paddock-verify" in line)
        await until(pilot, lambda: lines_of(app)[-2].strip() == "[red]not markup[/red]")
        assert "line 1999" in text_of(app) and "line 1000" not in text_of(app)
        for size in ((40, 10), (20, 5), SMALL, LARGE):  # any will do
            await pilot.resize_terminal(*size)
            await pilot.pause()
        await until_shown(pilot, app, "1 of 8 images are ready")
        backend.go_on.set()
        await until_shown(pilot, app, "all 8 images are there")


async def test_a_build_that_fails_in_the_middle(backend: FaultyBackend) -> None:
    backend.script = [*HALFWAY, BuildFailed(DATA, ("line 1999",))]
    async with opened(backend) as (app, pilot):
        await pilot.press("b")
        await until_shown(pilot, app, "line 1999")
        backend.build_error = EngineError(
            "building data: packages cannot\x1b be downloaded", DATA, "try"
        )
        backend.go_on.set()
        await until_shown(pilot, app, "✘ building data: packages cannot\\x1b be downloaded")
        await until_shown(pilot, app, "→ try")
        shown = text_of(app)
        assert "line 1999" in shown and "✘ failed" in shown
        log = next((backend.state / "builds").iterdir())
        assert str(log) in re.sub(r"\s", "", shown)
        written = log.read_text()
        assert all(f"line {number}\n" in written for number in range(2000))
        assert "failed: building data" in written and "do: try" in written
        await pilot.press("escape")
        assert isinstance(app.screen, MachineScreen)
        assert "images are missing" in text_of(app)

        log.unlink()
        backend.script = [ImageStarted(BASE, 1, 7)]
        backend.build_error = ZeroDivisionError("oops")  # which nobody foresaw
        await pilot.press("b")
        await until_shown(pilot, app, "ZeroDivisionError: oops")
    assert "Traceback" in next((backend.state / "builds").iterdir()).read_text()


async def test_leaving_lets_it_go_on_and_the_end_is_told(backend: FaultyBackend) -> None:
    backend.script = BEGUN
    async with opened(backend) as (app, pilot):
        await pilot.press("b")
        await until_shown(pilot, app, "0 of 8 images are ready", "base: using mirror/python:3.10")
        assert "pulled 10.0 MB of 40.0 MB so far" in text_of(app)
        await pilot.press("q")
        await until_shown(pilot, app, "Leaving ends that; what is finished stays.")
        await pilot.press("enter")
        assert isinstance(app.screen, BuildScreen) and app.run_goes_on is False
        await pilot.press("escape")
        assert isinstance(app.screen, AskScreen)
        await until_shown(pilot, app, "it goes on in the background")
        await pilot.press("enter")
        assert isinstance(app.screen, BuildScreen)
        await pilot.press("escape", "down", "enter")
        assert isinstance(app.screen, MachineScreen)
        await until_shown(pilot, app, "Images are being built; b shows how far they are.")
        await pilot.press("b")
        assert isinstance(app.screen, BuildScreen) and backend.builds == 1
        await pilot.press("escape", "down", "enter")
        backend.go_on.set()
        await until_shown(pilot, app, "The images are built.")
        await until_shown(pilot, app, "This machine has all that a run needs.")


async def test_without_a_project_the_log_is_a_temporary_file(tmp_path: Path) -> None:
    backend = FaultyBackend(tmp_path, (ENGINE_OK, NO_IMAGES), images=0)
    async with opened(backend) as (app, pilot):
        await pilot.press("b")
        await until_shown(pilot, app, "all 8 images are there")
        assert isinstance(app.screen, BuildScreen)
        log = Path(app.screen.job.log_path)
    assert list(tmp_path.iterdir()) == []
    assert f"made {DATA}" in log.read_text()
    log.unlink()
