"""Taking something out of a log: copying, opening it in a pager."""

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.log_desk import Desk
from tui.widgets.log_view import MOST_BYTES


async def test_the_current_line_is_copied_clean(desk: Desk) -> None:
    await desk.press("y")
    assert desk.app.clipboard == "line 99"
    desk.write("\x1b[1mbold\x1b[0m\tb")
    await desk.until(lambda: desk.shown[-1].startswith("bold"))
    await desk.press("y")
    assert desk.app.clipboard == "bold    b"
    await desk.press("k", "y")
    assert desk.app.clipboard == "line 99"
    assert desk.app.notices == ["Copied the line."] * 3


@pytest.mark.parametrize("line", ["x" * 70_000, "\x01" * 60_000], ids=["on disk", "shown"])
async def test_a_long_line_is_copied_in_part_and_that_is_said(desk: Desk, line: str) -> None:
    desk.write(line)
    await desk.until(lambda: desk.view.lines.rows == 101)
    await desk.press("y")
    assert 30_000 < len(desk.app.clipboard) <= MOST_BYTES
    assert "only a part" in desk.app.notices[-1]


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
