"""The title of the terminal's window: what a run is at in a few words, which drive no terminal."""

from collections.abc import Iterator

import pytest

from pipeline.record.events import RunFinished
from stages.contract import Progress
from tui.appearance import Appearance, use
from tui.summary import title_of
from tui.terminal.title import rung, takes_titles, titled
from tui.views.run import RunView


@pytest.fixture(autouse=True)
def _appearance() -> Iterator[None]:
    yield
    use(Appearance())


def running(done: float) -> RunView:
    view = RunView(project="plates")
    stage = view.stages["train"]
    stage.state, stage.progress = "running", Progress(done, 30, "epochs")
    return view


def test_what_goes_on_and_how_it_ended() -> None:
    assert title_of(running(9), "", is_running=True) == "paddock plates ▶ train 30 %"
    assert title_of(RunView(), "plates", is_running=True) == "paddock plates ▶ starting"
    assert title_of(RunView(), "plates", is_running=False) == "paddock plates"
    ends = {
        "pass": "✔ PASS",
        "pass-with-warnings": "! PASS with warnings",
        "fail-accuracy": "✘ FAIL by accuracy",
        "": "■ stopped",
    }
    for verdict, words in ends.items():
        view = RunView(project="plates", finished=RunFinished(130, 1.0, verdict))
        assert title_of(view, "", is_running=False) == f"paddock plates {words}"


def test_a_name_cannot_drive_the_terminal() -> None:
    hostile = "\x1b]0;owned\x07\x9c\x1b\\\n\u202eé\udcff" + "x" * 1000
    for ascii_only in (False, True):
        use(Appearance(ascii_only=ascii_only))
        for made, begin in ((titled(hostile), "\x1b]0;"), (rung(hostile), "\x07\x1b]9;")):
            text = made.removeprefix(begin).removesuffix("\x07")
            assert text.isprintable() and len(text) <= 100
            assert text.isascii() or not ascii_only
            made.encode()  # no lone surrogates


def test_where_there_is_no_title() -> None:
    names = ("xterm-256color", "tmux-256color", "screen", "linux", "dumb", "", "vt100")
    assert [takes_titles({"TERM": name}) for name in names] == [True] * 3 + [False] * 4
