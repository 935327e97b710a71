"""A sweep as plain data: what each event makes of it, how it sorts, what is left, and following it."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from pipeline.record.events import (
    Delivered,
    Envelope,
    MemberEnded,
    MemberPlaced,
    MemberStarted,
    Noted,
    RunFailed,
    RunFinished,
    RunStarted,
    StageStarted,
)
from pipeline.record.runs import sweep_folder
from pipeline.swarm.kept import Begun, SwarmSweep
from stages.contract import Exit
from support.hostile_report import HOSTILE
from support.sweeps import BEGIN, SWEEP, Script, a_row, failed, held
from tui.views.sweep import SweepView, seconds_left
from tui.views.sweep_watch import SweepWatch
from tui.widgets.sweep_columns import columns_of, in_order, state_text
from tui.widgets.sweep_layout import layout
from tui.widgets.sweep_summary import detail_text, standing_text

NAMES = ("a", "b", "c")


def view_of(script: Script) -> SweepView:
    view = SweepView()
    view.apply_all(script.said)
    return view


def states(view: SweepView) -> dict[str, str]:
    return {it.name: state_text(it).plain for it in view.members.values()}


def test_a_sweep_in_the_middle_of_its_way() -> None:
    script = Script(NAMES, jobs=2).begin("a", "data", "train").begin("b", "data")
    script.train("a", 9, 0.5).train("a", 12, 0.4)
    script.of("b", Noted("another member is making the same; waiting"), "train")
    view = view_of(script)
    assert states(view) == {"a": "▶ train 40%", "b": "▶ train…", "c": "○ waiting"}
    assert view.members["a"].validation == 0.5 and not view.ranked
    assert "another member" in view.members["b"].note
    script.of("b", StageStarted("k", "never run", "sha256:i", "/log"), "train")
    assert states(view_of(script))["b"] == "▶ train"
    script.end("a").end("b", **failed("b"))
    view = view_of(script)
    assert states(view) == {"a": "✔ PASS", "b": "✘ failed: train", "c": "○ waiting"}
    assert view.members["b"].failure == "the train stage ended with code 3"
    assert view.ranked["a"].rank == 1 and view.ranked["b"].rank is None
    script.own(RunFinished(Exit.INTERRUPTED, 200.0))
    assert states(view_of(script))["c"] == "– not begun"


def test_events_that_come_twice_count_once_and_a_second_attempt_begins_anew() -> None:
    script = Script(NAMES).begin("a", "data", "train").train("a", 30, 0.9)
    view = view_of(script)
    view.apply_all(it for it in script.said if it.member)
    assert states(view)["a"] == "▶ train 100%"
    again = Envelope(
        0, script.said[-1].time, "20261122-180000-0000", "data",
        StageStarted("k", "never run", "sha256:i", "/log"), "a",
    )  # fmt: skip
    view.apply(again)
    assert states(view)["a"] == "▶ data" and view.members["a"].validation is None


def test_where_a_swarm_has_a_member_is_a_column() -> None:
    script = Script(NAMES).own(MemberPlaced("a", "node-1", "running"))
    assert "node" in {it.title for it in columns_of(view_of(script))}
    script.own(MemberPlaced("a", "node-2", "running", 2)).own(MemberPlaced("b", "", "pending"))
    view = view_of(script)
    node = next(it for it in columns_of(view) if it.title == "node")
    cells = [node.cell(view.members[name], None).plain for name in NAMES]
    assert cells == ["node-2 (2)", "pending", ""]
    assert "node" not in {it.title for it in columns_of(view_of(Script(NAMES)))}


def test_on_a_swarm_it_goes_on_when_nobody_hears_of_it_and_another_attempt_begins_anew() -> None:
    script = Script(NAMES, jobs=0).own(MemberPlaced("a", "node-1", "running")).begin("a", "train")
    script.train("a", 15).own(RunFailed(130, "detached")).own(RunFinished(130, 9.0))
    view = view_of(script)
    assert states(view) == {"a": "▶ train 50%", "b": "○ waiting", "c": "○ waiting"}
    assert view.finished and len(view.open_members) == 3
    (said,) = standing_text(view, script.now, goes_on=False)
    assert said.plain == "■ 0 of 3 heard of; on the Swarm it goes on"

    failed_to_hear = script.own(RunFailed(4, "no engine")).own(RunFinished(4, 0.1))
    assert len(view_of(failed_to_hear).open_members) == 3
    script.own(RunStarted("plates", "/p", 8, "host", "unix:///s", "0.1.0"))
    script.own(MemberPlaced("a", "node-2", "running", 2))  # what it says has the same run's name
    again = [Envelope(0, it.time, it.run, "data", it.event, "a") for it in script.said if it.member]
    view = view_of(script)
    assert not view.finished and view.failure is None and view.pid == 8
    assert states(view)["a"] == "○ waiting" and seconds_left(view, script.now) is not None
    view.apply(again[0])
    assert states(view)["a"] == "▶ data" and view.members["a"].node == "node-2"


def test_ranks_are_by_validation_whatever_the_test_says() -> None:
    script = Script(NAMES)
    measured = (("a", 0.8, 1.0, 5), ("b", 0.9, 0.1, 9), ("c", 0.7, 0.9, 7))
    for name, validation, test, size in measured:
        script.begin(name).end(name, validation=validation, test=test, size=size)
    view = view_of(script)
    assert [view.ranked[name].rank for name in NAMES] == [2, 1, 3]
    assert [view.ranked[name].on_front for name in NAMES] == [True, True, False]


@pytest.mark.parametrize(
    ("title", "turned", "order"),
    [
        ("rank", False, "bcade"),
        ("rank", True, "acbde"),
        ("member", False, "abcde"),
        ("member", True, "edcba"),
        ("state", False, "deabc"),
        ("validation", False, "bcdae"),
        ("validation", True, "adcbe"),
        ("test (95 %)", False, "abcde"),
        ("size", False, "cbade"),
        ("time", True, "abcde"),
        ("train.seed", False, "edcba"),
    ],
)
def test_sorted_by_any_column_the_best_or_the_smallest_first(
    title: str, turned: bool, order: str
) -> None:
    names = "abcde"
    settings = {name: {"train.seed": 10 - place} for place, name in enumerate(names)}
    script = Script(names, settings=dict(settings))
    script.begin("a").end("a", validation=0.5, test=0.9, size=30)
    script.begin("b").end("b", validation=0.9, test=0.8, size=20)
    script.begin("c").end("c", validation=0.8, test=0.7, size=10)
    script.begin("d", "train").train("d", 3, 0.6).begin("e").end("e", **failed("e"))
    view = view_of(script)
    column = next(it for it in columns_of(view) if it.title == title)
    assert "".join(it.name for it in in_order(view, column, turned=turned)) == order


def test_what_is_left_is_the_plans_corrected_by_how_members_went() -> None:
    now = BEGIN + timedelta(seconds=30)
    left = seconds_left(view_of(Script(NAMES)), now)
    assert left == 300
    assert seconds_left(view_of(Script(NAMES, jobs=2)), now) == 150
    script = Script(NAMES).begin("a")
    assert seconds_left(view_of(script), now) == 70 + 200, "30 s of the first are gone"
    script.wait(120).end("a", took=120).begin("b")
    now = script.now + timedelta(seconds=20)
    assert seconds_left(view_of(script), now) == 100 + 120, "20 s more each than planned"
    assert seconds_left(view_of(script), script.now + timedelta(hours=1)) == 120
    script.end("b", took=120).begin("c")
    assert seconds_left(view_of(script), script.now + timedelta(hours=1)) == 0, "longer than that"


def test_without_a_past_run_the_first_member_tells() -> None:
    script = Script(NAMES, seconds=None).begin("a")
    assert seconds_left(view_of(script), BEGIN) is None
    script.end("a", took=40.0)
    assert seconds_left(view_of(script), BEGIN) == 80


def titles(view: SweepView, width: int, sorted_by: str = "rank") -> list[str]:
    return [it.head for it in layout(view, columns_of(view), sorted_by, width).places]


def test_columns_that_have_no_room_go_and_the_sorted_one_stays() -> None:
    short = view_of(Script(("seed=1", "seed=2")))
    assert titles(short, 75) == ["rank", "member", "state", "validation", "test (95 %)", "size"]
    assert titles(short, 75, "NED")[-1] == "NED"
    long = view_of(Script(("learning_rate=0.0003,seed=1", "learning_rate=0.001,seed=2")))
    assert titles(long, 74) == ["rank", "member", "state", "validation", "test"]
    assert {"size", "time"} < {*titles(long, 114)} and "train.seed" in titles(long, 150)
    for width in range(10, 200):
        for sorted_by in ("rank", "train.seed"):
            laid_out = layout(long, columns_of(long), sorted_by, width)
            row = laid_out.row(long.members["learning_rate=0.001,seed=2"], None)
            assert row.cell_len == laid_out.heads(sorted_by, turned=False).cell_len
            assert row.cell_len <= width or width < 60
    name = titles(view_of(Script(("x" * 100, "y"))), 74)
    assert name == ["rank", "member", "state", "validation", "test"], "a long name is cut"


# Following the files.


def caught_up(watch: SweepWatch) -> SweepView:
    watch.poll()
    while not watch.is_caught_up:
        watch.poll()
    return watch.view


def test_a_sweep_is_followed_with_its_members_and_then_a_later_one(tmp_path: Path) -> None:
    script = Script(NAMES, jobs=2, pid=7, host="there").begin("a", "data", "train").train("a", 15)
    script.write(tmp_path)
    watch = SweepWatch(tmp_path / ".paddock")
    with held(tmp_path, pid=7, host="there"):
        view = caught_up(watch)
        assert watch.goes_on and states(view)["a"] == "▶ train 50%"
        script.train("a", 18).write(tmp_path)
        assert watch.poll() and states(view)["a"] == "▶ train 60%"
        assert not watch.poll(), "nothing is new"
        script.end("a").begin("b", "data").write(tmp_path)
        watch.poll()
        assert states(view)["a"] == "✔ PASS" and states(view)["b"] == "▶ data"
        assert any(isinstance(it.event, RunFinished) for it in watch.seen), "its last words"
    later = sweep_folder(tmp_path / ".paddock", "20261122-180000-0001")
    later.path.mkdir(parents=True)
    lines = "".join(it.encode() + "\n" for it in Script(("x",)).said)
    later.events.write_text(lines.replace(SWEEP, later.name))
    assert list(caught_up(watch).members) == ["x"] and watch.folder == later


def test_whose_runner_died_is_cut_short_but_not_what_a_swarm_has(tmp_path: Path) -> None:
    script = Script(NAMES).begin("a", "train")
    script.write(tmp_path)
    view = caught_up(watch := SweepWatch(tmp_path / ".paddock"))
    assert watch.poll() and not watch.goes_on
    assert states(view) == {"a": "■ stopped: train", "b": "– not begun", "c": "– not begun"}
    with held(tmp_path, pid=99, host="elsewhere"):  # another run of the project
        assert caught_up(watch) is not None and not watch.goes_on
    script.own(MemberPlaced("b", "node-1", "running")).write(tmp_path)
    view = caught_up(watch := SweepWatch(tmp_path / ".paddock"))
    watch.poll()
    assert states(view)["a"] == "▶ train"
    begun = Begun(inputs="r/n@sha256:0", tool="t", plain_http=True, is_over=True)
    SwarmSweep(sweep_folder(tmp_path / ".paddock", SWEEP)).begin(begun)  # paddock sweep stop
    assert watch.poll() and states(view)["a"] == "■ stopped: train"


def test_what_members_did_not_tell_the_table_does(tmp_path: Path) -> None:
    script = Script(NAMES).begin("a").own(Delivered("/p/out.sweep", ("sweep.json",)))
    script.own(RunFinished(0, 9.0)).write(tmp_path)
    changes = {"sweep": SWEEP, "rows": (a_row("a", run="r"),)}
    table = view_of(Script(NAMES)).table.model_copy(update=changes)
    (tmp_path / "out.sweep").mkdir()
    (tmp_path / "out.sweep" / "sweep.json").write_text(table.dump())
    view = caught_up(SweepWatch(tmp_path / ".paddock"))
    assert states(view)["a"] == "✔ PASS" and view.ranked["a"].rank == 1


def test_a_sweep_that_refused_says_why(tmp_path: Path) -> None:
    script = Script(())
    script.said.clear()
    script.own(RunFailed(2, "paddock.toml: no")).own(RunFinished(2, 0.0)).write(tmp_path)
    view = caught_up(SweepWatch(tmp_path / ".paddock"))
    assert view.failure and view.failure.message == "paddock.toml: no" and not view.members


def test_a_sweep_that_has_nothing_left_to_make_is_not_late() -> None:
    view = view_of(Script(NAMES, seconds=0.0).begin("a", "data"))
    left = [it.plain for it in standing_text(view, BEGIN, goes_on=True)][2:]
    assert left == ["nothing left to make"]
    script = Script(NAMES).begin("a").wait(10).end("a", 10.0).begin("b").end("b", 10.0)
    view = view_of(script.begin("c").end("c", 10.0))  # only the table is still to come
    assert [it.plain for it in standing_text(view, script.now, goes_on=True)][2:] == left


def test_what_is_not_the_name_of_a_run_leads_to_no_file(tmp_path: Path) -> None:
    script = Script(("a", "b")).own(MemberStarted("a", "../../elsewhere"))
    plain = a_row("b", run="../../elsewhere").model_dump(mode="json", exclude_none=True)
    script.own(MemberEnded("b", plain)).write(tmp_path)
    with held(tmp_path, pid=1, host="elsewhere"):
        view = caught_up(SweepWatch(tmp_path / ".paddock"))
    assert states(view) == {"a": "▶ running", "b": "✔ PASS"}
    assert [it.run for it in view.members.values()] == ["", ""]


def test_all_about_a_member_is_shown_and_not_obeyed() -> None:
    hostile: dict[str, Any] = {f"x.{HOSTILE}": HOSTILE, "x.same": 1}
    script = Script(("a", "b"), settings={"a": hostile, "b": {"x.same": 1}}).begin("a")
    script.end("a", settings=hostile, validation_set=HOSTILE, made=(HOSTILE,), run=HOSTILE)
    view = view_of(script)
    told = detail_text(view, view.members["a"], columns_of(view), 80, BEGIN).plain
    assert "alert" in told and all(char.isprintable() for char in told.replace("\n", ""))
