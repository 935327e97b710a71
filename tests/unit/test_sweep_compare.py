"""Two members beside each other: what they were given, what it came to, and where their stages part."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.errors import UsageError
from pipeline.project import load_project
from pipeline.record.runs import run_folder
from pipeline.report.model import load_report
from pipeline.sweep.compare import compare_members, compared_markdown, compared_plain
from pipeline.sweep.table import Measured
from stages.contract import Mismatch
from support.cli import call
from support.hostile_report import HOSTILE
from support.pretended import PretendedEngine
from support.projects import SCRATCH, write_project
from support.recorded import CACHED_RUN, RUN
from support.sweep_tables import row, table

SWEEP = """
[limits]
cpus = 1
memory = "1g"
[sweep.matrix]
train.seed = [1, 2]
[[sweep.members]]
name = "brief"
train.epochs = 1
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_project(tmp_path / "p", SCRATCH + SWEEP)


def test_settings_numbers_and_where_the_stages_part(folder: Path, engine: PretendedEngine) -> None:
    assert call("sweep", folder).returncode == 0
    done = call("sweep", "compare", "seed=1", "brief", folder, "--format", "md")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert "| train.epochs | as in paddock.toml | 1 |" in lines
    assert "| train.seed | 1 | as in paddock.toml |" in lines
    assert "they part at train" in lines and "| data | shared |" in lines
    assert any(line.startswith("| train | ") and "seed" in line for line in lines)
    assert "| export | shared |" in lines, "the pretended engine trains both to the same bytes"
    assert any(line.startswith("| test (95 %) | ") for line in lines)
    text = call("sweep", "compare", "seed=1", "brief", folder)
    assert text.returncode == 0 and "they part at train" in text.stdout
    plain = json.loads(call("sweep", "compare", "seed=1", "seed=2", folder, "--json").stdout)
    assert plain["settings"] == [{"setting": "train.seed", "before": "1", "now": "2"}]
    origins = {it["stage"]: it["origin"] for it in plain["stages"]}
    assert origins["data"] == "same" and origins["train"] == "changed"
    assert plain["before"]["name"] == "seed=1" and plain["now"]["rank"]


def test_members_part_at_the_stage_that_only_one_has(folder: Path, engine: PretendedEngine) -> None:
    path = folder / "paddock.toml"
    path.write_text(
        path.read_text() + '[[sweep.members]]\nname = "small"\nconvert.weights = ["int8"]\n'
    )
    assert call("sweep", folder, "--member", "brief", "--member", "small").returncode == 0
    text = call("sweep", "compare", "brief", "small", folder, "--format", "md").stdout
    assert "| quantize | only one has it |" in text
    path.write_text(path.read_text().replace("train.epochs = 1", "data.max_text_length = 25"))
    assert call("sweep", folder, "--member", "brief", "--member", "small").returncode == 0
    text = call("sweep", "compare", "brief", "small", folder, "--format", "md").stdout
    assert "they part at quantize" in text and "| train | shared |" in text


def test_a_member_that_failed_is_compared_as_far_as_it_came(
    folder: Path, engine: PretendedEngine
) -> None:
    engine.breaks = lambda spec: (spec["stage"], spec["seed"]) == ("train", 2)
    assert call("sweep", folder).returncode == 3
    plain = json.loads(call("sweep", "compare", "seed=1", "seed=2", folder, "--json").stdout)
    assert plain["now"]["state"] == "failed" and plain["paired"] == [] == plain["lines"]
    assert {it["stage"]: it["origin"] for it in plain["stages"]}["data"] == "same"


def test_lines_that_only_one_reads_right_are_told_and_those_that_both_misread_are_not(
    recorded: Path,
) -> None:
    rows = row("one", run=RUN), row("other", run=CACHED_RUN)
    for run, said in ((RUN, "B"), (CACHED_RUN, "A")):
        path = run_folder(recorded / ".paddock", run).path / "report.json"
        lines = (
            Mismatch("new.png", "A", {"pd": said, "nb-x86": said}),
            Mismatch(HOSTILE, "A", {"pd": f"C{said}", "nb-x86": f"C{said}"}),
        )
        path.write_text(load_report(path).model_copy(update={"mismatches": lines}).dump())
    found = compare_members(load_project(recorded), table(*rows), ("one", "other"))
    plain = compared_plain(found)
    told = [(it["image"], it["model"], it["before"], it["now"]) for it in plain["lines"]]
    assert told == [("new.png", "pd", "B", "A"), ("new.png", "nb-x86", "B", "A")]
    counts = {it["model"]: (it["only_before"], it["only_now"]) for it in plain["paired"]}
    assert counts["pd"] == (0, 1)
    text = compared_markdown(found)
    assert "| new.png | pd, nb-x86 | A | B | A |" in text and "chance does as much" in text
    assert "all that is on record is shared" in text and "\x1b" not in text


def test_files_of_two_kinds_are_held_against_each_other_line_by_line(recorded: Path) -> None:
    rows = row("one", run=RUN), row("other", run=CACHED_RUN)
    small = rows[1].model_copy(update={"test": Measured(model="nb-x86-int8")})
    for run, name, said in ((RUN, "nb-x86", "A"), (CACHED_RUN, "nb-x86-int8", "B")):
        path = run_folder(recorded / ".paddock", run).path / "report.json"
        report = load_report(path)
        models = tuple(
            replace(it, name=name) if it.name == "nb-x86" else it for it in report.models
        )
        lines = (Mismatch("new.png", "A", {"pd": "A", name: said}),)
        update = {"models": models, "mismatches": lines}
        path.write_text(report.model_copy(update=update).dump())
    found = compare_members(load_project(recorded), table(rows[0], small), ("one", "other"))
    told = [(it.model, it.before, it.now) for it in found.lines]
    assert told == [("nb-x86 / nb-x86-int8", "A", "B")]
    (pair,) = (it for it in found.paired if it.has_moved)
    assert (pair.model, pair.worse, pair.better) == ("nb-x86 / nb-x86-int8", 1, 0)


def test_members_of_other_test_images_are_not_held_line_by_line(recorded: Path) -> None:
    path = run_folder(recorded / ".paddock", CACHED_RUN).path / "report.json"
    report = load_report(path)
    path.write_text(report.model_copy(update={"images": report.images - 1}).dump())
    rows = row("one", run=RUN), row("other", run=CACHED_RUN)
    found = compare_members(load_project(recorded), table(*rows), ("one", "other"))
    assert "no line can be held against another" in compared_markdown(found)
    assert compared_plain(found)["same_images"] is False


def test_what_cannot_be_compared_is_refused(folder: Path, engine: PretendedEngine) -> None:
    assert call("sweep", folder).returncode == 0
    for words, said in (
        (["seed=1"], "name two members"),
        (["seed=1", "seed=3", folder], "has no member 'seed=3'; did you mean"),
        (["seed=1", "seed=2", folder, "--format", "html"], "two members are compared as text, md"),
    ):
        done = call("sweep", "compare", *words)
        assert done.returncode == 2 and said in done.stderr, done.stderr
    not_begun = table(row("a"), row("b", None, state="not begun"))
    with pytest.raises(UsageError, match="was not begun"):
        compare_members(load_project(folder), not_begun, ("a", "b"))
