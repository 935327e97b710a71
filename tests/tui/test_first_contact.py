"""A folder without a project: the example, or the form; all of it with the keyboard."""

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


def shows(app: PaddockApp, text: str) -> bool:
    """Tell whether the screen says this, wherever lines break: a temporary folder's name decides that."""
    return "".join(text.split()) in "".join(text_of(app).split())


async def test_examples_and_own_data_are_offered_at_any_size(folder: Path) -> None:
    async with opened(FaultyBackend(folder), (40, 10)) as (app, pilot):
        for size in ((40, 10), SMALL, LARGE):
            await pilot.resize_terminal(*size)
            assert isinstance(app.screen, NewProjectScreen)
            await pilot.press("home", "up")  # the list does not wrap
            await until_shown(pilot, app, "▸ The example: read serial numbers")
            await pilot.press("end", "down")
            await until_shown(pilot, app, "▸ My own data")
        await pilot.press("enter")
        assert isinstance(app.screen, FormScreen)
        await pilot.press("escape", "escape")
        await until_shown(pilot, app, "↑ up  ↓ down  ⏎ open")
        await pilot.press("2")
        await until_shown(pilot, app, "There is nothing to show yet")
        assert isinstance(app.screen, NewProjectScreen)
        write_project(folder)  # by somebody else
        await until(pilot, lambda: isinstance(app.screen, RunScreen))


async def test_an_example_says_where_and_leaves_nothing_when_it_is_cancelled(folder: Path) -> None:
    (folder / "notes.md").write_text("mine")
    backend = FaultyBackend(folder, images=7)
    backend.go_on.clear()
    async with opened(backend) as (app, pilot):
        await until_shown(pilot, app, "▸ My own data")
        await pilot.press("down", "enter")
        await until_shown(pilot, app, "Where to?")
        await until(pilot, lambda: shows(app, "/plates/demo will hold paddock.toml"))
        place = app.screen.query_one(Input)
        place.value = "."
        await until_shown(pilot, app, "something lies in")
        await pilot.press("enter")  # which does nothing
        await until_shown(pilot, app, "Where to?")
        place.value = "./new"
        await pilot.press("enter")
        await until_shown(pilot, app, "1 image is missing: paddock-example:3.1.1")
        assert "press b to build them" in text_of(app)
        backend.go_on.set()
        await pilot.press("b")
        assert isinstance(app.screen, BuildScreen)
        await until_shown(pilot, app, "all 8 images are there")
        backend.go_on.clear()
        await pilot.press("escape")
        await until_shown(pilot, app, "drawing the example's images", "fetching alphanumeric")
        await pilot.press("escape")
        await until_shown(pilot, app, "Cancelled. Nothing was left in", "What should it become?")
        assert [path.name for path in folder.iterdir()] == ["notes.md"]
        backend.go_on.set()
        await pilot.press("enter", "enter")
        await until(pilot, lambda: isinstance(app.screen, RunScreen))
        assert load_project(folder / "demo").name == "plates"
        assert sorted(path.name for path in folder.iterdir()) == ["demo", "notes.md"]
        await until(pilot, lambda: shows(app, "Press r to run it"))
        assert app.backend.state == folder / "demo" / ".paddock"


async def test_what_is_missing_comes_first(folder: Path) -> None:
    backend = FaultyBackend(folder, (NO_ENGINE,), images=0)
    backend.error = EngineError("no engine\x1b[2J answers", "unix:///x", "start it: scripts/engine")
    async with opened(backend) as (app, pilot):
        await until_shown(pilot, app, "✘ problem", "start it: scripts/engine")
        await until_shown(pilot, app, "When that is done, e looks at the machine again.")
        await pilot.press("enter")
        await until(pilot, lambda: shows(app, "/plates will hold paddock.toml and data/"))
        await pilot.press("enter")
        await until_shown(pilot, app, "no engine\\x1b[2J answers")
        assert "→ start it: scripts/engine" in text_of(app)
        await pilot.press("escape")
        assert isinstance(app.screen, NewProjectScreen)
        backend.findings, backend.error = (ENGINE_OK, NO_IMAGES), None
        await pilot.press("e")
        await until_shown(pilot, app, "press b to build them")
        await pilot.press("b")  # before anything is chosen
        await until_shown(pilot, app, "all 8 images are there")
        await pilot.press("escape")
        await until_shown(pilot, app, "all 5 stage images are there")
        assert "✘ problem" not in text_of(app)


# The form; what it asks and answers is in test_new_project_views.py.


async def test_form_says_what_it_found_and_keeps_what_was_typed(with_data: Path) -> None:
    (with_data / "data" / "val.txt").write_text("val/0.png\tAé\n", "utf-8")
    async with opened(FaultyBackend(with_data)) as (app, pilot):
        await until_shown(pilot, app, "▸ My own data", "dict.txt (4 characters)")
        await pilot.press("enter")
        await until_shown(pilot, app, "· 2 lines; the first is train/0.png", "all images are")
        await pilot.resize_terminal(*LARGE)
        await until_shown(pilot, app, '"é" (U+00E9) first at val.txt:1, 1 line', "↓ next")
        # What a field says follows what is typed into it, and letters in it are text.
        await pilot.press("end", "q", "w", "1", "b")
        assert field(app, "name").value == "platesqw1b"
        field(app, "name").value = "My Plates"
        field(app, "val").value = "gone.txt"
        await until_shown(pilot, app, "string should match pattern", "no file 'gone.txt' in")
        await pilot.press("escape")
        assert app.focused is None and isinstance(app.screen, FormScreen)
        await until_shown(pilot, app, "w writes the file, esc goes back without")
        await pilot.press("w")
        await until_shown(pilot, app, "Not written")
        assert app.focused is field(app, "name")
        # Choices look like choices, and what another one makes needless is gone.
        await until_shown(pilot, app, "◂ fine-tune an official model ▸  1/5")
        await pilot.press("down", "right")
        await until_shown(pilot, app, "◂ convert an official model as it is ▸  2/5", "50%")
        assert "training" not in text_of(app) and "dictionary" not in text_of(app)
        # Leaving asks, and another form has it all again.
        await pilot.press("escape")
        await until_shown(pilot, app, "Nothing is written yet")
        await pilot.press("down", "enter")
        assert isinstance(app.screen, NewProjectScreen)
        await pilot.press("enter")
        await until_shown(pilot, app, "convert an official model as it is", "My Plates")
        await pilot.press("down", "q")  # not in a field: leave the app
        await until_shown(pilot, app, "Nothing is written yet: what you entered is lost.")
        await pilot.press("escape", "left", "up")
        field(app, "name").value = "mine"
        field(app, "val").value = "val.txt"
        # What a run would refuse is written if one insists.
        await until_shown(pilot, app, '"é" (U+00E9) first at val.txt:1, 1 line')
        await pilot.press("escape", "w")
        await until_shown(pilot, app, "a run would refuse this")
        assert not (with_data / "paddock.toml").exists()
        await pilot.press("w")
        await until(pilot, lambda: isinstance(app.screen, RunScreen))
    assert load_project(with_data).name == "mine"


async def test_form_is_filled_in_by_keyboard_alone_in_a_terminal_of_any_size(
    with_data: Path,
) -> None:
    (with_data / "data" / "train.txt").rename(with_data / "data" / 'train "A".txt')
    async with opened(FaultyBackend(with_data)) as (app, pilot):
        await until_shown(pilot, app, "▸ My own data")
        await pilot.press("enter")
        await until(pilot, lambda: field(app, "val").value == "val.txt")
        for size in ((20, 5), (40, 10)):
            await pilot.resize_terminal(*size)
        await pilot.press("end", "minus", "2")
        # The form is higher than the terminal: down goes through it, and what is there is seen.
        await pilot.press(*["down"] * 4, "right")
        await until_shown(pilot, app, "◂ full: all weights")
        await pilot.press(*["down"] * 6)  # faster than any scrolling
        await until_shown(pilot, app, "▸ characters")
        await pilot.press("right", "left", *["down"] * 4)
        assert isinstance(app.focused, Button)
        await until_shown(pilot, app, "Write paddock.toml")
        await pilot.resize_terminal(*SMALL)
        file = with_data / "paddock.toml"
        file.write_text("mine")
        await pilot.press("enter")
        await until_shown(pilot, app, "there is a project already")
        assert file.read_text() == "mine"
        file.unlink()
        # A button takes nothing while it looks pressed.
        await until(pilot, lambda: not app.screen.query_one(Button).has_class("-active"))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, RunScreen))
    settings = load_project(with_data).settings
    assert settings.project.name == "plates-2" and settings.train.mode == "full"
    assert settings.data.train == ['train "A".txt'] and settings.verify.min_accuracy == 0.9
    assert "# chooses the best checkpoint" in file.read_text()


async def test_markup_and_escapes_in_names_are_text(tmp_path: Path) -> None:
    folder = tmp_path / "[red]x[bold"
    (folder / "a\x1b[2J").mkdir(parents=True)
    (folder / "[b]dict.txt").write_text("A\n")
    (folder / "[b]train.txt").write_text("[b].png\t[red]\x1b[2J\n")
    async with opened(FaultyBackend(folder), LARGE) as (app, pilot):
        await until_shown(pilot, app, "[red]x[bold", "[b]train.txt (1 line)")
        await pilot.press("enter")
        await until(pilot, lambda: bool(field(app, "name").value))
        assert field(app, "dictionary").value == "[b]dict.txt"
        assert field(app, "name").value == "red-x-bold"
        await until(pilot, lambda: shows(app, "1 of 1 images are not where [b]train.txt says"))
        assert "\x1b" not in text_of(app)
