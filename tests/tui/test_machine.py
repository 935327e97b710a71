"""The machine screen: what stands between the user and a run, and what to press about it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from pipeline.errors import EngineError
from pipeline.machine.doctor import Finding
from support.backends import ENGINE_OK, IMAGES_OK, NO_ENGINE, NO_IMAGES, FaultyBackend
from support.recorded import recorded_project
from support.screen import LARGE, SMALL, opened, text_of, until, until_shown
from tui.screens.build import BuildScreen
from tui.screens.confirm import ConfirmScreen
from tui.screens.machine import MachineScreen
from tui.screens.run import RunScreen

LEFTOVERS = Finding("containers", "warning", "containers of dead runs: x", "paddock clean")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return recorded_project(tmp_path / "p")


@pytest.mark.parametrize(
    ("findings", "sentence"),
    [
        ((NO_ENGINE,), "✘ No run can start: no engine answers. Start it, then press e."),
        ((ENGINE_OK, NO_IMAGES), "✘ No run can start: images are missing. Press b to build them."),
        ((ENGINE_OK, Finding("disk", "problem", "x")), "✘ No run can start: see below"),
    ],
)
async def test_a_problem_is_shown_at_once_with_what_to_press(
    folder: Path, findings: Sequence[Finding], sentence: str
) -> None:
    async with opened(FaultyBackend(folder, findings)) as (app, pilot):
        await until(pilot, lambda: isinstance(app.screen, MachineScreen))
        await until_shown(pilot, app, sentence)
        await pilot.press("1")
        assert isinstance(app.screen, RunScreen)


@pytest.mark.parametrize(
    ("findings", "sentence"),
    [
        ((ENGINE_OK, IMAGES_OK), "✔ This machine has all that a run needs."),
        ((ENGINE_OK, LEFTOVERS), "! A run can start; there is 1 warning."),
    ],
)
async def test_without_a_problem_the_run_is_shown_first(
    folder: Path, findings: Sequence[Finding], sentence: str
) -> None:
    async with opened(FaultyBackend(folder, findings)) as (app, pilot):
        assert isinstance(app.screen, RunScreen)
        await pilot.press("7")
        await until_shown(pilot, app, sentence)


async def test_remedies_stand_below_what_they_are_for(folder: Path) -> None:
    backend = FaultyBackend(folder, (NO_ENGINE,))
    async with opened(backend) as (app, pilot):
        await until_shown(pilot, app, "→ start it: scripts/engine")
        lines = text_of(app).splitlines()
        place = next(n for n, line in enumerate(lines) if "engine: no engine answers" in line)
        assert "✘ problem" in lines[place] and "→ start it" in lines[place + 1]
        backend.findings = (ENGINE_OK, IMAGES_OK)
        await pilot.press("e")
        await until_shown(pilot, app, "This machine has all that a run needs.")


async def test_images_are_listed_with_id_and_size(folder: Path) -> None:
    async with opened(FaultyBackend(folder, images=6)) as (app, pilot):
        await pilot.press("7")
        await until_shown(pilot, app, "Images on the engine")
        lines = text_of(app).splitlines()
        base = next(line for line in lines if "paddock-base:3.1.1" in line)
        assert "✔ there" in base and "1.0 GB" in base and "000000000000" in base
        assert "✘ missing" in next(line for line in lines if "paddock-example" in line)


async def test_missing_images_are_built_from_here(folder: Path) -> None:
    backend = FaultyBackend(folder, (ENGINE_OK, NO_IMAGES), images=0)
    async with opened(backend) as (app, pilot):
        await until_shown(pilot, app, "Press b to build them.")
        await pilot.press("b")
        assert isinstance(app.screen, BuildScreen)
        await until_shown(pilot, app, "all 7 images are there")
        await pilot.press("escape")
        await until_shown(pilot, app, "This machine has all that a run needs.")
        assert text_of(app).count("✔ there") == 7


async def test_leftovers_are_removed_after_asking(folder: Path) -> None:
    backend = FaultyBackend(folder, (ENGINE_OK, IMAGES_OK, LEFTOVERS))
    async with opened(backend) as (app, pilot):
        await pilot.press("7")
        await until_shown(pilot, app, "press x to remove those of this project")
        await pilot.press("x")
        assert isinstance(app.screen, ConfirmScreen)
        await pilot.press("enter")  # the first answer is no
        assert backend.cleaned == 0
        backend.findings = (ENGINE_OK, IMAGES_OK)
        await pilot.press("x", "down", "enter")
        await until_shown(pilot, app, "removed paddock-p-train")
        await until_shown(pilot, app, "This machine has all that a run needs.")


async def test_what_keeps_leftovers_from_being_removed_is_said(folder: Path) -> None:
    backend = FaultyBackend(folder, (ENGINE_OK, IMAGES_OK, LEFTOVERS))
    backend.error = EngineError("another run is going on", "lock", "wait for it")
    async with opened(backend) as (app, pilot):
        await pilot.press("7", "x", "down", "enter")
        await until_shown(pilot, app, "another run is going on")
        assert "wait for it" in text_of(app)


async def test_what_an_engine_says_is_only_text(folder: Path) -> None:
    hostile = Finding("engine", "problem", "\x1b[2J[red]x[/red]\u202e", "[link=x]do\x9b1A")
    async with opened(FaultyBackend(folder, (hostile,))) as (app, pilot):
        await until_shown(pilot, app, "\\x1b[2J[red]x[/red]\\u202e")
        assert "[link=x]do\\x9b1A" in text_of(app)


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
