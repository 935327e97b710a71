"""Search: what is found, what the title says of it, and how it ends."""

import pytest

from support.log_desk import Desk
from tui.appearance import symbol


async def search(desk: Desk, text: str) -> None:
    await desk.press("slash")
    await desk.type(text)


async def test_a_search_goes_to_the_first_match_from_here_and_n_goes_round(desk: Desk) -> None:
    await desk.press("g")
    await search(desk, "e 3")
    await desk.until_title("/e 3 1/11")
    assert desk.current == "line 3"
    await desk.press("n")
    assert desk.current == "line 30"
    await desk.press("N", "N")
    assert desk.current == "line 39"
    await desk.until_title("/e 3 11/11")
    await desk.press("n")
    assert desk.current == "line 3"
    await desk.press("f")  # from the end: first on the screen, then round
    await search(desk, "line 9")
    await desk.until_title("/line 9 2/11")  # line 9 itself is above the screen
    assert desk.current == "line 90"
    await desk.press("f")
    await search(desk, "line 1")
    await desk.until_title("/line 1 1/11")
    assert desk.current == "line 1"
    await search(desk, "line 95")
    await desk.until(lambda: desk.current == "line 95")
    await desk.press("g")
    await search(desk, "")  # the last one again
    assert desk.current == "line 95"


async def test_matches_are_highlighted_until_escape_which_then_belongs_to_others(
    desk: Desk,
) -> None:
    await search(desk, "9")
    await desk.until_title("/9 ")
    strip = desk.view.lines.render_line(1)
    marked = [segment.text for segment in strip if segment.style and segment.style.reverse]
    assert marked == ["9"] * strip.text.count("9")
    await desk.press("escape")
    strip = desk.view.lines.render_line(1)
    assert not any(segment.style and segment.style.reverse for segment in strip)
    assert "/9" not in desk.app.title_row
    desk.app.bind("escape", "toggle_class('LogView', 'heard')")
    await desk.press("escape")
    assert desk.view.has_class("heard")


async def test_what_is_not_there_is_said_and_is_only_text(desk: Desk) -> None:
    await desk.press("n", "N")  # nothing is searched for yet
    assert desk.view.following
    await search(desk, "[b]nowhere")
    await desk.until_title("/[b]nowhere not found")
    assert desk.app.notices == ['"[b]nowhere" is not in this log']
    assert desk.view.following
    await desk.press("slash", *"fgnq", "enter")  # keys that are typed are text
    await desk.until_title("/fgnq not found")
    for term in ("\x1b[31m", "[bold]", "车" * 50, "x" * 500):
        desk.view.search(term)
        await desk.until(lambda: desk.app.title_row.rstrip().endswith("not found"))
        assert "\x1b" not in desk.app.title_row
        assert "train.log" in desk.app.title_row
    await desk.press("k")
    assert desk.current == "line 98"


async def test_a_search_goes_on_while_the_file_grows_and_begins_again(desk: Desk) -> None:
    await desk.press("g")
    await search(desk, "needle")
    await desk.until_title("/needle not found")
    for count in range(1, 4):
        desk.write(*["hay"] * 5_000, "a needle", "hay")
        await desk.until_title(f"/needle 0/{count} ")
    await desk.press("n")
    assert desk.current == "a needle"
    assert desk.view.lines.cursor == 100 + 5_000
    desk.path.write_text("needle 9\nother\n")
    await desk.until_title("/needle ", "/1 ")
    other = desk.path.with_name("export.log")  # another file is searched for the same
    other.write_text("needle\n8\nneedle\n")
    desk.view.open(other, "export")
    await desk.until_title("/needle ", "/2", "export.log")
    assert desk.shown[:3] == ["needle", "8", "needle"]


async def test_a_search_of_a_big_file_holds_up_neither_keys_nor_leaving(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.logs.search._BREATH", 0.3)
    with desk.path.open("a") as stream:
        stream.write("a line of hay with \x1b[31mcolour\x1b[0m\n" * 40_000 + "needle\n")
    await desk.until(lambda: desk.view.lines.rows == 40_101)
    await desk.press("g")
    await search(desk, "needle")
    await desk.press("j", "j")
    assert desk.view.lines.cursor == 2  # before the search has come to its end
    assert desk.view.searching and desk.view.searching.is_busy
    await desk.until(lambda: desk.current == "needle")
    await desk.until(lambda: not desk.app.title_row.rstrip().endswith(symbol("ellipsis")))
    desk.view.search("another needle")
    assert desk.view.searching.is_busy
    await desk.view.remove()
    await desk.app.workers.wait_for_complete()


async def test_long_lines_are_gone_along_and_folded_and_a_match_is_gone_to(desk: Desk) -> None:
    long = "a" * 100 + "needle" + "z" * 100
    desk.write(long, "WARNING: short", "ERROR: shorter")
    await desk.until(lambda: desk.shown[-1] == "ERROR: shorter")
    marks = [row[0] for row in desk.app.rows()[-2:]]
    assert marks == [symbol("warning"), symbol("failed")]  # without colour too
    await desk.press("slash", *"needle")  # it is gone to while one types
    await desk.until(lambda: "needle" in desk.app.rows()[-4])
    assert desk.app.rows()[-4].startswith(symbol("unfocused") + symbol("more-left"))
    await desk.press("escape")  # and back, if it is not what one looked for
    assert desk.view.following and desk.view.searching is None and not desk.view.prompt.display
    await desk.press("slash", *"needle", "enter")
    await desk.until(lambda: "needle" in desk.current)  # what is found is gone to a moment later
    await desk.until(lambda: desk.view.searching is not None and not desk.view.searching.is_busy)
    await desk.press("left", "left", "left")
    await desk.until(lambda: desk.current == "a" * 76 + symbol("selected"))
    assert desk.view.lines.left == 0
    await desk.press("right")
    await desk.until(lambda: "needle" in desk.current)
    await desk.press("w", "f")
    assert desk.shown[-5:] == [
        long[:77], long[77:154], long[154:], "WARNING: short", "ERROR: shorter",
    ]  # fmt: skip
    await desk.press("k", "k")  # all of a line is shown
    assert desk.view.lines.cursor == 100 and desk.current == long[:77]
    desk.write("车" * 100)
    await desk.press("G")
    await desk.until(lambda: desk.shown[-3:] == ["车" * 38, "车" * 38, "车" * 24])
    await desk.press("w")
    assert desk.shown[-1] == "车" * 38 + symbol("selected")
    for size in ((20, 3), (3, 1), (80, 24)):
        await desk.press("w")
        await desk.pilot.resize_terminal(*size)
        await desk.press("k", "pageup", "g", "G")
