"""``paddock locate``: what it prints, as text and as JSON, and what it ends with."""

import json
from pathlib import Path

import pytest

from stages.contract import Finding, Located, LocatedOperator, Location, PartedBy
from support.cli import call
from support.projects import write_project
from tui.commands import locate as command

OPERATOR = LocatedOperator(
    PartedBy.KERNEL, "hard_swish", 3, "neck.conv1", after=True, difference=0.5
)


@pytest.mark.parametrize("apart", [True, False])
def test_each_model_has_a_line_and_drives_no_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, apart: bool
) -> None:
    found = [Located("nb-arm", Finding.AGREES, "a\x1b[2J.png", 1e-7)]
    if apart:
        found.append(Located("nb-x86", Finding.OPERATOR, "a\x1b[2J.png", None, OPERATOR))
    monkeypatch.setattr(command, "look", lambda *_words: Location(1e-4, tuple(found)))
    folder = write_project(tmp_path / "project")
    done = call("locate", folder)
    assert done.returncode == int(apart) and "\x1b" not in done.stdout
    assert "✔ nb-arm: nothing diverges\n    largest difference to pd 1.00e-07, on a" in done.stdout
    said = (
        "operator 3, hard_swish (after neck.conv1): Paddle-Lite computes something else than Paddle"
    )
    assert (said in done.stdout) == apart
    raw = json.loads(call("locate", "--json", folder).stdout)
    assert [item["found"] for item in raw["models"]] == ["agrees", "operator"][: len(found)]
