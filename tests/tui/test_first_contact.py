"""A folder without a project: the example, or the form; all of it with the keyboard."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from textual.widgets import Button, Input

from pipeline.errors import EngineError
from pipeline.project import load_project
from support.backends import ENGINE_OK, NO_ENGINE, NO_IMAGES, FaultyBackend
from support.projects import write_project
from support.screen import LARGE, SMALL, opened, text_of, until, until_shown
from tui.app import PaddockApp
from tui.screens.build import BuildScreen
from tui.screens.form import FormScreen
from tui.screens.project import NewProjectScreen
from tui.screens.run import RunScreen


@pytest.fixture(autouse=True)
def _temporary(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the logs of builds without a project where pytest tidies up."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path_factory.mktemp("temporary")))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "plates"
    made.mkdir()
    return made


@pytest.fixture
def with_data(tmp_path: Path) -> Path:
    """A folder with data of its own under usual names, and no project file."""
    made = write_project(tmp_path / "plates")
    (made / "paddock.toml").unlink()
    return made


def field(app: PaddockApp, name: str) -> Input:
    return app.screen.query_one(f"#{name} Input", Input)


async def test_examples_and_own_data_are_offered_at_any_size(folder: Path) -> None:
    async with opened(FaultyBackend(folder), (40, 10)) as (app, pilot):
        for size in ((40, 10), SMALL, LARGE):
            await pilot.resize_terminal(*size)
            assert isinstance(app.screen, NewProjectScreen)
            await pilot.press("home")
            await until_shown(pilot, app, "read serial numbers")
            await pilot.press("end")
            await until_shown(pilot, app, "My own data")
            await pilot.press("enter")
            assert isinstance(app.screen, FormScreen)
            await pilot.press("escape", "escape")
        assert isinstance(app.screen, NewProjectScreen)
        write_project(folder)  # by somebody else
        await until(pilot, lambda: isinstance(app.screen, RunScreen))


async def test_example_can_be_stopped_and_made_again(folder: Path) -> None:
    backend = FaultyBackend(folder)
    backend.go_on.clear()
    async with opened(backend) as (app, pilot):
        await pilot.press("enter")
        await until_shown(pilot, app, "drawing the example's images", "fetching alphanumeric")
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, NewProjectScreen))
        assert list(folder.iterdir()) == []
        backend.go_on.set()
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, RunScreen))
        assert load_project(folder).name == "plates"
        await until_shown(pilot, app, "run it.")


async def test_example_without_images_offers_to_build_them(folder: Path) -> None:
    async with opened(FaultyBackend(folder, images=6)) as (app, pilot):
        await pilot.press("enter")
        await until_shown(pilot, app, "1 image is missing: paddock-example:3.1.1")
        assert "press b to build them" in text_of(app)
        await pilot.press("b")
        assert isinstance(app.screen, BuildScreen)
        await until_shown(pilot, app, "all 7 images are there")
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, RunScreen))


async def test_what_is_missing_comes_first(folder: Path) -> None:
    backend = FaultyBackend(folder, (NO_ENGINE,), images=0)
    backend.error = EngineError("no engine\x1b[2J answers", "unix:///x", "start it: scripts/engine")
    async with opened(backend) as (app, pilot):
        await until_shown(pilot, app, "✘ problem", "start it: scripts/engine")
        await until_shown(pilot, app, "When that is done, e looks at the machine again.")
        await pilot.press("enter")
        await until_shown(pilot, app, "no engine\\x1b[2J answers")
        assert "→ start it: scripts/engine" in text_of(app)
        await pilot.press("escape")
        assert isinstance(app.screen, NewProjectScreen)
        backend.findings, backend.error = (ENGINE_OK, NO_IMAGES), None
        await pilot.press("e")
        await until_shown(pilot, app, "press b to build them")
        await pilot.press("b")  # before anything is chosen
        await until_shown(pilot, app, "all 7 images are there")
        await pilot.press("escape")
        await until_shown(pilot, app, "all 5 stage images are there")
        assert "✘ problem" not in text_of(app)


# The form.


async def test_form_finds_what_is_there_and_writes_it(with_data: Path) -> None:
    async with opened(FaultyBackend(with_data)) as (app, pilot):
        await until_shown(pilot, app, "there is a folder called data already")
        await pilot.press("enter")  # no example is mixed with it: the form is the only way
        await until(pilot, lambda: isinstance(app.screen, FormScreen))
        await until(pilot, lambda: field(app, "train").value == "train.txt")
        for size in ((40, 10), (20, 5), LARGE):
            await pilot.resize_terminal(*size)
        await pilot.press(*["tab"] * 9)
        assert isinstance(app.focused, Button)
        await pilot.resize_terminal(*SMALL)
        await until_shown(pilot, app, "Write paddock.toml")
        mine = '[project]\nname = "mine"\n[data]\ntest = ["test.txt"]\ndictionary = "dict.txt"\n'
        mine += '[export]\nmodel = "PP-OCRv4_mobile_rec"\n'
        file = with_data / "paddock.toml"
        file.write_text(mine)
        await pilot.press("w")
        await until_shown(pilot, app, "there is a project already")
        assert file.read_text() == mine
        file.unlink()
        await pilot.press("w")
        await until(pilot, lambda: isinstance(app.screen, RunScreen))
    project = load_project(with_data)
    assert project.name == "plates" and project.settings.data.test == ["test.txt"]
    assert "# chooses the best checkpoint" in file.read_text()


async def test_form_is_filled_in_by_keyboard_alone(with_data: Path) -> None:
    (with_data / "data" / "train.txt").rename(with_data / "data" / 'lines "A".txt')
    async with opened(FaultyBackend(with_data)) as (app, pilot):
        await pilot.press("enter")
        await until(pilot, lambda: field(app, "val").value == "val.txt")
        await pilot.press("end", "minus", "2", "tab", "tab", *["delete"] * 9)
        await pilot.press(*"lines", "space", "quotation_mark", "A", "quotation_mark", *".txt")
        await pilot.press("enter", "down", "down", "down", "right")
        await pilot.press("tab", "tab", "space", "tab")
        assert isinstance(app.focused, Button)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, RunScreen))
    settings = load_project(with_data).settings
    assert settings.project.name == "plates-2"
    assert settings.data.train == ['lines "A".txt'] and settings.data.use_space_char
    assert settings.train.mode == "full"


async def test_errors_stand_at_their_fields(with_data: Path) -> None:
    (with_data / "data" / "val.txt").unlink()
    async with opened(FaultyBackend(with_data), LARGE) as (app, pilot):
        await pilot.press("enter")
        await until_shown(pilot, app, "no file 'val.txt' in")
        await pilot.press("end", "q", "w", "1", "b")  # letters in a field are text
        assert field(app, "name").value == "platesqw1b"
        field(app, "name").value = "My Plates"
        await until_shown(pilot, app, "string should match pattern", "no file 'val.txt' in")
        await pilot.press("escape")
        assert app.focused is None and isinstance(app.screen, FormScreen)
        await until_shown(pilot, app, "w writes the file, esc goes back without")
        await pilot.press("w")
        await until_shown(pilot, app, "Not written")
        assert app.focused is field(app, "name")
        field(app, "dictionary").value = "x" * 300
        await until_shown(pilot, app, "'xxxxxxxx")
        await pilot.press("escape", "escape")
        assert isinstance(app.screen, NewProjectScreen)
    assert not (with_data / "paddock.toml").exists()


async def test_official_model_needs_only_what_it_is_measured_on(with_data: Path) -> None:
    for split in ("train", "val"):
        (with_data / "data" / f"{split}.txt").unlink()
    (with_data / "dict.txt").unlink()
    async with opened(FaultyBackend(with_data)) as (app, pilot):
        await pilot.press("enter")
        await until_shown(pilot, app, "no file 'train.txt'")
        await pilot.resize_terminal(40, 10)  # the form is higher, and arrows still go through it
        await pilot.press(*["down"] * 7, "left")
        assert app.focused is app.screen.query_one("#start Choice")
        await pilot.resize_terminal(*SMALL)
        await until_shown(pilot, app, "mode frozen starts from an official inference model")
        await pilot.press("down", "right")  # from scratch, only with full training
        await until(pilot, lambda: "mode frozen starts" not in text_of(app))
        await pilot.press("left", "up", "right", "right")
        await until(pilot, lambda: app.screen.query_one("#train").disabled)
        await until(pilot, lambda: "no file" not in text_of(app))
        await pilot.press("w")
        await until(pilot, lambda: isinstance(app.screen, RunScreen))
    settings = load_project(with_data).settings
    assert settings.export.model == "PP-OCRv5_mobile_rec" and settings.data.train == []
    assert settings.data.dictionary == "" and settings.data.use_space_char


async def test_markup_and_escapes_in_names_are_text(tmp_path: Path) -> None:
    folder = tmp_path / "[red]x[bold"
    (folder / "a\x1b[2J").mkdir(parents=True)
    (folder / "[b]dict.txt").write_text("A\n")
    async with opened(FaultyBackend(folder), LARGE) as (app, pilot):
        assert "[red]x[bold" in text_of(app)
        await pilot.press("end", "enter")
        await until(pilot, lambda: bool(field(app, "name").value))
        assert field(app, "dictionary").value == "[b]dict.txt"
        assert field(app, "name").value == "red-x-bold"
        assert "\x1b" not in text_of(app)
