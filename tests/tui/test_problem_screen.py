"""A project file with an error: what is shown of it, and mending it."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from support.projects import MINIMAL, write_project
from support.screen import CalmBackend, opened, text_of, until, until_shown
from tui.programs import EditorFailed, editor, run_editor
from tui.screens.problem import ProblemScreen
from tui.screens.project import NewProjectScreen
from tui.screens.run import RunScreen

WRONG = MINIMAL + "\n[train]\nepohcs = 5  # [red]x[/red] \x1b[2J\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_project(tmp_path / "plates", WRONG.replace("\x1b", "\u202e"))


async def test_the_line_is_shown_with_its_neighbours_and_what_is_allowed(folder: Path) -> None:
    file = folder / "paddock.toml"
    async with opened(CalmBackend(folder)) as (app, pilot):
        assert isinstance(app.screen, ProblemScreen)
        shown = text_of(app)
        assert '✘ paddock.toml:11: train.epohcs: unknown key; did you mean "epochs"?' in shown
        assert "docs/project-file.md lists every key" in shown
        assert "▸   11  epohcs = 5  # [red]x[/red] \\u202e[2J" in shown
        assert "   10  [train]" in shown
        for size in ((40, 10), (20, 5), (120, 36), (80, 24)):
            await pilot.resize_terminal(*size)
            await until_shown(pilot, app, "paddock.toml")

        # a key of a place that cannot be gone to from here leads nowhere
        await pilot.press("slash")
        await until_shown(pilot, app, "/ does nothing here")

        # reading again shows the next error, and leaves when it is well
        file.write_text(WRONG.replace("\x1b", "").replace("epohcs = 5", 'epochs = "five"'))
        await pilot.press("r")
        await until_shown(pilot, app, "train.epochs: input should be a valid integer")
        assert "found 'five'" in text_of(app)
        file.write_text("[project\n")
        await pilot.press("r")
        await until_shown(pilot, app, "not valid TOML")
        assert "▸    1  [project" in text_of(app)
        file.write_bytes(b"\xff\xfe")
        await pilot.press("r")
        await until_shown(pilot, app, "not UTF-8 (byte 0)")
        file.write_text(MINIMAL)
        await pilot.press("r")
        await until(pilot, lambda: isinstance(app.screen, RunScreen))


async def test_a_file_that_is_gone_is_made_anew(folder: Path) -> None:
    async with opened(CalmBackend(folder)) as (app, pilot):
        (folder / "paddock.toml").unlink()
        await pilot.press("r")
        await until(pilot, lambda: isinstance(app.screen, NewProjectScreen))


async def test_a_terminal_that_cannot_be_lent_is_said(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VISUAL", "true")
    async with opened(CalmBackend(folder)) as (app, pilot):
        await pilot.press("e")
        await until_shown(pilot, app, "This terminal cannot be lent")


async def test_the_editor_mends_the_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = folder / "my editor.py"
    script.write_text(f"import sys\nopen(sys.argv[1], 'w').write({MINIMAL!r})\n")
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", f"{sys.executable} '{script}'")
    async with opened(CalmBackend(folder)) as (app, pilot):

        @contextmanager
        def lent() -> Iterator[None]:
            yield

        monkeypatch.setattr(app, "suspend", lent)  # a test has no terminal to lend
        await pilot.press("e")
        await until(pilot, lambda: isinstance(app.screen, RunScreen))


async def test_without_an_editor_it_says_what_to_set(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("VISUAL", "EDITOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PATH", "")
    async with opened(CalmBackend(folder)) as (app, pilot):
        await pilot.press("e")
        await until_shown(pilot, app, "No editor was found: set EDITOR")


def test_which_editor() -> None:
    assert editor({"VISUAL": "code --wait", "EDITOR": "vi"}) == ("code", "--wait")
    assert editor({"VISUAL": "", "EDITOR": "'/my apps/vi' -n"}) == ("/my apps/vi", "-n")
    assert editor({"VISUAL": "open 'quote", "EDITOR": "vi"}) == ("vi",)
    assert editor({"PATH": ""}) == ()


def test_an_editor_that_cannot_start_or_fails_is_named(tmp_path: Path) -> None:
    with pytest.raises(EditorFailed, match="no-such-editor could not be started: No such file"):
        run_editor(["no-such-editor"], tmp_path / "x")
    with pytest.raises(EditorFailed, match="ended with 3"):
        run_editor([sys.executable, "-c", "raise SystemExit(3)"], tmp_path / "x")


def test_an_editor_that_knows_how_goes_to_the_line(tmp_path: Path) -> None:
    vi = tmp_path / "vi"
    vi.write_text('#!/bin/sh\nprintf "%s|" "$@" > "$0.said"\n')
    vi.chmod(0o755)
    run_editor([str(vi)], tmp_path / "a b.toml", 7)
    assert (tmp_path / "vi.said").read_text() == f"+7|{tmp_path / 'a b.toml'}|"
