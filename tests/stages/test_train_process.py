from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from stages.contract import Exit, Progress, decode_event
from support.legacy import new_folder
from support.lines import train_context, train_inputs


@pytest.mark.real_processes
def test_sigterm_ends_training_as_an_order_obeyed_not_as_a_death(tmp_path: Path) -> None:
    """Paddle takes SIGTERM over when it is imported; the stage has to take it back."""
    run = train_context(tmp_path, train_inputs(new_folder(), 4, 2), epochs=1000)
    spec = tmp_path / "spec.json"
    spec.write_text(run.spec.dump(), encoding="utf-8")
    process = subprocess.Popen(
        [sys.executable, "-m", "stages", "train", str(spec)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    for line in process.stdout:
        event = decode_event(line)
        if isinstance(event, Progress) and event.unit == "steps" and event.done > 2:
            process.send_signal(signal.SIGTERM)
            break
    rest = process.stdout.read()
    assert process.wait(60) == Exit.TERMINATED
    assert '"type": "error"' not in rest
    assert (tmp_path / "train.partial" / ".work" / "head.npz").is_file()
