"""Whatever a log holds: it is shown as text, and nothing of it reaches the terminal as an order."""

import pytest
from rich.cells import cell_len

from support.log_desk import Desk
from support.nasty import NASTY_LINES
from tui.appearance import symbol


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
    assert desk.shown[-2] == "x" * 76 + symbol("selected")


@pytest.mark.parametrize("width", range(20, 25))
async def test_wide_characters_are_never_cut_in_two(desk: Desk, width: int) -> None:
    desk.write("车牌识别" * 40)
    await desk.until(lambda: desk.shown[-1].startswith("车"))
    await desk.pilot.resize_terminal(width, 24)
    await desk.until(lambda: {cell_len(row) for row in desk.app.rows()} == {width})
