"""The same mistakes through Paddock: a stage in a process of its own, and how it ended."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import stages
from stages.contract import RESULT_FILE, Failed, Result, StageEvent, Warned, decode_event
from stages.pitfalls import Pitfall
from support.legacy import context


@dataclass(frozen=True)
class Ended:
    """How ``python -m stages`` ended, what it said, and where its artifacts are."""

    code: int
    events: list[StageEvent]
    log: str
    output: Path

    @property
    def result(self) -> Result:
        """What it left."""
        return result_in(self.output)

    @property
    def failure(self) -> Failed:
        """Why it failed; it must have said so once."""
        found = [event for event in self.events if isinstance(event, Failed)]
        assert len(found) == 1, self.log[-3000:]
        return found[0]

    @property
    def warnings(self) -> list[Warned]:
        """What it warned of."""
        return [event for event in self.events if isinstance(event, Warned)]


def result_in(output: Path) -> Result:
    """Return what a stage left in its output."""
    return Result.from_json(json.loads((output / RESULT_FILE).read_text(encoding="utf-8")))


def run_stage(
    name: str, folder: Path, inputs: dict[str, Path], parameters: dict[str, Any]
) -> Ended:
    """Run ``python -m stages NAME SPEC`` as a container does."""
    made = context(name, folder, inputs, parameters)
    spec = folder / f"run-{name}" / "spec.json"
    spec.parent.mkdir()
    spec.write_text(made.spec.dump(), encoding="utf-8")
    root = str(Path(stages.__file__).parents[1])
    done = subprocess.run(
        [sys.executable, "-m", "stages", name, str(spec)],
        check=False,
        capture_output=True,
        env={**os.environ, "PYTHONPATH": f"{root}:{os.environ.get('PYTHONPATH', '')}"},
    )
    events = [decode_event(line) for line in done.stdout.decode("ascii").splitlines()]
    return Ended(done.returncode, events, done.stderr.decode("utf-8", "replace"), made.output)


def check_refused(ended: Ended, code: int, pitfall: Pitfall, *said: str) -> None:
    """Check that the stage ended with this code, this pitfall, a remedy, and all of ``said``."""
    assert ended.code == code, ended.log[-3000:]
    failure = ended.failure
    assert (failure.code, failure.pitfall) == (code, str(pitfall)), failure
    text = f"{failure.message} | {failure.where} | {failure.remedy}"
    for part in said:
        assert part in text, text
    assert failure.remedy, failure
    assert "Traceback" not in text
