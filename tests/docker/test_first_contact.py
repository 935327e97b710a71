"""First contact with a real engine: an example written into an empty folder, by keyboard alone."""

import os
from pathlib import Path

import pytest
from docker import DockerClient
from textual.widgets import Input

from pipeline.plan.workspace import PROJECT_LABEL
from pipeline.project import load_project
from support.screen import SMALL, until, until_shown
from tui.app import PaddockApp
from tui.backend import Backend
from tui.screens.example import ExampleScreen
from tui.screens.project import NewProjectScreen
from tui.screens.run import RunScreen

pytestmark = [pytest.mark.docker, pytest.mark.images]


def examples_on(client: DockerClient) -> list[str]:
    """Return the containers and volumes of examples that are being drawn."""
    containers = client.containers.list(all=True, filters={"label": PROJECT_LABEL})
    volumes = client.volumes.list(filters={"label": PROJECT_LABEL})
    names = [str(item.name) for item in containers] + [str(item.name) for item in volumes]
    return [name for name in names if "paddock-example-" in name]


async def test_example_is_drawn_into_an_empty_folder(tmp_path: Path) -> None:
    app = PaddockApp(Backend(tmp_path, os.environ))
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        await until_shown(pilot, app, "There is no project in this folder yet.")
        await until_shown(pilot, app, "all 6 stage images are there")
        await pilot.press("enter")
        await until_shown(pilot, app, "will hold paddock.toml and data/")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, RunScreen), 120)
        await until_shown(pilot, app, "alphanumeric")
    project = load_project(tmp_path)
    lines = (project.data_root / "train.txt").read_text("utf-8").splitlines()
    assert len(lines) == 1000
    assert all((project.data_root / line.partition("\t")[0]).is_file() for line in lines)


async def test_stopping_the_drawing_leaves_nothing(tmp_path: Path, client: DockerClient) -> None:
    before = examples_on(client)
    app = PaddockApp(Backend(tmp_path, os.environ))
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        await until_shown(pilot, app, "There is no project in this folder yet.")
        await pilot.press("enter")
        app.screen.query_one(Input).value = "new/demo"
        await pilot.press("enter")
        await until_shown(pilot, app, "drawing the example's images")
        assert isinstance(app.screen, ExampleScreen)
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, NewProjectScreen), 60)
        await until_shown(pilot, app, "Cancelled. Nothing was left")
    assert list(tmp_path.iterdir()) == []
    assert examples_on(client) == before
