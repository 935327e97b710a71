"""Whatever a log holds: it is shown as text, and nothing of it reaches the terminal as an order."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from support.log_desk import Desk
from support.nasty import NASTY_LINES
from tui.logs.cleaning import LONGEST_SHOWN


async def test_nasty_lines_are_shown_as_text(desk: Desk) -> None:
    await desk.pilot.resize_terminal(100, len(NASTY_LINES) + 1)
    desk.path.write_bytes(b"".join(raw + b"\n" for _, raw, _ in NASTY_LINES))
    await desk.until(lambda: desk.shown[0] == NASTY_LINES[0][2])
    assert desk.shown == [seen for _, _, seen in NASTY_LINES]
    for row in desk.app.rows():
        assert cell_len(row) == 100
        assert row.isprintable()


async def test_marked_up_text_has_no_style(desk: Desk) -> None:
    desk.write("[bold red]text[/] [@click=app.quit]quit[/]")
    await desk.until(lambda: desk.shown[-1].startswith("[bold red]text[/]"))
    for segment in desk.view.lines.render_line(22):
        assert segment.style is None or not (segment.style.meta or segment.style.bold)


async def test_a_megabyte_in_one_line_is_cut_and_says_so(desk: Desk) -> None:
    with desk.path.open("a") as stream:
        stream.write("x" * 1_000_000 + "\nnext\n")
    await desk.until(lambda: desk.shown[-1] == "next")
    await desk.press(*["right"] * 3)
    desk.view.lines.left = LONGEST_SHOWN - 10
    desk.view.lines.refresh()
    await desk.until(lambda: desk.shown[-2] == "xxxxxxxxxx … 991.8 kB more in this line")


@pytest.mark.parametrize("left", range(5))
async def test_wide_characters_are_never_cut_in_two(desk: Desk, left: int) -> None:
    desk.write("车牌识别" * 40)
    await desk.until(lambda: desk.shown[-1].startswith("车"))
    desk.view.lines.left = left
    desk.view.lines.refresh()
    await desk.pilot.pause()
    assert {cell_len(row) for row in desk.app.rows()} == {80}
