"""The run screen: what it shows of a run's events, and what its keys do."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rich.console import RenderableType
from textual.screen import Screen

from pipeline.errors import PaddockError
from pipeline.plan.planner import Step
from pipeline.record.events import Envelope, RunFinished
from pipeline.record.runs import create_run
from pipeline.record.verdict import Asked, Judgement, Limit, Verdict
from pipeline.run.background import Started
from pipeline.run.options import Options
from support.plans import planner_of
from support.projects import write_project
from support.recorded import CACHED_RUN, RUN, recorded_events, recorded_project
from support.replay import append, going_on
from support.screen import (
    LARGE,
    SMALL,
    CalmBackend,
    calm,
    lines_of,
    looked_again,
    opened,
    resized,
    text_of,
    until,
    until_shown,
)
from support.sweeps import held
from tui.app import PaddockApp
from tui.screens.ask import AskScreen
from tui.screens.run_options import RunOptionsScreen
from tui.widgets.artifact_list import ArtifactList
from tui.widgets.stage_detail import StageDetail
from tui.widgets.stage_list import StageList


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return recorded_project(tmp_path / "p")


VERIFYING = '"done": 235, "total": 300'


async def test_every_stage_and_what_it_left(folder: Path) -> None:
    async with opened(CalmBackend(folder)) as (app, pilot):
        lines = lines_of(app)
        assert lines[0] == " Paddock · alphanumeric · ✔ PASS · 2 min 52 s"
        rows = [line.strip("▸ ") for line in lines if "✔ done" in line]
        assert [row.split()[0] for row in rows] == ["data", "train", "export", "convert", "verify"]
        assert "1 min 11 s" in rows[1]
        await pilot.press("a")
        assert app.focused and isinstance(app.focused.parent, ArtifactList)
        await pilot.press("y")
        assert app.clipboard.endswith("  dict.txt") and len(app.clipboard.split()[0]) == 64
        await pilot.press("escape")
        assert isinstance(app.focused, StageList)

        await pilot.resize_terminal(*LARGE)
        await pilot.press("down", "l", "escape")
        await until_shown(pilot, app, "OMP_NUM_THREADS")
        await pilot.press("m")
        await until_shown(pilot, app, "best 99.00% at step 48")
        await pilot.press("enter", "end")  # the numbers are below the curves
        await until_shown(pilot, app, "ended because", "all epochs done")
        await pilot.press("escape")
        await pilot.press("a")
        await until_shown(pilot, app, "checkpoint.pdparams", "22.2 MB")
        await pilot.press("slash", *"pdparams", "enter")
        await until_shown(
            pilot, app, "d905bb1c99ece3dbcc928c17d9c8ad6447f4c941a3dae6e057a7e41a2eaeff23"
        )
        await pilot.press("escape", "escape")
        await pilot.press("i")
        await until_shown(pilot, app, "never run", "paddle_commit")

        await pilot.resize_terminal(*SMALL)  # another verdict: its limits, and what leads on
        limit = Limit(Asked.MIN_ACCURACY, "pd", "accuracy", False, 0.7, 0.99)
        judged = Judgement(Verdict.ACCURACY, (limit.sentence,), ("a guard warned",), (limit,))
        ended = Envelope(999, "2026-11-22T17:31:00+00:00", RUN, "", RunFinished.of(1, 3.0, judged))
        append(folder, ended.encode())
        await until_shown(pilot, app, "✘ below the limit")
        lines = lines_of(app)
        assert (
            lines[2].startswith(" ✘ FAIL by accuracy") and "2 the models · 5 the guards" in lines[2]
        )
        assert lines[3:5] == [" ! a guard warned", " ✘ accuracy pd 70.00% < 99%"]
        assert "verify" in next(line for line in lines if "✘ below the limit" in line)


async def test_a_cached_stage_shows_what_was_recorded_when_it_was_made(tmp_path: Path) -> None:
    folder = recorded_project(tmp_path / "p", runs=(RUN, CACHED_RUN))
    async with opened(CalmBackend(folder), LARGE) as (app, pilot):
        await until_shown(pilot, app, "99.00% at epoch 3 of 5", "arm 7.7 MB, x86 7.8 MB")
        assert "1 min 11 s" in text_of(app)  # the time that it took then
        await pilot.press("l")
        await until_shown(pilot, app, "data: it wrote nothing to its log")
        await pilot.press("escape", "down", "a")
        await until_shown(pilot, app, "checkpoint.pdparams")
        await pilot.press("m")
        await until_shown(pilot, app, "NED", "best 99.00%")


async def test_a_run_that_goes_on_is_followed_and_left(folder: Path) -> None:
    backend = CalmBackend(folder)
    with going_on(folder, VERIFYING) as to_come:
        async with opened(backend) as (app, pilot):
            await until_shown(pilot, app, "▶ verify 5/5", "235/300 images")
            assert "78%" in text_of(app)
            assert app.query_one(StageList).selected == "verify"
            append(folder, to_come[0])
            await until_shown(pilot, app, "236/300 images")
            await pilot.press("q")
            assert isinstance(app.screen, AskScreen)
            await pilot.press("escape")
            assert app.run_goes_on and not isinstance(app.screen, AskScreen)
            await pilot.press("q", "down", "enter")
        assert app.return_code == 0 and backend.stopped == []


async def test_leaving_by_stopping_waits_for_the_end(folder: Path) -> None:
    backend = CalmBackend(folder)
    with going_on(folder, VERIFYING):
        async with opened(backend) as (app, pilot):
            await pilot.press("q", "end", "enter")
            await until(pilot, lambda: backend.stopped == [False])
            await calm(pilot)
            assert backend.stopped == [False] and app.run_goes_on and app.return_code is None
            await pilot.press("s")  # a second order is at once
            assert backend.stopped == [False, True]


async def test_the_screen_sends_no_signal_to_itself_while_it_holds_the_project(
    folder: Path,
) -> None:
    backend = CalmBackend(folder)
    with held(folder):  # as while it reads an image, or cleans
        async with opened(backend) as (app, pilot):
            await pilot.press("s")
            await until_shown(pilot, app, "Nothing is running.")
            assert backend.stopped == []


async def test_a_runner_that_was_killed(folder: Path) -> None:
    with going_on(folder, VERIFYING):
        pass  # the lock is free again, and there is no last word
    async with opened(CalmBackend(folder)) as (app, pilot):
        await until_shown(pilot, app, "cut short")
        assert "■ stopped" in text_of(app)


HOSTILE = "\x1b]52;c;ZXZpbA==\x07\x1b[2J[bold red]x[/] [@click=app.quit]y[/]\u202eevil"


async def test_what_a_stage_says_changes_nothing_but_text(folder: Path) -> None:
    with going_on(folder, VERIFYING):
        base = {**json.loads(recorded_events(folder)[0]), "stage": "verify"}
        async with opened(CalmBackend(folder), LARGE) as (app, pilot):
            failed = {
                **base,
                "stage": "",
                "type": "run-failed",
                "code": 5,
                "where": "/paddock/dict.txt",
            }
            failed |= {"message": "dict.txt is not what data made", "remedy": "make it again"}
            append(folder, json.dumps(failed))
            await until_shown(pilot, app, "✘ dict.txt is not what data made", "→ make it again")
            assert "✘ failed" in text_of(app)  # it stands on top, with its remedy
            said: list[dict[str, Any]] = [
                {"type": "warning", "message": HOSTILE, "where": HOSTILE},
                {"type": "progress", "done": 1, "total": 2, "unit": HOSTILE, "note": HOSTILE},
                {"type": "artifact", "path": HOSTILE, "size": 1, "md5": "m", "sha256": "s"},
                {"type": "metric", "name": HOSTILE, "value": 1.0, "step": 1},
                {"type": "run-failed", "stage": "", "code": 3, "message": HOSTILE},
            ]
            append(folder, *(json.dumps({**base, **body}) for body in said))
            await until_shown(pilot, app, "[bold red]x[/]")
            for tab in "lmai":
                await pilot.press(tab)
                await pilot.pause()
                assert all(line.isprintable() for line in lines_of(app)), tab
                assert "[@click=app.quit]y[/]" in text_of(app)


class Planning(CalmBackend):
    """An engine room that says what a run would do as soon as it is let."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.go_on = threading.Event()

    def plan(self, check: Callable[[], None] = lambda: None) -> tuple[Step, ...]:
        """Return the plan of the project in the folder."""
        assert self.go_on.wait(20)
        return planner_of(self.folder).plan()


async def test_a_project_that_was_never_run_shows_its_plan(tmp_path: Path) -> None:
    backend = Planning(write_project(tmp_path / "p"))
    app = PaddockApp(backend)
    async with app.run_test(size=SMALL) as pilot:
        await until(pilot, lambda: "reading what there is to do" in text_of(app))
        await pilot.press("down", "m")  # nothing waits for the plan
        await until(pilot, lambda: "Its numbers and curves will stand" in text_of(app))
        backend.go_on.set()
        await until_shown(pilot, app, "r  run  data → train → export → convert → verify")
        assert "▶ would run" in text_of(app) and "… would follow" in text_of(app)
        await pilot.press("a")
        await until_shown(pilot, app, "The files that it makes will")
        backend.project_file.write_text("[project\n")  # it is planned again when it was changed
        await looked_again(pilot, app, "! no plan: ")


class Noting(CalmBackend):
    """An engine room where the order to start is only noted."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.ordered: list[Options] = []

    def start(self, options: Options) -> Started:
        """Note what was ordered, and refuse."""
        self.ordered.append(options)
        raise PaddockError("not today")


async def test_what_runs_is_chosen_with_keys(folder: Path) -> None:
    backend = Noting(folder)
    async with opened(backend) as (app, pilot):
        await pilot.press("down", "R")
        assert isinstance(app.screen, RunOptionsScreen)
        await until_shown(pilot, app, "engine is not running")
        await pilot.press("b", "down", "down", "down", "u", "x", "h")
        assert "From train until convert, held to paddock.lock." in text_of(app)
        await pilot.press("enter", "F", "r")
        await until_shown(pilot, app, "not today")
    assert backend.ordered == [
        Options("train", "convert", frozenset({"convert"}), locked=True),
        Options(forced=frozenset({"train"})),
        Options(),
    ]


async def test_a_key_that_the_user_chose(folder: Path) -> None:
    async with opened(CalmBackend(folder), (120, 60), keymap={"run.files": "f9"}) as (app, pilot):
        await pilot.press("f9")
        assert app.query_one(StageDetail).tab == "files"
        await pilot.press("?")
        await until_shown(pilot, app, "f9")


async def test_any_size(folder: Path) -> None:
    async with opened(CalmBackend(folder), SMALL) as (app, pilot):
        for size in ((40, 10), (200, 60), (20, 5), LARGE):
            await resized(pilot, app, size)
            for tab in "lmai":
                await pilot.press(tab)
            assert len(lines_of(app)) == size[1]


async def test_the_screen_sees_every_event_that_batch_prints(folder: Path) -> None:
    """One file, written by the runner: both front ends read the same."""
    seen: list[Envelope] = []

    class Listening(PaddockApp):
        def on_paddock_app_envelopes_read(self, message: PaddockApp.EnvelopesRead) -> None:
            seen.extend(message.envelopes)

    app = Listening(CalmBackend(folder))
    async with app.run_test() as pilot:
        await until(pilot, lambda: len(seen) >= len(recorded_events(folder)))
    assert seen == [Envelope.decode(line) for line in recorded_events(folder)]


async def test_nothing_is_painted_while_nothing_happens(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    painted: list[int] = []

    async with opened(CalmBackend(folder)) as (app, pilot):
        show = app._display

        def count(screen: Screen[Any], frame: RenderableType | None) -> None:
            painted.append(1)
            show(screen, frame)

        monkeypatch.setattr(app, "_display", count)
        looked: list[int] = []
        poll, tick = app._watch.poll, app._tick

        def look() -> bool:
            looked.append(1)
            return poll()

        monkeypatch.setattr(app._watch, "poll", look)
        await until(pilot, lambda: len(looked) >= 20)
        tick()
        await calm(pilot)
        assert painted == []
        await pilot.press("down")
        assert painted


class Stillborn(CalmBackend):
    """An engine room where the runner's process cannot even start Python."""

    def start(self, options: Options) -> Started:
        """Start a process that dies at once, with a word in the runner's own log."""
        folder = create_run(self.state)
        (folder.path / "runner.log").write_text("ModuleNotFoundError: no pipeline\n")
        return Started(folder.name, folder, subprocess.Popen([sys.executable, "-c", ""]))


async def test_a_runner_that_dies_as_it_starts(folder: Path) -> None:
    async with opened(Stillborn(folder), LARGE) as (app, pilot):
        await pilot.press("r")
        await until_shown(pilot, app, "ModuleNotFoundError:")
        assert not app.run_goes_on
