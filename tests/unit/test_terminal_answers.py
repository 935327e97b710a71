"""What a terminal answers is told apart from what is typed, however the two come together."""

import random

import pytest

from tui.terminal.answers import Answers, question

XTERM_SIXEL, XTERM, KITTY = "\x1b[?62;4;22c", "\x1b[?62;22c", "\x1b_Gi=4211;OK\x1b\\\x1b[?62;c"
CELL = "\x1b[6;16;8t"
TYPED = "2m\x1b[A\r\x1b?é\x1b[200~c\x1b[201~"


@pytest.mark.parametrize(
    ("answer", "graphics"),
    [
        (XTERM_SIXEL, "sixel"),
        (XTERM, "none"),
        ("\x1b[?1;2c", "none"),
        ("\x1b[?4c", "none"),
        ("\x1b_Gi=4211;ENOTSUP:no\x1b\\\x1b[?62c", "none"),
        (KITTY, "kitty"),
        ("\x1b_Gi=4211;OK\x1b\\" + XTERM_SIXEL, "sixel"),
    ],
)
def test_keys_come_through_between_any_two_bytes(answer: str, graphics: str) -> None:
    dice = random.Random(answer)  # noqa: S311
    for _round in range(50):
        answers = Answers(is_asked=True)
        before = dice.randrange(len(TYPED))
        stream = TYPED[:before].rpartition("\x1b")[0] + CELL + answer
        came, place = "", 0
        while place < len(stream):
            size = dice.randint(1, 6)
            came += answers.taken_from(stream[place : place + size])
            place += size
        came += answers.taken_from(TYPED)
        assert came == TYPED[:before].rpartition("\x1b")[0] + TYPED
        assert answers.graphics == graphics and answers.cell == (8, 16)


def test_a_lone_escape_is_a_key_after_a_while() -> None:
    answers = Answers(is_asked=True)
    assert answers.taken_from("\x1b") == ""
    assert answers.taken_from("", is_late=True) == "\x1b"
    assert answers.taken_from("\x1b[?62") == ""
    assert answers.taken_from("", is_late=True) == "", "the line is slow, and the answer on its way"
    assert answers.taken_from(";22cq") == "q"
    assert answers.taken_from("\x1b") == "\x1b", "no answer is expected any more"


def test_a_late_answer_is_no_key_either() -> None:
    assert Answers().taken_from(f"a{XTERM}b{KITTY}c{CELL}d") == "abcd"


def test_what_tmux_would_show_as_a_title_is_not_asked() -> None:
    inside = [{"TERM": "xterm-256color", "TMUX": "/tmp/x"}, {"TERM": "tmux-256color"}]
    inside += [{"TERM": "screen.xterm-256color"}, {"TERM": "xterm", "STY": "1.pts"}]
    assert all("\x1b_" not in question(environ) for environ in inside)
    assert all(question(environ).endswith("\x1b[c") for environ in inside)
    assert "\x1b_G" in question({"TERM": "xterm-kitty"})
    assert not any(question({"TERM": name}) for name in ("", "dumb", "linux"))
