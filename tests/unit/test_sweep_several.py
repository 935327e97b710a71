"""A sweep over several projects: each as it would be alone, one table, and none stands in another's way."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import UsageError
from pipeline.project.several import load_several, several_at
from pipeline.record.events import Envelope
from pipeline.record.ledger import Ledger
from pipeline.record.runlock import LOCK_NAME, run_lock
from pipeline.run.options import Options, StopSwitch
from pipeline.sweep.drive import Asked, SweepEnd
from pipeline.sweep.several import sweep_several
from pipeline.sweep.table import load_table
from pipeline.sweep.words import choice
from stages.contract import Exit
from support.cli import call
from support.pretended import PretendedEngine
from support.projects import SCRATCH, write_project

LIMITS = "[limits]\ncpus = 1\nmemory = '1g'\n"
PROJECTS = ["customers/a", "customers/b", "customers/c"]
pytestmark = pytest.mark.usefixtures("engine")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with three projects, and the file that names them."""
    for name in PROJECTS:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        write_project(tmp_path / name, SCRATCH + LIMITS)
    write(tmp_path, 'projects = ["customers/*"]\n[matrix]\ntrain.seed = [1, 2]\n')
    return tmp_path


def write(place: Path, text: str) -> Path:
    path = place / "sweep.toml"
    path.write_text(text)
    return path


def go(
    place: Path, *, jobs: int = 1, stop: StopSwitch | None = None, **options: Any
) -> tuple[SweepEnd, list[Envelope]]:
    heard: list[Envelope] = []
    asked = Asked(Options(**options), jobs)
    several = load_several(place / "sweep.toml")
    return sweep_several(several, asked, {}, heard.append, stop or StopSwitch()), heard


def rows(end: SweepEnd) -> list[tuple[str, str, str, int | None]]:
    assert end.table is not None
    return [(row.project, row.name, row.state, row.rank) for row in end.table.rows]


@pytest.mark.parametrize("jobs", [1, 2])
def test_each_project_is_swept_as_it_would_be_alone_and_one_table_has_all(
    place: Path, engine: PretendedEngine, jobs: int
) -> None:
    end, heard = go(place, jobs=jobs)
    assert end.code == Exit.OK
    assert rows(end) == [
        (name, f"seed={seed}", "done", seed) for name in PROJECTS for seed in (1, 2)
    ]
    assert load_table(place / "out.sweep" / "sweep.json") == end.table
    for name in PROJECTS:
        own = load_table(place / name / "out.sweep" / "sweep.json")
        assert [row.name for row in own.rows] == ["seed=1", "seed=2"] and own.projects == ()
        assert (place / name / "out.sweep" / "seed=2" / "SHA256SUMS").is_file()
        assert (place / name / "paddock.locks" / "seed=1.lock").is_file()
        assert len(Ledger(place / name / ".paddock" / "ledger.jsonl").conclusions) == 2
    assert {it.project for it in heard} == {*PROJECTS}
    page = (place / "out.sweep" / "report.html").read_text()
    assert 'href="../customers/b/out.sweep/seed%3D2/report.html"' in page
    assert 'href="../customers/b/out.sweep/report.html"' in page
    assert end.table is not None and "no project stands before another" in choice(end.table)

    engine.ran.clear()
    again, _heard = go(place, jobs=jobs, locked=True)
    assert again.code == Exit.OK and engine.ran == [], "all is cached"


def test_ranks_do_not_cross_validation_sets_within_a_project_either(place: Path) -> None:
    write(place, 'projects = ["customers/a"]\n[matrix]\ndata.max_text_length = [20, 25]\n')
    end, _heard = go(place)
    assert end.table is not None
    sets = {row.validation_set for row in end.table.rows}
    assert [row.rank for row in end.table.rows] == ([1, 1] if len(sets) == 2 else [1, 2])


def test_without_settings_each_project_is_run_as_it_is(place: Path) -> None:
    write(place, 'projects = ["customers/a", "customers/c"]\n')
    end, _heard = go(place)
    assert [(it[0], it[1]) for it in rows(end)] == [
        ("customers/a", "as-it-is"), ("customers/c", "as-it-is"),
    ]  # fmt: skip


def test_who_is_broken_or_busy_is_named_and_stops_no_other(
    place: Path, engine: PretendedEngine
) -> None:
    (place / "customers/a/paddock.toml").write_text("[project]\nname = 3\n")
    engine.breaks = lambda spec: (spec["stage"], spec["seed"]) == ("train", 2)
    with run_lock(place / "customers/b/.paddock" / LOCK_NAME, "20261129-041826-e305"):
        end, _heard = go(place)
    assert end.code == Exit.STAGE
    assert rows(end) == [
        ("customers/a", "", "failed", None),
        ("customers/b", "", "failed", None),
        ("customers/c", "seed=1", "done", 1),
        ("customers/c", "seed=2", "failed", None),
    ]
    assert end.table is not None
    said = {row.project: row.message for row in end.table.rows if not row.name}
    assert "project.name" in said["customers/a"]
    assert "another run of this project is going on" in said["customers/b"]
    printed = call("sweep", "table", place).stdout
    assert "! customers/b: another run of this project is going on" in printed.replace("\n", " ")
    assert "! customers/c/seed=2: the train stage ended" in printed.replace("\n", " ")


def test_locks_are_taken_before_anything_starts_and_let_go_of_at_the_end(
    place: Path, engine: PretendedEngine
) -> None:
    held: list[str] = []

    def look(_spec: Mapping[str, Any]) -> None:
        if not held:
            for name in PROJECTS:
                lock = run_lock(place / name / ".paddock" / LOCK_NAME)
                with pytest.raises(UsageError, match="another run of this project"), lock:
                    pass
                held.append(name)

    engine.before = look
    assert go(place)[0].code == Exit.OK and held == PROJECTS
    for name in PROJECTS:
        with run_lock(place / name / ".paddock" / LOCK_NAME) as dead:
            assert dead == ""


def test_a_stop_begins_no_other_project_and_the_same_command_goes_on(
    place: Path, engine: PretendedEngine
) -> None:
    stop = StopSwitch()
    engine.before = lambda spec: stop.order(Exit.INTERRUPTED) if spec["stage"] == "train" else None
    engine.breaks = lambda spec: spec["stage"] == "train"
    end, _heard = go(place, stop=stop)
    assert end.code == Exit.INTERRUPTED
    assert [it[2] for it in rows(end)] == ["stopped", "not begun", "not begun", "not begun"]
    engine.before, engine.breaks = (lambda _spec: None), (lambda _spec: False)
    engine.ran.clear()
    end, _heard = go(place)
    assert end.code == Exit.OK and engine.ran.count("data") == 2, "the first has its data"


def test_as_many_members_of_several_projects_as_of_one_fit_the_engine(
    place: Path, engine: PretendedEngine
) -> None:
    for name in PROJECTS:
        path = place / name / "paddock.toml"
        path.write_text(path.read_text().replace("cpus = 1", "cpus = 4"))
    end, _heard = go(place, jobs=3)
    assert end.code == Exit.USAGE and engine.ran == []
    assert end.table is not None and "3 members at once need 12 CPUs" in end.table.rows[0].message


def test_the_command_takes_the_file_or_its_folder(place: Path) -> None:
    planned = call("sweep", "plan", place / "sweep.toml")
    assert planned.returncode == 0, planned.stderr
    assert planned.stdout.count("2 members") == 3 and "customers/b:" in planned.stdout
    done = call("sweep", place)
    assert done.returncode == 0, done.stderr
    assert "customers/b/seed=1  verify   ✔ done in" in done.stdout
    events = call("sweep", "run", place, "--json").stdout.splitlines()
    assert {json.loads(line)["project_folder"] for line in events} == {*PROJECTS}
    plan = json.loads(call("sweep", "plan", place, "--json").stdout)
    assert [it["project"] for it in plan["projects"]] == PROJECTS
    assert all(it["make"] == 0 for it in plan["projects"])
    for words, said in (
        (["--json"], "customers/a"),
        (["--format", "md"], "| project | rank |"),
        (["--format", "html"], "<!doctype html>"),
    ):
        assert said in call("sweep", "table", place, *words).stdout


def test_a_folders_name_drives_no_terminal_and_no_page(place: Path) -> None:
    name = "customers/[red]\x1b[2J<b>\u202e"
    (place / "customers/c").rename(place / name)
    (place / "customers/b/paddock.toml").write_text("")
    asked: tuple[list[str | Path], ...] = (
        ["plan", place], [place], ["table", place], ["table", place, "--format", "md"],
    )  # fmt: skip
    for words in asked:
        done = call("sweep", *words)
        printed = done.stdout + done.stderr
        assert "\x1b" not in printed and "\u202e" not in printed and "red" in printed, words
    page = (place / "out.sweep" / "report.html").read_text()
    assert (
        "2J<b>" not in page
        and "2J&lt;b&gt;" in page
        and "\x1b" not in page
        and "\u202e" not in page
    )


def test_a_plan_names_who_is_broken_and_plans_the_others(place: Path) -> None:
    (place / "customers/b/paddock.toml").write_text("[project]\nname = 3\n")
    planned = call("sweep", "plan", place)
    assert planned.returncode == 2 and planned.stdout.count("2 members") == 2
    assert "! customers/b: paddock.toml:2: project.name: input should be" in planned.stderr
    found = json.loads(call("sweep", "plan", place, "--json").stdout)["projects"]
    assert [("error" in it) for it in found] == [False, True, False]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["attach"], "attach is about the sweep of one project"),
        (["stop"], "stop is about the sweep of one project"),
        (["compare", "a", "b"], "compare is about the sweep of one project"),
        (["run", "--swarm"], "a sweep of several projects runs on one engine only"),
        (["table"], "there is no table of a sweep yet"),
        (["run", "--member", "seed=9"], "has no member 'seed=9'"),
    ],
)
def test_what_several_projects_cannot_have_is_refused(
    place: Path, engine: PretendedEngine, words: list[str], said: str
) -> None:
    what, *options = words
    done = call("sweep", what, *options, place)
    assert done.returncode == 2 and engine.ran == []
    assert said in (done.stderr + done.stdout).replace("\n", " "), done.stderr


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "sweep.toml:1: projects: required, but not there"),
        ("projects = []", "sweep.toml:1: projects: list should be at least 1 long"),
        ('\nprojects = "a"', "sweep.toml:2: projects: input should be a valid list"),
        ('projects = ["nobody/*"]', "sweep.toml:1: projects: no folder with paddock.toml is called"),
        ('projects = [""]', "sweep.toml:1: projects: must be a folder"),
        ('projects = ["."]', "sweep.toml:1: projects: a project and sweep.toml cannot be in one folder"),
        ('projects = ["a"]\nmatrx = 1', "sweep.toml:2: matrx: unknown key; did you mean"),
        ('projects = ["a"]\n[matrix]\ntrain.seed = 1', "sweep.toml:3: matrix.train.seed: must be a list"),
        ('projects = ["a"]\n[[members]]\nproject.name = "x"', "sweep.toml:3: members.project.name: all"),
        ('projects = ["a"', "not valid TOML"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_the_file_is_said_with_line_and_key(
    tmp_path: Path, text: str, said: str
) -> None:
    path = write(tmp_path, text)
    with pytest.raises(UsageError) as refused:
        load_several(path)
    assert said in refused.value.message and refused.value.where == str(path)


def test_a_setting_that_a_project_cannot_have_is_said_of_that_project(place: Path) -> None:
    write(place, 'projects = ["customers/a"]\n[matrix]\ntrain.seed = ["two"]\n')
    end, _heard = go(place)
    assert end.code == Exit.USAGE and end.table is not None
    assert "sweep.toml: member seed=two: train.seed: input should be" in end.table.rows[0].message


def test_a_folder_that_could_mean_either_is_refused(place: Path) -> None:
    assert several_at(place) == place / "sweep.toml"
    assert several_at(place / "customers/a") is None
    write_project(place / "both", SCRATCH)
    write(place / "both", 'projects = ["../customers/a"]')
    with pytest.raises(UsageError, match=r"both paddock\.toml and sweep\.toml"):
        several_at(place / "both")
    assert several_at(place / "both/paddock.toml") is None
    assert several_at(place / "both/sweep.toml") == place / "both/sweep.toml"


def test_a_project_into_which_nothing_can_be_written_stops_no_other(place: Path) -> None:
    (place / "customers/a/.paddock").write_text("")
    (place / "customers/b/out.sweep").write_text("")
    end, _heard = go(place)
    assert [(it[0], it[2]) for it in rows(end)] == [
        ("customers/a", "failed"), ("customers/b", "failed"),
        ("customers/c", "done"), ("customers/c", "done"),
    ]  # fmt: skip
    assert end.code == Exit.STAGE and end.table is not None


def test_where_no_project_began_the_table_before_stays(place: Path) -> None:
    before = go(place)[0].table
    stop = StopSwitch()
    stop.order(Exit.INTERRUPTED)
    end, _heard = go(place, stop=stop)
    assert end.code == Exit.INTERRUPTED and end.table is not None and end.table != before
    assert load_table(place / "out.sweep" / "sweep.json") == before
