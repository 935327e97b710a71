"""The sweep's screen: what it shows of one that goes on and of one that is over, and what its keys do."""

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.record.events import RunFinished
from pipeline.record.runs import latest_sweep, sweep_folder
from pipeline.run.background import running
from pipeline.run.options import Options, StopSwitch
from pipeline.swarm.kept import Begun, SwarmSweep
from pipeline.sweep.drive import Asked, sweep
from stages.contract import Exit
from support.background import finished, nothing_left_behind
from support.on_swarm import SWEEP as ON_SWARM
from support.on_swarm import left_when_placed
from support.pretended import PretendedEngine
from support.pretended_swarm import PretendedSwarm, install_swarm
from support.projects import SCRATCH, write_project
from support.registry import tiny_registry
from support.screen import (
    LARGE,
    SMALL,
    CalmBackend,
    calm,
    lines_of,
    opened,
    text_of,
    until,
    until_line,
    until_shown,
)
from support.sweeps import SWEEP as SWEEP_NAME
from support.sweeps import Script, failed, held
from tui.app import PaddockApp
from tui.screens.run import RunScreen
from tui.screens.sweep import SweepScreen
from tui.sweeps import Sweeps
from tui.widgets.sweep_table import MemberRows

SWEEP = """
[limits]
cpus = 1.0
memory = "1g"
[sweep.matrix]
train.seed = [1, 2, 3]
"""
NAMES = ("seed=1", "seed=2", "seed=3")


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    made = write_project(tmp_path / "p", SCRATCH + SWEEP)
    with nothing_left_behind(made / ".paddock"):
        yield made


def members(app: PaddockApp) -> list[str]:
    """Return the names in the rows on the screen, from the top."""
    rows = (line.split() for line in lines_of(app))
    return [word for line in rows for word in line[:4] if word in NAMES][: len(NAMES)]


async def test_a_sweep_that_is_over_member_by_member(folder: Path, engine: PretendedEngine) -> None:
    engine.breaks = lambda spec: (spec["stage"], spec["seed"]) == ("train", 2)
    asked = Asked(Options(), jobs=2)
    assert sweep(folder, asked, {}, lambda _envelope: None, StopSwitch()).code == 3
    async with opened(CalmBackend(folder), SMALL) as (app, pilot):
        await pilot.press("8")
        await until_shown(
            pilot, app, "✘ 2 of 3 done", "3 members, 2 at once", "Ranked by validation"
        )
        assert members(app) == ["seed=1", "seed=3", "seed=2"], "the one without a rank is last"
        assert "! 2 members ran at once" in text_of(app)
        await pilot.press("G")
        await until_shown(pilot, app, "✘ failed: train", "→ the train stage ended with code 3")
        await pilot.press("greater_than_sign", "I")  # by member, the other way round
        await until(pilot, lambda: members(app) == [*reversed(NAMES)])
        await pilot.press("home", "enter")
        await until_shown(pilot, app, "member seed=3", "✔ PASS", "model_arm.nb")
        assert isinstance(app.screen, RunScreen) and "not there any more" not in text_of(app)
        await pilot.press("r")
        await until_shown(pilot, app, "This is the run of a member: 8 leads to the sweep")
        assert not running(folder / ".paddock")
        await pilot.press("8")
        assert isinstance(app.screen, SweepScreen)
        await pilot.press("c")  # with the best of the others
        await until_shown(pilot, app, "plates · seed=1 → seed=3", "seed changed (1 → 3)")
        await pilot.press("escape", "end", "space", "up", "c")
        await until_shown(pilot, app, "seed=1 → seed=2", "✘ FAIL: a stage failed")
        await pilot.press("escape", "home", "O")
        assert app.notice and app.notice.message.endswith("p/out.sweep/report.html")
        await pilot.press("o", "O")
        assert app.notice and app.notice.message.endswith("p/out.sweep/seed=3/report.html")


async def test_a_sweep_that_goes_on_is_followed_and_stopped(folder: Path) -> None:
    script = Script(NAMES, jobs=2, pid=7, host="there").begin("seed=1", "data", "train")
    script.train("seed=1", 15, 0.5).write(folder)
    backend = CalmBackend(folder)
    with held(folder, pid=7, host="there"):
        async with opened(backend, SMALL) as (app, pilot):
            await until_shown(pilot, app, "▶ 0/3", "▶ train 50%", "50.00%", "○ 2 waiting")
            await pilot.press("q")
            await until_shown(pilot, app, "The sweep is still going.", "its members save")
            await pilot.press("escape")
            script.end("seed=1").begin("seed=2").write(folder)
            await until_shown(pilot, app, "▶ 1/3", "✔ PASS", "90.00% *", "80.00% (74.0%-84.0%)")
            await pilot.press("r")
            await until_shown(pilot, app, "A run is already in progress.")
            await pilot.press("s")
            await until_shown(pilot, app, "Stopping")
            assert backend.stopped == [False]
            script.end("seed=2", **failed("seed=2")).own(RunFinished(3, 20.0)).write(folder)
            await until_shown(pilot, app, "The sweep is over: 1 of 3 members are done.")
            await until_line(pilot, app, "seed=3", "– not begun")
            await pilot.press("end", "enter")
            await until_shown(pilot, app, "The selected member has no run yet.")


async def test_a_sweep_on_a_swarm_is_ended_after_a_question_and_never_by_the_way(
    tmp_path: Path, engine: PretendedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    swarm = install_swarm(monkeypatch, PretendedSwarm(tmp_path / "nodes"))
    with tiny_registry() as registry:
        registry.repository = "team/paddock-sweeps"
        folder = write_project(tmp_path / "p", SCRATCH + ON_SWARM.format(registry=registry.name))
        assert left_when_placed(folder).code == Exit.INTERRUPTED
        backend = CalmBackend(folder)
        async with opened(backend, SMALL) as (app, pilot):
            await pilot.press("8")
            with held(folder):  # who hears of it: the sweep was begun here
                await until_shown(pilot, app, "seed=2", "stop")
                await until(pilot, lambda: app.run_goes_on)
                await pilot.press("q")
                await until_shown(pilot, app, "The sweep is still going.", "Detach")
                assert "save what they can resume from" not in text_of(app)
                await pilot.press("escape", "s")
                await until_shown(pilot, app, "End the sweep on the Swarm?")
                await pilot.press("escape")
                assert swarm.wanted and backend.stopped == [], "it was only asked"
            await until(pilot, lambda: not app.run_goes_on)
            await pilot.press("s")
            await until_shown(pilot, app, "End the sweep on the Swarm?")
            await pilot.press("y")
            await until_shown(pilot, app, "The sweep on the Swarm is ended.")
            assert swarm.wanted == {} and registry.manifests == {}
            await until_line(pilot, app, "seed=2", "– not begun")
            await pilot.press("s")
            await until_shown(pilot, app, "Nothing is running.")


async def test_a_sweep_here_is_stopped_whatever_goes_on_on_a_swarm(folder: Path) -> None:
    begun = Begun(inputs="r/n@sha256:" + "0" * 64, plain_http=True)
    for name in ("20200101-000000-0000", "20200102-000000-0000"):
        record = SwarmSweep(sweep_folder(folder / ".paddock", name))
        record.own.path.mkdir(parents=True)
        record.begin(begun)
    (record.own.path / "swarm.json").write_text("{")
    Script(NAMES, jobs=2, pid=7, host="there").begin("seed=1", "train").write(folder)
    backend = CalmBackend(folder)
    with held(folder, pid=7, host="there"):
        async with opened(backend, SMALL) as (app, pilot):
            await until_shown(pilot, app, "▶ 0/3")
            await pilot.press("q")
            await until_shown(pilot, app, "The sweep is still going.", "its members save")
            await pilot.press("escape", "s")
            await until_shown(pilot, app, "Stopping")
            assert backend.stopped == [False]


async def test_a_run_goes_on_while_the_sweep_that_is_shown_is_ended_on_its_swarm(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nodes_ended = threading.Event()
    monkeypatch.setattr(Sweeps, "end_on_swarm", lambda _sweeps: nodes_ended.wait())
    Script(NAMES, jobs=0, pid=8, host="there").begin("seed=1", "train").write(folder)
    begun = Begun(inputs="r/n@sha256:" + "0" * 64, plain_http=True)
    SwarmSweep(sweep_folder(folder / ".paddock", SWEEP_NAME)).begin(begun)
    backend = CalmBackend(folder)
    with held(folder, pid=7, host="there"):
        async with opened(backend, SMALL) as (app, pilot):
            await pilot.press("8")
            await until_shown(pilot, app, "seed=1", "stop")
            await pilot.press("s")
            await until_shown(pilot, app, "End the sweep on the Swarm?")
            await pilot.press("y")
            await until_shown(pilot, app, "Ending the sweep on the Swarm.")
            await pilot.press("s", "q")
            await until_shown(pilot, app, "is being ended; leaving waits for that.")
            await pilot.press("escape")
            nodes_ended.set()
            await until_shown(pilot, app, "The sweep on the Swarm is ended.")
            assert backend.stopped == []


async def test_only_the_rows_that_changed_are_drawn(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = tuple(f"seed={n}" for n in range(1000))
    script = Script(names, pid=7, host="there").begin("seed=0", "train").train("seed=0", 3)
    script.write(folder)
    drawn: list[int] = []
    render = MemberRows.render_line

    def counted(rows: MemberRows, y: int) -> object:
        drawn.append(y)
        return render(rows, y)

    monkeypatch.setattr(MemberRows, "render_line", counted)
    with held(folder, pid=7, host="there"):
        async with opened(CalmBackend(folder), SMALL) as (app, pilot):
            await pilot.press("8")
            await until_shown(pilot, app, "▶ train 10%", "○ 999 waiting")
            drawn.clear()
            script.train("seed=0", 6).write(folder)
            await until_shown(pilot, app, "▶ train 20%")
            text_of(app)
            regions = len(set(drawn))
            assert regions <= 30, "of a thousand rows only those on the screen"


async def test_a_sweep_is_planned_then_started_in_the_background(
    folder: Path, engine: PretendedEngine
) -> None:
    backend = CalmBackend(folder)
    async with opened(backend, SMALL) as (app, pilot):
        await pilot.press("8")
        await until_shown(pilot, app, "There was no sweep yet: r plans one", "never run")
        await pilot.press("r")
        await until_shown(pilot, app, "3 members", "1 member at once", "room for 3 by their limits")
        await until_line(pilot, app, "seed=2", "shared data · make train export convert verify")
        await pilot.press("minus", "plus", "right", "right")
        await until_shown(pilot, app, "3 members at once", "each slows the others")
        await pilot.press("escape", "r")
        await until_shown(pilot, app, "1 member at once")
        assert not latest_sweep(folder / ".paddock")
        await pilot.press("enter")  # in a process of its own, for which there is no engine
        await until_shown(pilot, app, "is not running", "✘ FAIL: no engine or image")
        screen = app.screen
        assert isinstance(screen, SweepScreen)
        await until(pilot, lambda: not screen._watch.goes_on)
        await calm(pilot)
        assert app.notice is None, "why it refused stands there"
        assert isinstance(app.focused, MemberRows) and "rank" not in text_of(app)
    state = folder / ".paddock"
    ended = finished(sweep_folder(state, latest_sweep(state)))[-1].event
    assert isinstance(ended, RunFinished) and ended.code == 4 and running(state) is None


async def test_a_long_plan_leaves_room_for_the_keys(
    folder: Path, engine: PretendedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = ", ".join(map(str, range(1, 21)))
    (folder / "paddock.toml").write_text(SCRATCH + SWEEP.replace("1, 2, 3", many))
    lines = [f"sentence {number}" for number in range(8)]
    monkeypatch.setattr("tui.screens.sweep_options.plan_lines", lambda _plan, _jobs: lines)
    async with opened(CalmBackend(folder), SMALL) as (app, pilot):
        await pilot.press("8", "r")
        await until_shown(pilot, app, "sentence 0", "room for")
        await pilot.press("plus")
        await until_shown(pilot, app, "2 members at once", "each slows the others", "esc close")


async def test_what_cannot_be_planned_is_said_in_the_question(folder: Path) -> None:
    (folder / "paddock.toml").write_text(SCRATCH + SWEEP.replace("[1, 2, 3]", '["two"]'))
    async with opened(CalmBackend(folder), SMALL) as (app, pilot):
        await pilot.press("8", "r")
        await until_shown(pilot, app, "✘", "seed=two", "train.seed")
        await pilot.press("enter")
        assert not latest_sweep(folder / ".paddock")


async def test_a_project_without_a_sweep_says_how_to_have_one(tmp_path: Path) -> None:
    async with opened(CalmBackend(write_project(tmp_path / "p")), LARGE) as (app, pilot):
        assert "8 sweep" not in text_of(app)
        await pilot.press("8")
        await until_shown(pilot, app, "The project has no sweep: [sweep] in paddock.toml makes one")
        assert isinstance(app.screen, RunScreen)


async def test_names_and_settings_from_outside_drive_nothing(folder: Path) -> None:
    hostile = {"train.overrides": ["\x1b[2J[red]"]}
    script = Script(("a", "b"), settings={"a": dict(hostile), "b": {}}).begin("a")
    script.end("a", **{**failed("a", "[bold]\x1b[2J no"), "settings": hostile}).write(folder)
    async with opened(CalmBackend(folder), LARGE) as (app, pilot):
        await pilot.press("8")
        await until_shown(pilot, app, "[bold]", "[red]")
        assert "\x1b" not in text_of(app)
        shutil.rmtree(folder / ".paddock")
        await calm(pilot)
