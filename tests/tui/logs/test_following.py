"""Following a log and going through it; whatever becomes of the file is seen too."""

import os
from pathlib import Path

import pytest
from textual.screen import ModalScreen, Screen

from support.log_desk import Desk
from tui.appearance import current


async def test_going_up_pauses_and_counts_what_waits_and_f_resumes(desk: Desk) -> None:
    assert desk.view.following
    assert desk.shown[-1] == "line 99"
    desk.write(*(f"more {number}" for number in range(30)))
    await desk.until(lambda: desk.shown[-1] == "more 29")
    assert "following" in desk.app.title_row
    await desk.press("k")
    assert not desk.view.following
    assert desk.current == "more 28"
    before = desk.shown
    desk.write("one")
    await desk.until_title("paused, 1 new line ")
    desk.write(*(f"more {number}" for number in range(1500)))
    await desk.until_title("1,501 new lines")
    assert desk.shown == before
    await desk.press("f")
    assert desk.shown[-1] == "more 1499"
    assert "new lines" not in desk.app.title_row
    assert desk.view.following
    await desk.press("f")  # pauses where the end is
    assert desk.current == "more 1499"
    desk.write("later")
    await desk.until_title("1 new line")
    assert desk.shown[-1] == "more 1499"


async def test_all_keys_move(desk: Desk) -> None:
    await desk.press("k", *["pagedown"] * 3, "j")
    assert desk.current == "line 99"  # the last one down
    assert not desk.view.following
    await desk.press("g")
    assert (desk.current, desk.shown[0]) == ("line 0", "line 0")
    await desk.press("j", "down")
    assert desk.current == "line 2"
    await desk.press("up", "k", "k")
    assert desk.current == "line 0"
    await desk.press("pagedown")
    assert desk.current == "line 22"
    await desk.press("space", "pageup")
    assert desk.current == "line 22"
    await desk.press("home")
    assert desk.current == "line 0"
    await desk.press("G")
    assert desk.view.following
    await desk.press("g", "end")
    assert desk.shown[-1] == "line 99"


async def test_each_file_is_left_and_found_as_it_was(desk: Desk, tmp_path: Path) -> None:
    other = tmp_path / "export.log"
    other.write_text("other\n")
    await desk.press("g", "j", "j")
    desk.view.open(other, "export")
    await desk.until(lambda: desk.shown[0] == "other")
    assert desk.view.following
    assert "export.log" in desk.app.title_row
    desk.view.open(desk.path, "train")
    await desk.until(lambda: desk.current == "line 2")
    file = desk.view.file
    desk.view.open(desk.path, "train")  # again: that changes nothing
    await desk.pilot.pause()
    assert desk.current == "line 2" and desk.view.file is file


async def test_no_file_and_no_text_are_said(desk: Desk, tmp_path: Path) -> None:
    desk.view.open(None, "")
    await desk.until(lambda: desk.shown[0] == "there is no log")
    late = tmp_path / "late.log"
    desk.view.open(late, "verify")
    await desk.until(lambda: desk.shown[0] == "nothing is written yet")
    await desk.press("k", "y", "g", "n", "escape", "f")
    late.write_text("here it is\n")
    await desk.until(lambda: desk.shown[0] == "here it is")


async def test_a_file_that_is_gone_can_still_be_read(desk: Desk) -> None:
    desk.path.unlink()
    await desk.press("g")
    await desk.until(lambda: desk.view.file is not None and bool(desk.view.file.trouble))
    assert desk.current == "line 0"


async def test_a_file_that_is_cut_short_or_replaced_begins_again(
    desk: Desk, tmp_path: Path
) -> None:
    await desk.press("k")
    os.truncate(desk.path, 14)
    await desk.until(lambda: desk.shown[:3] == ["line 0", "line 1", ""])
    other = tmp_path / "new"
    other.write_text("".join(f"new {number}\n" for number in range(200)))
    other.replace(desk.path)
    await desk.until(lambda: desk.shown[0] == "new 0")
    await desk.press("f")
    assert desk.shown[-1] == "new 199"


async def test_a_progress_line_changes_in_its_place(desk: Desk) -> None:
    for percent in (10, 60, 99):
        with desk.path.open("a") as stream:
            stream.write(f"\r{percent}% done")
        await desk.until(lambda: desk.shown[-1] == f"{percent}% done")  # noqa: B023 - waits here
    assert desk.shown[-2] == "line 99"


async def test_every_size_is_survived(desk: Desk) -> None:
    await desk.pilot.resize_terminal(80, 10)
    await desk.until(lambda: desk.shown[-1] == "line 99")
    await desk.pilot.resize_terminal(80, 30)
    await desk.press("k")
    await desk.pilot.resize_terminal(80, 6)
    await desk.until(lambda: desk.current == "line 98")
    await desk.press("f")
    desk.write("x" * 3000, "车" * 3000)
    for width, height in ((120, 36), (40, 10), (20, 3), (10, 2), (3, 1), (80, 24)):
        await desk.pilot.resize_terminal(width, height)
        await desk.press("k", "pageup", "f")
        assert len(desk.app.rows()) == height
    assert desk.shown[-1].startswith("车")
    assert desk.view.following


async def test_the_wheel_pauses_and_takes_the_cursor_along(desk: Desk) -> None:
    desk.view.lines.scroll_to(y=20, animate=False)
    await desk.pilot.pause()
    assert not desk.view.following
    assert desk.shown[0] == "line 20"
    assert desk.current == desk.shown[22]
    await desk.pilot.click(desk.view.lines, offset=(5, 3))
    assert desk.current == "line 23"


async def test_nothing_new_costs_one_stat_and_no_drawing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn, looks = (
        count(monkeypatch, desk.view.lines, "render_line"),
        count_looks(desk, monkeypatch),
    )
    painted = count(monkeypatch, desk.view.heading, "update")
    await desk.until(lambda: len(looks) > 5)
    assert (drawn, painted) == ([], [])


async def test_nobody_looks_at_the_file_while_it_is_not_displayed(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = count_looks(desk, monkeypatch)
    await desk.until(lambda: len(looks) > 1)
    desk.view.display = False
    await desk.pilot.pause()
    looks.clear()
    desk.write("later")
    await a_while(desk)
    assert looks == []
    desk.view.display = True
    await desk.until(lambda: desk.shown[-1] == "later")

    desk.app.push_screen(Screen())  # another screen
    await desk.pilot.pause()
    looks.clear()
    await a_while(desk)
    assert looks == []
    desk.app.pop_screen()
    await desk.until(lambda: len(looks) > 1)
    desk.app.push_screen(ModalScreen())
    desk.write("behind a dialog")
    await desk.until(lambda: desk.view.lines.rows == 102)


async def a_while(desk: Desk) -> None:
    """Wait for as long as ten looks would take."""
    ticks: list[int] = []
    timer = desk.app.set_interval(current().pace.poll, lambda: ticks.append(1))
    await desk.until(lambda: len(ticks) >= 10)
    timer.stop()


def count_looks(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    assert desk.view.file is not None
    return count(monkeypatch, desk.view.file, "poll")


def count(monkeypatch: pytest.MonkeyPatch, owner: object, name: str) -> list[str]:
    """Return a list that grows whenever the method is called."""
    calls: list[str] = []
    method = getattr(owner, name)

    def counted(*arguments: object) -> object:
        calls.append(name)
        return method(*arguments)

    monkeypatch.setattr(owner, name, counted)
    return calls
