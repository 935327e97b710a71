"""The machine screen: what stands between the user and a run, and what to press about it."""

from pathlib import Path

import pytest

from pipeline.errors import EngineError
from pipeline.machine.doctor import Finding
from support.backends import ENGINE_OK, IMAGES_OK, NO_ENGINE, NO_IMAGES, FaultyBackend
from support.screen import LARGE, SMALL, opened, text_of, until, until_shown
from tui.screens.ask import AskScreen
from tui.screens.build import BuildScreen
from tui.screens.machine import MachineScreen
from tui.screens.run import RunScreen

LEFTOVERS = Finding("containers", "warning", "left behind by dead runs: x", "paddock clean")


async def test_problems_are_shown_at_once_with_what_to_press(folder: Path) -> None:
    backend = FaultyBackend(folder, (NO_ENGINE,))
    async with opened(backend) as (app, pilot):
        await until(pilot, lambda: isinstance(app.screen, MachineScreen))
        await until_shown(
            pilot, app, "✘ No run can start: no engine answers. Start it, then press e."
        )
        lines = text_of(app).splitlines()  # remedies stand below what they are for
        place = next(n for n, line in enumerate(lines) if "engine: no engine answers" in line)
        assert "✘ problem" in lines[place] and "→ start it: scripts/engine" in lines[place + 1]
        disk = (ENGINE_OK, Finding("disk", "problem", "x"))
        hostile = Finding("engine", "problem", "\x1b[2J[red]x[/red]\u202e", "[link=x]do\x9b1A")
        for findings, sentences in (
            (disk, ("✘ No run can start: see below",)),
            ((hostile,), ("\\x1b[2J[red]x[/red]\\u202e", "[link=x]do\\x9b1A")),
            ((ENGINE_OK, LEFTOVERS), ("! A run can start; there is 1 warning.",)),
            ((ENGINE_OK, IMAGES_OK), ("✔ This machine has all that a run needs.",)),
        ):
            backend.findings = findings
            await pilot.press("e")
            await until_shown(pilot, app, *sentences)
        await pilot.press("1")
        assert isinstance(app.screen, RunScreen)


async def test_without_a_problem_the_run_is_shown_first(folder: Path) -> None:
    backend = FaultyBackend(folder, (ENGINE_OK, IMAGES_OK, LEFTOVERS), images=6)
    backend.on_disk = Finding("disk", "ok", "images 1.7 GB · 60.0 GB free")
    async with opened(backend) as (app, pilot):
        assert isinstance(app.screen, RunScreen)
        await pilot.press("7")
        await until_shown(pilot, app, "! A run can start; there is 1 warning.")
        await until_shown(pilot, app, "disk: images 1.7 GB · 60.0 GB free")
        lines = text_of(app).splitlines()  # images with ID and size
        base = next(line for line in lines if "paddock-base:3.1.1" in line)
        assert "✔ there" in base and "1.0 GB" in base and "000000000000" in base
        assert "✘ missing" in next(line for line in lines if "paddock-example" in line)


async def test_missing_images_are_built_from_here(folder: Path) -> None:
    backend = FaultyBackend(folder, (ENGINE_OK, NO_IMAGES), images=0)
    async with opened(backend) as (app, pilot):
        await until(pilot, lambda: isinstance(app.screen, MachineScreen))
        await until_shown(
            pilot, app, "✘ No run can start: images are missing. Press b to build them."
        )
        await pilot.press("b")
        assert isinstance(app.screen, BuildScreen)
        await until_shown(pilot, app, "all 8 images are there")
        await pilot.press("escape")
        await until_shown(pilot, app, "This machine has all that a run needs.")
        assert text_of(app).count("✔ there") == 8


async def test_leftovers_are_removed_after_asking(folder: Path) -> None:
    backend = FaultyBackend(folder, (ENGINE_OK, IMAGES_OK, LEFTOVERS))
    async with opened(backend) as (app, pilot):
        await pilot.press("7")
        await until_shown(pilot, app, "press x to remove them")
        await pilot.press("x")
        assert isinstance(app.screen, AskScreen)
        await pilot.press("enter")  # the first answer is no
        assert backend.cleaned == 0
        backend.error = EngineError("another run is going on", "lock", "wait for it")
        await pilot.press("x", "y")
        await until_shown(pilot, app, "another run is going on", "wait for it")
        backend.findings, backend.error = (ENGINE_OK, IMAGES_OK), None
        await pilot.press("x", "down", "enter")
        await until_shown(pilot, app, "removed paddock-p-train")
        await until_shown(pilot, app, "This machine has all that a run needs.")
        await pilot.press("x")
        await until_shown(pilot, app, "Nothing was left behind.")


async def test_nothing_is_drawn_twice(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened(FaultyBackend(folder)) as (app, pilot):
        await pilot.press("7")
        await until_shown(pilot, app, "Images on the engine")
        screen = app.screen
        assert isinstance(screen, MachineScreen)
        drawn: list[object] = []
        for widget in screen.query("Line, Findings, ImageList"):
            monkeypatch.setattr(widget, "update", drawn.append)
        screen.show_run(app.view)
        await pilot.pause()
        assert drawn == []


async def test_every_size_is_survived(folder: Path) -> None:
    async with opened(FaultyBackend(folder, (NO_ENGINE,))) as (app, pilot):
        await until(pilot, lambda: isinstance(app.screen, MachineScreen))
        for size in (SMALL, LARGE, (40, 10), (20, 5)):
            await pilot.resize_terminal(*size)
            await pilot.press("down", "pagedown")
            await pilot.resize_terminal(*SMALL)
            await pilot.press("home")
            await until_shown(pilot, app, "✘ problem")
