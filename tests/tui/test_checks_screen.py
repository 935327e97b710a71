"""The environment and guards screens."""

import json
from pathlib import Path
from typing import Any

from textual.pilot import Pilot

from support.recorded import CACHED_RUN, RUN, recorded_project
from support.replay import append
from support.reports import Report, edit_report, own_report
from support.screen import (
    LARGE,
    SMALL,
    CalmBackend,
    lines_of,
    opened,
    resized,
    text_of,
    until_shown,
)
from tui.app import PaddockApp
from tui.screens.run import RunScreen


async def until_open(pilot: Pilot[None], app: PaddockApp, key: str, text: str) -> None:
    await pilot.press(key)
    await until_shown(pilot, app, text)


def run_failed(code: int, message: str, where: str = "") -> str:
    head: dict[str, Any] = {"seq": 900, "time": "2026-11-22T17:31:00.000+00:00", "run": RUN}
    body = {"code": code, "message": message, "where": where, "remedy": "run again", "causes": []}
    return json.dumps({**head, "stage": "", "type": "run-failed", **body})


# The environment.


async def test_one_environment_over_all_stages(folder: Path) -> None:
    async with opened(CalmBackend(folder), SMALL) as (app, pilot):
        await until_open(pilot, app, "4", "✔ one environment: the same versions in 5 stages")
        rows = {line.split()[0]: line for line in lines_of(app) if "3.10.13" in line}
        assert list(rows) == ["data", "train", "export", "convert", "verify"]
        assert "2.13rc0" in rows["convert"] and "2.13rc0" not in rows["data"]
        assert "46de695ed7d41ad3b208ea4d019301d861d0a72d41b72784e887268c416b1f56" in text_of(app)
        assert "workstation" in text_of(app)


async def test_a_cached_run_takes_versions_and_images_from_the_ledger(tmp_path: Path) -> None:
    folder = recorded_project(tmp_path / "p", runs=(CACHED_RUN,))
    own_report(folder, CACHED_RUN).unlink()
    (folder / "out").rename(folder / "elsewhere")
    async with opened(CalmBackend(folder), SMALL) as (app, pilot):
        await until_open(pilot, app, "4", "the same versions in 5 stages")
        assert "46de695ed7d41ad3b208" in text_of(app)


async def test_a_version_that_differs_is_marked_and_said(folder: Path) -> None:
    events = folder / ".paddock" / "runs" / RUN / "events.jsonl"
    lines = events.read_text().splitlines()
    for number, line in enumerate(lines):
        raw = json.loads(line)
        if raw["type"] == "environment" and raw["stage"] == "convert":
            raw["versions"] = {**raw["versions"], "paddle": "3.1.0", "new_tool": "7"}
            lines[number] = json.dumps(raw)
    events.write_text("".join(line + "\n" for line in lines))
    async with opened(CalmBackend(folder), LARGE) as (app, pilot):
        await until_open(pilot, app, "4", "two versions of paddle in one run")
        assert "✘ 3.1.0 differs" in text_of(app)
        assert "new_tool" in text_of(app)


async def test_processors_are_told_apart(folder: Path) -> None:
    def edit(report: Report) -> None:
        for stage, versions in report["environment"].items():
            flags = "avx avx2 fma" if stage == "data" else "avx avx2 avx512f fma"
            versions.update(cpu="Example CPU @ 2 GHz", cpu_flags=flags)

    edit_report(own_report(folder), edit)
    (folder / ".paddock" / "runs" / RUN / "events.jsonl").write_text("")
    (folder / ".paddock" / "ledger.jsonl").write_text("")
    async with opened(CalmBackend(folder), LARGE) as (app, pilot):
        await until_open(pilot, app, "4", "Example CPU @ 2 GHz (data)")
        shown = text_of(app)
        assert "different vector units" in shown and "avx avx2 avx512f fma" in shown
        assert "cpu_flags" not in shown


# The guards.


async def test_every_guard_with_its_outcome(folder: Path) -> None:
    async with opened(CalmBackend(folder), SMALL) as (app, pilot):
        await until_open(pilot, app, "5", "✔ passed: 17")
        shown = text_of(app)
        assert "✘ failed: 0" in shown and "■ enforced: 9" in shown
        assert "paddock.lock" in shown and "lock-held" in shown  # what was not checked tells all
        await pilot.press("end")
        await until_shown(pilot, app, "– does not apply", "the project starts from no PIR model")

        append(folder, run_failed(3, "the train stage ran out of memory"))
        await until_open(pilot, app, "1", "the train stage ran out of memory")
        await until_open(pilot, app, "5", "✘ failed: 0")  # that was no guard
        await pilot.press("home")
        append(folder, run_failed(5, "two versions of paddle in one run", "verify"))
        await until_shown(pilot, app, "✘ failed: 1", "two versions of paddle in one run")
        assert "run again" in text_of(app)  # it stopped the run, and stands first


async def test_reports_with_more_and_of_an_earlier_version(folder: Path) -> None:
    def edit(report: Report) -> None:
        more = {
            "id": "x", "title": "a new one", "outcome": "failed", "effect": "warns", "found": "[b]\x1b[2J",
        }  # fmt: skip
        report["guards"] = [{**more, "where": "docs/pitfalls.md", "seen": 3}] * 200

    edit_report(own_report(folder), edit)
    async with opened(CalmBackend(folder), LARGE) as (app, pilot):
        await until_open(pilot, app, "5", "! warning: 200")
        assert "docs/pitfalls.md" in text_of(app) and "[b]\\x1b[2J" in text_of(app)
        for path in (own_report(folder), folder / "out" / "report.json"):
            edit_report(path, lambda report: report.update(schema_version=1))
        for key in "25":
            said = ("was made by an earlier version of Paddock", RUN, "to make one that is shown")
            await pilot.press(key)
            await until_shown(pilot, app, *said)


# All of them.


async def test_no_run_yet(folder: Path) -> None:
    for path in (folder / "out", folder / ".paddock"):
        path.rename(path.with_name(f"{path.name}-away"))
    async with opened(CalmBackend(folder), LARGE) as (app, pilot):
        for key in "245":
            await until_open(pilot, app, key, "no run. Press 1, then r to start one.")
            await pilot.press("f", "enter", "tab", "enter", "d", "w")
            await pilot.press("escape", "1")
            assert isinstance(app.screen, RunScreen)


async def test_any_size_will_do(folder: Path) -> None:
    async with opened(CalmBackend(folder), (40, 10)) as (app, pilot):
        for key in "45":
            await pilot.press(key, "down", "tab", "down")
            for size in ((20, 4), (200, 50), (40, 10)):
                await resized(pilot, app, size)
