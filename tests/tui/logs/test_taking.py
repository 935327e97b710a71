"""Taking something out of a log: copying, saving, opening it in a pager."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.log_desk import Desk
from tui.logs.copying import MOST_BYTES
from tui.widgets.log_view import LogView


async def test_the_current_line_is_copied(desk: Desk) -> None:
    await desk.press("y")
    assert desk.app.clipboard == "line 99"
    await desk.press("k", "y")
    assert desk.app.clipboard == "line 98"
    assert desk.app.notices == ["Copied 1 line.", "Copied 1 line."]


async def test_marked_lines_are_copied_clean(desk: Desk) -> None:
    desk.write("\x1b[1mbold\x1b[0m", "a\tb", "10%\r99%")
    await desk.until(lambda: desk.shown[-1] == "99%")
    await desk.press("v", "k", "k", "k")
    await desk.until_title("4 marked")
    await desk.press("y")
    assert desk.app.clipboard == "line 99\nbold\na       b\n99%"
    assert desk.app.notices == ["Copied 4 lines."]
    assert "marked" not in desk.app.title_row


async def test_marks_are_taken_back(desk: Desk) -> None:
    await desk.press("v", "k", "escape")
    assert "marked" not in desk.app.title_row
    await desk.press("v", "k", "v")
    assert "marked" not in desk.app.title_row
    await desk.press("y")
    assert desk.app.clipboard == "line 97"


async def test_a_copy_in_a_filter_has_only_its_lines(desk: Desk) -> None:
    desk.view.set_filter("7")
    await desk.until_title("&7 19 lines")
    await desk.press("v", "g", "y")
    assert desk.app.clipboard.splitlines()[:2] == ["line 7", "line 17"]
    assert len(desk.app.clipboard.splitlines()) == 19


async def test_a_big_copy_is_cut_and_says_so(desk: Desk) -> None:
    desk.write(*[f"line {'x' * 90}"] * 2000)
    await desk.until(lambda: desk.view.lines.rows == 2100)
    await desk.press("v", "g", "y")
    copied = desk.app.of(LogView.Copied)[-1]
    assert copied.wanted == 2100
    assert copied.lines == len(desk.app.clipboard.splitlines()) < 2100
    assert len(desk.app.clipboard) <= MOST_BYTES
    assert f"the first {copied.lines:,} of 2,100 lines" in desk.app.notices[-1]


async def test_the_path_is_copied(desk: Desk) -> None:
    await desk.press("Y")
    assert desk.app.clipboard == str(desk.path)
    assert desk.app.notices == [f"Copied: {desk.path}"]


async def test_a_path_that_is_no_text_is_copied_and_shown(desk: Desk) -> None:
    path = Path(os.fsdecode(os.fsencode(desk.path.parent) + b"/\xff\x1b[31m[red].log"))
    path.write_text("one\n")
    desk.view.open(path, "odd")
    await desk.until_title("\\x1b[31m[red].log")
    await desk.press("Y", "y")
    assert desk.app.clipboard == "one"
    assert "\x1b" not in "".join(desk.app.notices)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


async def save_as(desk: Desk, name: str) -> None:
    await desk.press("S")
    await desk.type(name)


async def test_the_log_is_saved_where_one_says(desk: Desk, here: Path) -> None:
    await desk.press("S")
    assert desk.view.prompt.is_open
    await desk.press("enter")  # the name that is proposed
    await desk.until(lambda: bool(desk.app.notices))
    assert (here / "train.txt").read_text() == desk.path.read_text()
    assert desk.app.notices == [f"Saved 100 lines: {here / 'train.txt'}"]
    saved = desk.app.of(LogView.Saved)[-1]
    assert (saved.path, saved.lines, saved.error) == (here / "train.txt", 100, None)


async def test_only_filtered_lines_are_saved(desk: Desk, here: Path) -> None:
    desk.view.set_filter("77")
    await desk.until_title("&77 1 line")
    await save_as(desk, "some.txt")
    await desk.until(lambda: bool(desk.app.notices))
    assert (here / "some.txt").read_text() == "line 77\n"


async def test_a_file_is_replaced_only_after_a_yes(desk: Desk, here: Path) -> None:
    (here / "mine.txt").write_text("precious")
    for answer in ("n", "", "yes please", "nonsense"):
        await save_as(desk, "mine.txt")
        await desk.type(answer)
        assert not desk.view.prompt.is_open
    await save_as(desk, "mine.txt")
    await desk.press("escape")
    assert (here / "mine.txt").read_text() == "precious"
    await save_as(desk, "mine.txt")
    await desk.type("y")
    await desk.until(lambda: bool(desk.app.notices))
    assert (here / "mine.txt").read_text() == desk.path.read_text()


async def test_the_log_itself_is_never_replaced(desk: Desk) -> None:
    before = desk.path.read_text()
    await save_as(desk, str(desk.path))
    assert not desk.view.prompt.is_open
    assert "the log itself" in desk.app.notices[0]
    assert desk.path.read_text() == before


async def test_what_cannot_be_saved_is_said(desk: Desk, here: Path) -> None:
    await save_as(desk, "no/such/folder.txt")
    await desk.until(lambda: bool(desk.app.notices))
    assert "No such file or directory" in desk.app.notices[0]
    assert desk.app.of(LogView.Saved)[-1].error is not None
    await save_as(desk, "x" * 300)
    await desk.until(lambda: len(desk.app.notices) == 2)
    desk.app.messages.clear()
    for name in ("nul\x00", "~nobody-of-this-name/a.txt"):
        desk.view.take_answer("save", name)
        await desk.until(lambda: bool(desk.app.of(LogView.Saved)))
        assert desk.app.of(LogView.Saved).pop().error is not None
        desk.app.messages.clear()


async def test_the_pager_gets_the_file_and_the_screen_comes_back(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pager = tmp_path / "pager.py"
    pager.write_text("import pathlib, sys\npathlib.Path(sys.argv[1]).write_text(sys.argv[2])")
    monkeypatch.setenv("PAGER", f"{sys.executable} {pager} {tmp_path / 'seen'}")
    states: list[str] = []

    @contextlib.contextmanager
    def suspend() -> Iterator[None]:
        states.append("away")
        yield
        states.append("back")

    monkeypatch.setattr(desk.app, "suspend", suspend)
    await desk.press("o")
    assert (tmp_path / "seen").read_text() == str(desk.path)
    assert states == ["away", "back"]
    monkeypatch.setenv("PAGER", str(tmp_path / "no-such-pager"))
    await desk.press("o")
    assert states == ["away", "back"] * 2
    assert "no-such-pager: No such file" in desk.app.notices[0]


async def test_a_terminal_that_cannot_be_handed_over_is_said(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await desk.press("o")
    assert "cannot be handed over" in desk.app.notices[0]
    monkeypatch.setenv("PAGER", "less 'half")
    await desk.press("o")
    assert "$PAGER is not a command" in desk.app.notices[1]
    desk.path.unlink()
    await desk.press("o")
    assert desk.app.notices[2] == "There is no file to open yet."
