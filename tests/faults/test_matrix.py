"""Whatever breaks while a stage is at work: a clear end, nothing good lost, nothing left, and it goes on."""

from __future__ import annotations

import os
from contextlib import ExitStack

import pytest

from faults.matrix import CASES, Case, Fault
from pipeline.record.runs import STOPPED
from support.runs import Done, changed
from support.scene import Good, Scene

pytestmark = [pytest.mark.docker, pytest.mark.images]

REPEATS = int(os.environ.get("PADDOCK_TEST_REPEATS", "1"))


@pytest.mark.parametrize("repeat", range(REPEATS))
@pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, id=case.name, marks=[] if case.quick else [pytest.mark.matrix])
        for case in CASES
    ],
)
def test_fault(case: Case, repeat: int, scene: Scene, good: Good) -> None:
    fault, stage = case.fault, case.stage
    with scene.ordered(stage, fault.does):
        with ExitStack() as stack:
            if fault.setting:
                stack.enter_context(changed(scene.folder, "[train]", f"{fault.setting}[train]"))
            live = stack.enter_context(scene.live("--force", stage))
            live.wait_for("progress", stage)
            fault.strike(scene, live, stage)
            ended = live.finish()
            fault.mend(scene)
        lost = good.lost(scene.good())
    went = scene.go(stage)  # whatever is asserted: no case stands on another's ruins
    check_said(fault, ended)
    assert lost == []
    assert went.code == 0, went.failures
    assert all(part in went.notes for part in fault.notes), went.notes
    assert good.lost(scene.good()) == [] and scene.leftovers(good) == []


def check_said(fault: Fault, ended: Done) -> None:
    failures = ended.of("run-failed")
    said = "\n".join(f"{item['message']}\n{item['where']}\n{item['remedy']}" for item in failures)
    assert ended.code == fault.code, (said, ended.stderr)
    assert all(item["remedy"] or item["code"] in STOPPED for item in failures)
    assert len(failures) == bool(fault.says) and "Traceback" not in ended.stderr
    assert [part for part in fault.says if part not in said] == [], said
