"""What the guards screen opens: the pitfalls explained, the lineage, the audit."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from textual.pilot import Pilot

from pipeline.errors import EngineError
from pipeline.integrity.faults import Expected, Fault, Problem
from pipeline.run.audit import AuditReport
from stages.contract import Digests
from stages.contract.codec import encode
from support.recorded import CACHED_RUN, RUN
from support.replay import append
from support.reports import Report, edit_report, own_report
from support.results import make_evidence, make_lineage
from support.screen import (
    LARGE,
    SMALL,
    CalmBackend,
    lines_of,
    opened,
    text_of,
    until,
    until_line,
    until_shown,
)
from tui.app import PaddockApp
from tui.widgets.listing import Listing


def with_proof(report: Report) -> None:
    """Give the recorded report what a run's stages compare."""
    lineage, evidence = make_lineage(), make_evidence()
    report["dictionary"]["places"] = encode(evidence.dictionary)
    report["canary"] = encode(evidence.canary)
    report["lineage"] = {
        "steps": encode(lineage.steps),
        "targets": encode(lineage.targets),
        "fingerprints": {name: model.fingerprint for name, model in lineage.models.items()},
    }
    report["stages"]["train"]["metrics"].update(
        learned={"backbone": 0, "neck": 12}, parameters={"backbone": 200, "neck": 30}
    )
    report["guards"][0]["pitfalls"] = ["changed-artifact"]


class AuditedBackend(CalmBackend):
    """An audit that comes to what a test says."""

    def __init__(self, folder: Path, report: AuditReport | Exception) -> None:
        super().__init__(folder)
        self.outcome = report

    def audit(self, say: Callable[[str], None], stop: Callable[[], int]) -> AuditReport:
        """Say a word and end."""
        say("hashing the uploaded files again")
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome


def make_fault(problem: Problem, path: str, found: Digests | None = None) -> Fault:
    expected = Expected(
        "out", path, Digests(7, "m" * 32, "a" * 64), "convert", RUN, "2026-11-22T17:31:00.000Z",
        "make it again: paddock --batch --force convert",
    )  # fmt: skip
    return Fault(problem, expected, found)


async def open_guards(pilot: Pilot[None], app: PaddockApp) -> None:
    await pilot.press("5")
    await until_shown(pilot, app, "not checked:", "protects from")


async def test_what_a_report_with_all_its_proof_opens(folder: Path) -> None:
    edit_report(own_report(folder), with_proof)
    async with opened(CalmBackend(folder), LARGE) as (app, pilot):
        await open_guards(pilot, app)
        assert "changed-artifact" in text_of(app)
        await pilot.press("e")  # the selected guard explained
        await until_shown(pilot, app, "what to do")
        shown = text_of(app)
        assert "a file that changed after it was made" in shown and "how it shows" in shown
        await pilot.press("escape")
        await until_shown(pilot, app, "not checked:")

        await pilot.press("w")  # where the weights come from
        await until_shown(pilot, app, "From model to model")
        shown = text_of(app)
        for text in (
            "neck      12 of 30 tensors differ",
            "all 234 parameters compared",
            "204 of 216 tensors identical; 12 derived: batch norm folded 12",
            "all 216 tensors are the same",
            "reads as pd on 100.0% of 32 images, and as PP-OCRv5_mobile_rec on 81.0%",
        ):
            assert text in shown, text

        await pilot.press("escape", "3", "d")  # the dictionary and where it was compared
        await until_shown(pilot, app, "1bfd350071b0272733505cd54ad36272")
        assert "37: the blank is 0" in text_of(app)
        await until_line(pilot, app, "✔ the same", "inference.yml")
        await until_line(pilot, app, "✔ the same", "nb-arm", "classes: 37")
        await pilot.press("escape")
        await until_shown(pilot, app, "every stage hashed its inputs again")
        # on 120 columns the evidence stands beside each title
        await until_line(
            pilot, app, "every NB file was measured, or emulated", "nb-arm: not checked: op"
        )


async def test_what_a_report_without_proof_opens(folder: Path) -> None:
    hostile = {"place": "pd\x1b[2J", "what": "[red]classes", "outcome": "differs"}

    def edit(report: Report) -> None:
        for guard in report["guards"]:
            guard.pop("pitfalls", None)
        report.update(lineage=None, canary=None, stages={})
        report["dictionary"]["places"] = [{**hostile, "found": "96", "expected": "37"}]

    edit_report(own_report(folder), edit)
    async with opened(CalmBackend(folder), SMALL) as (app, pilot):
        await open_guards(pilot, app)
        await pilot.press("enter")
        await until_shown(pilot, app, "No entry of the catalogue belongs to this guard.")
        await pilot.press("escape", "w")  # of a run that converted nothing
        await until_shown(pilot, app, "The report is from before tensors were traced.")
        await pilot.press("escape", "d")  # another dictionary is marked with what was expected
        await until_line(pilot, app, "✘ differs", "[red]classes: 96; expected 37")
        assert all(line.isprintable() for line in lines_of(app))


async def test_pitfall_that_stopped_the_run_is_explained(folder: Path) -> None:
    body: dict[str, Any] = {
        "seq": 900, "time": "2026-11-22T17:31:00.000+00:00", "run": RUN, "stage": "",
        "type": "run-failed", "code": 5, "message": "nb-x86 is\n  the stock model", "where": "verify",
        "remedy": "deliver out/", "causes": [], "pitfall": "stock-nb",
    }  # fmt: skip
    append(folder, json.dumps(body))
    async with opened(CalmBackend(folder), LARGE) as (app, pilot):
        await until_shown(pilot, app, "e explains why")
        await pilot.press("e")
        await until_shown(pilot, app, "the official model in place of one's own")
        await pilot.press("escape", "5")
        await until_shown(pilot, app, "✔ passed")
        await until_line(pilot, app, "▸ ✘ failed", "a guard stopped the run")  # first, and selected
        assert "nb-x86 is the stock model" in text_of(app) and "\\n" not in text_of(app)
        await pilot.press("e")
        await until_shown(pilot, app, "the official model in place of one's own")
        await pilot.press("escape", "f")
        rows = app.screen.query_one(Listing)
        await until(pilot, lambda: rows.count == 1)
        assert "▸✘ failed: 1" in text_of(app) and "✔ passed: 17" in text_of(app)
        await pilot.press("f")
        await until_line(pilot, app, "○ not checked", "not checked: operator sort is not one")
        assert "a guard stopped the run" not in text_of(app)

        # a run that came to no report: the guards of the run before are none of its own
        own_report(folder).unlink()
        edit_report(folder / "out" / "report.json", lambda report: report.update(run=CACHED_RUN))
        append(folder, json.dumps({**body, "type": "run-finished", "seq": 901, "seconds": 3.0}))
        await until_shown(pilot, app, "The run ended before its guards were checked.")
        await until_line(pilot, app, "▸ ✘ failed", "a guard stopped the run")
        await until_line(pilot, app, "○ not reached", "train", "training changed the weights")
        assert "✔ passed" not in text_of(app)


async def test_audit(folder: Path) -> None:
    faults = (
        make_fault("changed", "out/model_arm.nb", Digests(7, "n" * 32, "b" * 64)),
        make_fault("missing", "out/dict.txt\x1b[2J"),
    )
    backend = AuditedBackend(folder, AuditReport(RUN, 48, 61_000_000, 1.4, ()))
    async with opened(backend, LARGE) as (app, pilot):
        await open_guards(pilot, app)
        await pilot.press("a")
        await until_shown(pilot, app, "all as recorded: 48 files, 61.0 MB, in 1.4 s")
        await pilot.press("escape")
        await until_shown(pilot, app, "not checked:")

        backend.outcome = AuditReport(RUN, 48, 61_000_000, 1.4, faults)
        await pilot.press("a")
        await until_shown(pilot, app, "2 faults: 48 files")
        shown = text_of(app)
        assert "✘ changed" in shown and "✘ missing" in shown
        assert "a" * 64 in shown and "b" * 64 in shown and RUN in shown
        assert "make it again: paddock --batch --force convert" in shown
        await pilot.press("down")
        await until_shown(pilot, app, "is missing")
        assert all(line.isprintable() for line in lines_of(app))
        await pilot.press("escape")

        backend.outcome = EngineError("Docker cannot be reached", remedy="start it")
        await pilot.press("a")
        await until_shown(pilot, app, "✘ Docker cannot be reached", "start it")
