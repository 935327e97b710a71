"""The text UI in real terminals: what is typed before it is there, and terminals that go away."""

from __future__ import annotations

import os
import random
import re
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.record.runs import sweep_folder
from pipeline.swarm.kept import Begun, SwarmSweep
from support.background import SilentEngine, nothing_left_behind, wait_until_running
from support.patience import Patience
from support.projects import MINIMAL, write_project
from support.recorded import recorded_project
from support.replay import append, going_on
from support.screens import Screen, Screens, screens
from support.sweeps import SWEEP, Script, held

TMUX = {b"\x1b[c": b"\x1b[?1;2c"}
SIXEL = {b"\x1b[16t": b"\x1b[6;16;8t", b"\x1b[c": b"\x1b[?62;4c"}


@pytest.fixture(scope="module")
def opener() -> Iterator[Screens]:
    with screens() as made:
        yield made


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return recorded_project(tmp_path_factory.mktemp("finished") / "p")


def test_what_is_typed_before_the_first_frame_acts_after_it(
    opener: Screens, finished: Path
) -> None:
    """Before the program starts, when it was a line to the terminal, and until the frame is there."""
    dice = random.Random(12)  # noqa: S311
    typed = b"\x1b[B\x1b[B\r"  # the third stage, large
    with SilentEngine() as engine:  # nothing that the doctor finds leads away from the run
        host = {"DOCKER_HOST": engine.environ["DOCKER_HOST"]}
        opened = [
            opener.open(finished, typed=typed, answers=TMUX, environ={**host, "TMUX": "/x,1,0"}),
            opener.open(finished, typed=typed, real=True, environ=host),
        ]
        for answers in (SIXEL, {}):
            screen = opener.open(finished, answers=answers, environ=host)
            due = time.monotonic() + dice.uniform(0.0, 0.4)
            while time.monotonic() < due:
                screen.read(0.01)
            screen.press(typed)
            opened.append(screen)
        for screen in opened:
            screen.until("About  export")
            screen.until("f follow")
            assert "Keys" not in screen.text and not re.search(r"\?1;2|62;|4211", screen.text)


def test_a_picture_is_drawn_as_the_terminal_can(opener: Screens, finished: Path) -> None:
    kitty = {b"AAAA\x1b\\": b"\x1b_Gi=4211;OK\x1b\\", b"\x1b[c": b"\x1b[?62c"}
    ways = {b"\x1bP": SIXEL, b"\x1b_Gi=": kitty}
    opened = {begin: opener.open(finished, answers=answers) for begin, answers in ways.items()}
    for screen in opened.values():
        screen.press(b"2")
        screen.until("nb-x86")
        screen.press(b"\t\r")
    for begin, screen in opened.items():
        while begin not in screen.drawn.replace(b"\x1b_Gi=4211,", b""):
            assert screen.read(30.0), screen.text[-2000:]
        screen.press(b"q")
        assert screen.left().code == 0


def test_a_sweep_is_attached_to_told_in_the_title_and_left(opener: Screens, tmp_path: Path) -> None:
    folder = write_project(tmp_path / "p", f"{MINIMAL}\n[sweep.matrix]\ntrain.seed = [1, 2]\n")
    script = Script(("seed=1", "seed=2"), pid=7, host="there").begin("seed=1", "data", "train")
    script.train("seed=1", 15, 0.5).write(folder)
    with held(folder, pid=7, host="there"):
        first = opener.open("sweep", "attach", folder)
        first.until("▶ train 50%")
        first.until_drawn("\x1b]0;paddock plates ▶ 0/2\x07")
        os.kill(first.pid, signal.SIGKILL)
        script.train("seed=1", 18).write(folder)
        again = opener.open(folder)  # without a word it opens there as well
        again.until("▶ train 60%")
        again.press(b"q")
        again.until("The sweep is still going.")
        again.press(b"d")
        assert again.left().code == 0
    assert "seed=1  ▶ train 60%" in again.text and "and 1 more" in again.text
    assert "The sweep goes on. To watch it again: paddock sweep attach /p" in again.text


def test_of_a_sweep_on_a_swarm_a_process_of_its_own_hears(opener: Screens, tmp_path: Path) -> None:
    folder = write_project(tmp_path / "p", f"{MINIMAL}\n[sweep.matrix]\ntrain.seed = [1, 2]\n")
    script = Script(("seed=1", "seed=2"), jobs=0).begin("seed=1", "data", "train")
    script.train("seed=1", 15, 0.5).write(folder)
    own = sweep_folder(folder / ".paddock", SWEEP)
    SwarmSweep(own).begin(Begun(inputs="r/n@sha256:" + "0" * 64, tool="t", plain_http=True))
    with nothing_left_behind(folder / ".paddock"):
        screen = opener.open("sweep", "attach", folder)
        screen.until("▶ train 50%")
        screen.until("✘ reaching the Docker engine")  # which is in the sweep's events
        screen.until("on the Swarm it goes on")
        screen.press(b"q")
        screen.press_if("What now?", b"d")  # until it is seen that the process has ended
        assert screen.left().code == 0


def test_the_window_tells_the_run_and_calls_at_its_end(opener: Screens, tmp_path: Path) -> None:
    folder = recorded_project(tmp_path / "p")
    with going_on(folder, '"done": 235, "total": 300') as to_come:
        screen, silent = (
            opener.open(folder, environ={"PADDOCK_SILENT": value}) for value in ("", "1")
        )
        for one in (screen, silent):
            one.until_drawn("\x1b[22;0t\x1b]0;paddock alphanumeric ▶ verify 78 %\x07")
        append(folder, *to_come)
    for one in (screen, silent):
        one.until_drawn("\x1b]0;paddock alphanumeric ✔ PASS\x07")
        one.until("out/ has the result: key o, O opens the report.")
        one.press(b"q")
        assert one.left().code == 0
        assert one.drawn.rindex(b"\x1b[23;0t") > one.drawn.rindex(b"\x1b]0;")
    assert "\x07\x1b]9;paddock alphanumeric ✔ PASS\x07".encode() in screen.drawn
    assert b"\x1b]9;" not in silent.drawn


#: What leads to a place: text that must have come, or keys in bytes; () is a moment of starting.
Way = tuple[str | bytes, ...]
_IN_A_PROJECT: dict[str, Way] = {
    "starting": (),
    "starting, again": (),
    "run": ("verify",),
    "history": ("verify", b"6", "alphanumeric"),
    "the keys": ("verify", b"?", "all keys"),
    "what runs": ("verify", b"R", "begin"),
    "a log, searched": ("verify", b"l", "following", b"/ab"),
    "an image, large": ("verify", b"2", "nb-x86", b"\t\r", "▀"),
    "an explanation": ("verify", b"5", "passed:", b"e", "esc"),
    "leaving": ("verify", b"q"),
}
_ELSEWHERE: dict[str, Way] = {
    "an empty folder": ("example",),
    "the form": ("example", b"\x1b[A\r", "paddock.toml"),
}


class Fate:
    """A screen on its way to the place where its terminal goes away, at a random moment."""

    def __init__(self, screen: Screen, way: Way, chance: random.Random) -> None:
        self.screen, self.way, self.seen = screen, list(way), 0
        self.wait = chance.uniform(0.0, 0.4 if not way else 0.1)
        self.due: float | None = None
        self.cpu_before = 0.0

    def go_on(self) -> bool:
        """Go as far as it is possible now; tell whether the terminal is gone."""
        while self.screen.read():
            pass
        while self.way:
            step = self.way[0]
            if isinstance(step, bytes):
                self.seen = len(self.screen.text)
                self.screen.press(step)
            elif step not in self.screen.text[self.seen :]:
                return False
            del self.way[0]
        self.due = self.due or time.monotonic() + self.wait
        if time.monotonic() < self.due:
            return False
        self.cpu_before = self.screen.cpu()
        self.screen.close()
        return True


def test_a_screen_ends_with_its_terminal(opener: Screens, finished: Path, tmp_path: Path) -> None:
    """Sixteen at once: nobody waits, nobody works on for nobody, and a run goes on."""
    chance = random.Random(20)  # noqa: S311
    empty, going, fresh = (tmp_path / name for name in ("empty", "going", "fresh"))
    empty.mkdir()
    recorded_project(going)
    state = write_project(fresh) / ".paddock"
    with (
        SilentEngine() as engine,
        nothing_left_behind(state),
        going_on(going, '"done": 235, "total": 300'),
    ):
        host = {"DOCKER_HOST": engine.environ["DOCKER_HOST"]}  # whose answer the doctor waits for
        opened = {
            "starting Python": (opener.open(finished, real=True), ()),
            "machine": (opener.open(finished), ("problem",)),  # no engine: it goes there by itself
            **{
                name: (opener.open(finished, environ=host), way)
                for name, way in _IN_A_PROJECT.items()
            },
            **{name: (opener.open(empty), way) for name, way in _ELSEWHERE.items()},
            "how to leave": (opener.open(going, environ=host), ("235/300", b"q", "Detach")),
            "a run": (
                opener.open(fresh, environ=host),
                ("verify", b"r", "starting"),
            ),
        }
        fates = {name: Fate(screen, way, chance) for name, (screen, way) in opened.items()}
        patience, waiting = Patience(), dict(fates)
        while waiting:
            waiting = {name: fate for name, fate in waiting.items() if not fate.go_on()}
            places = {name: (fate.way, fate.screen.text[-500:]) for name, fate in waiting.items()}
            patience.check(places.__repr__)
            time.sleep(0.005)
        for name, fate in fates.items():
            ended = fate.screen.ended()
            # By itself, or by the kernel's alarm where too many want the processor at once.
            by_itself = (128 + signal.SIGHUP, -signal.SIGHUP, 0)
            assert ended.code in (*by_itself, -signal.SIGALRM), (name, ended)
            assert ended.code != 0 or name.startswith("leaving"), (name, ended)
            assert ended.cpu - fate.cpu_before < 1.0, (name, ended)
        assert wait_until_running(state)
