"""The history: which runs there were, going back to one, and comparing two."""

import json
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pipeline.record.runlock import run_lock
from support.recorded import CACHED_RUN, RUN, recorded_project
from support.screen import (
    LARGE,
    SMALL,
    CalmBackend,
    calm,
    lines_of,
    opened,
    text_of,
    until,
    until_shown,
)
from tui.screens.compare import CompareScreen
from tui.screens.history import HistoryScreen
from tui.screens.run import RunScreen
from tui.widgets.run_table import RunTable


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return recorded_project(tmp_path / "p", runs=(RUN, CACHED_RUN))


@pytest.fixture(autouse=True)
def _zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Show times as they are in Shanghai."""
    monkeypatch.setenv("TZ", "Asia/Shanghai")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def runs_of(folder: Path) -> Path:
    return folder / ".paddock" / "runs"


def add_run(folder: Path, name: str, lines: int | None = None) -> None:
    """Add a run like the cached one; with ``lines``, only so many of its events."""
    target = runs_of(folder) / name
    target.mkdir()
    text = (runs_of(folder) / CACHED_RUN / "events.jsonl").read_text().replace(CACHED_RUN, name)
    kept = text.splitlines(keepends=True)[:lines]
    (target / "events.jsonl").write_text("".join(kept))


@contextmanager
def held(folder: Path, run: str) -> Iterator[None]:
    """Hold the project's lock as the runner of ``run`` does."""
    with run_lock(folder / ".paddock" / "lock", run):
        yield


async def test_runs_with_ending_time_duration_stages_and_accuracy(folder: Path) -> None:
    async with opened(CalmBackend(folder)) as (app, pilot):
        await pilot.press("6")
        await until_shown(pilot, app, "2 runs, newest first", "5 ran")
        rows = [line for line in lines_of(app) if "99.67%" in line]
        assert all(part in rows[0] for part in ("✔ PASS", "2026-11-23 01:51", "0.3 s", "5 cached"))
        assert all(part in rows[1] for part in ("✔ PASS", "2026-11-23 01:27", "2 min 52 s"))
        assert "data ✔ cached" in text_of(app)
        await pilot.press("down")
        await until_shown(pilot, app, "data ✔ done")

        new = "20261122-200000-0000"  # the list grows when a run begins
        add_run(folder, new, lines=3)
        with held(folder, new):
            await until_shown(pilot, app, "3 runs")
            selected = app.screen.query_one(RunTable).selected
            assert selected is not None and selected.name == RUN  # the cursor stays on its run


async def test_what_is_gone_meanwhile_is_no_crash(folder: Path) -> None:
    async with opened(CalmBackend(folder), LARGE) as (app, pilot):
        await pilot.press("6")
        await until_shown(pilot, app, "5 ran")
        shutil.rmtree(runs_of(folder))
        (folder / ".paddock" / "ledger.jsonl").unlink()
        await pilot.press("c")
        await until_shown(pilot, app, "neither run came to a stage")
        await pilot.press("escape")
        await until_shown(pilot, app, "This project was never run: 1 shows where to start one.")
        await pilot.press("enter", "space", "c")
        assert isinstance(app.screen, HistoryScreen)


async def test_runs_that_did_not_end_well(folder: Path) -> None:
    add_run(folder, "20261122-180000-0000", lines=7)
    add_run(folder, "20261122-190000-0000", lines=0)
    events = runs_of(folder) / CACHED_RUN / "events.jsonl"
    failed = {"type": "run-failed", "code": 3, "message": "no \x1b[2J[red]room[/red]"}
    ended = {"type": "run-finished", "code": 3, "seconds": 75.0}
    head = {"seq": 99, "time": "2026-11-22T18:00:00+00:00", "run": CACHED_RUN, "stage": ""}
    kept = events.read_text().splitlines()[:-1]
    lines = [*kept, json.dumps({**head, **failed}), json.dumps({**head, **ended})]
    events.write_text("\n".join(lines) + "\n")
    async with opened(CalmBackend(folder), LARGE) as (app, pilot):
        await pilot.press("6")
        await until_shown(pilot, app, "✘ FAIL: a stage failed")
        assert text_of(app).count("■ cut short") == 3  # two rows, and the selected one's details
        await pilot.press("down", "down")
        await until_shown(pilot, app, "→ no \\x1b[2J[red]room[/red]")


async def test_of_a_thousand_runs_only_those_in_view_are_read(folder: Path) -> None:
    for number in range(1000):
        hours, minutes = number // 3600, number // 60 % 60
        add_run(folder, f"20261121-{hours:02d}{minutes:02d}{number % 60:02d}-0000")
    async with opened(CalmBackend(folder)) as (app, pilot):
        await pilot.press("6")
        await until_shown(pilot, app, "1002 runs, newest first")
        await until_shown(pilot, app, "5 cached")
        screen = app.screen
        assert isinstance(screen, HistoryScreen)
        await until(pilot, lambda: len(screen.known) >= 26)
        await calm(pilot)
        assert len(screen.known) < 200  # the rest is read when it is looked at
        await pilot.press("G")
        await until(pilot, lambda: "20261121-000000-0000" in screen.known)
        await until_shown(pilot, app, "2026-11-23 01:51")


# Going back to a run.


async def test_an_earlier_run_is_shown_and_named_as_such(folder: Path) -> None:
    async with opened(CalmBackend(folder), LARGE) as (app, pilot):
        await pilot.press("6")
        await until_shown(pilot, app, "5 ran")
        await pilot.press("down", "enter")
        await until(pilot, lambda: isinstance(app.screen, RunScreen))
        await until_shown(pilot, app, f"earlier run {RUN}")
        assert app.view.name == RUN and "✔ done" in text_of(app)
        await until(pilot, lambda: "L latest run" in lines_of(app)[-1])
        await pilot.press("L")
        await until(pilot, lambda: app.view.name == CACHED_RUN)
        await until(pilot, lambda: "earlier run" not in text_of(app))
        await until(pilot, lambda: "latest run" not in lines_of(app)[-1])

        await pilot.press("6", "end", "enter")
        await until(pilot, lambda: app.view.name == RUN)
        new = "20261122-200000-0000"
        add_run(folder, new, lines=3)
        with held(folder, new):  # a run that starts newly takes over
            await until(pilot, lambda: app.view.name == new)
            await until(pilot, lambda: "earlier run" not in text_of(app))


async def test_a_run_that_goes_on_does_not_push_the_chosen_one_away(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    going = "20261122-200000-0000"
    add_run(folder, going, lines=3)
    with held(folder, going):
        async with opened(CalmBackend(folder), LARGE) as (app, pilot):
            await until(pilot, lambda: app.view.name == going)
            await pilot.press("6")
            await until_shown(pilot, app, "▶ running")
            await pilot.press("down", "down", "enter")
            await until(pilot, lambda: app.view.name == RUN)
            looks: list[bool] = []
            poll = app._watch.poll

            def look() -> bool:
                looks.append(poll())
                return looks[-1]

            monkeypatch.setattr(app._watch, "poll", look)
            await until(pilot, lambda: len(looks) >= 10)
            assert app.view.name == RUN and app.run_goes_on
            await pilot.press("L")
            await until(pilot, lambda: app.view.name == going)


# Two compared.


async def test_the_two_newest_are_compared(folder: Path) -> None:
    path = runs_of(folder) / CACHED_RUN / "report.json"
    report = json.loads(path.read_text())
    report["models"][1]["accuracy"] = 0.98
    path.write_text(json.dumps(report))
    async with opened(CalmBackend(folder), LARGE) as (app, pilot):
        await pilot.press("6")
        await until_shown(pilot, app, "5 ran")
        await pilot.press("c")
        await until_shown(pilot, app, "99.67→98.00%")
        row = next(line for line in lines_of(app) if "99.67→" in line)
        assert "↓ worse" in row and row.split()[0] == "accuracy"
        assert "nothing changed in data, train, export, convert, verify" in text_of(app)
        await pilot.press("x")
        await until_shown(pilot, app, "98.00→99.67%")
        assert "↑ better" in text_of(app)
        await pilot.press("escape")
        assert isinstance(app.screen, HistoryScreen)


async def test_a_marked_run_is_compared_with_the_selected_one(folder: Path) -> None:
    add_run(folder, "20261122-180000-0000", lines=7)
    async with opened(CalmBackend(folder), LARGE) as (app, pilot):
        await pilot.press("6")
        await until_shown(pilot, app, "■ cut short")
        await pilot.press("space", "down", "down")
        await until_shown(pilot, app, "█ ■ cut short")
        await pilot.press("c")
        assert isinstance(app.screen, CompareScreen)
        await until_shown(pilot, app, "20261122-180000-0000 has no report: it ended before")
        lines = lines_of(app)
        assert RUN in next(line for line in lines if line.strip().startswith("before"))
        assert any("convert" in line and "only before" in line for line in lines)


async def test_a_lone_run_has_nothing_to_be_compared_with(tmp_path: Path) -> None:
    async with opened(CalmBackend(recorded_project(tmp_path / "p"))) as (app, pilot):
        await pilot.press("6")
        await until_shown(pilot, app, "1 run, newest first")
        await pilot.press("c")
        await until_shown(pilot, app, "There is no second run")


async def test_every_size_is_survived(folder: Path) -> None:
    async with opened(CalmBackend(folder), (40, 10)) as (app, pilot):
        for size in ((40, 10), (20, 5), LARGE):
            await pilot.resize_terminal(*size)
            await pilot.press("6")
            await until(pilot, lambda: isinstance(app.screen, HistoryScreen))
            await until(pilot, lambda: app.screen.query_one(RunTable).count == 2)
            await pilot.press("space", "c")
            await until(pilot, lambda: isinstance(app.screen, CompareScreen))
            await pilot.resize_terminal(*SMALL)
            await until_shown(pilot, app, "two runs compared")
            await pilot.press("escape", "space", "1")
