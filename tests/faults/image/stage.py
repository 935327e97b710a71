"""Any stage: leaves what a real one would, and in the middle of it does what the test has ordered.

An order is a file in the workspace: the stage that it is for, and one of the functions below. While it is
there a stage that holds waits; whoever takes it away lets the stage go on.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from pathlib import Path
from typing import Any

from stages.runtime import Context

#: What each stage leaves, and the metrics of its result.
MADE = Path("/opt/paddock/made")
ORDER = Path("/paddock/order.json")
#: What the test waits for.
REACHED = "in the middle"


def run(context: Context) -> dict[str, Any]:
    """Leave half of the files, do as ordered, leave the others."""
    folder = MADE / context.spec.stage
    files = sorted(folder.iterdir())
    half = len(files) // 2
    for path in files[:half]:
        shutil.copyfile(path, context.output / path.name)
    (context.scratch / "resumed-from").write_text("half\n")
    _obey(context)
    for path in files[half:]:
        shutil.copyfile(path, context.output / path.name)
    metrics: dict[str, Any] = json.loads((MADE / f"{context.spec.stage}.json").read_text())
    return metrics


def _obey(context: Context) -> None:
    order = json.loads(ORDER.read_text()) if ORDER.is_file() else {}
    if order.get("stage") == context.spec.stage:
        context.progress(1, 2, REACHED)
        {"hold": hold, "ignore": ignore, "eat": eat, "fill": fill, "abort": abort}[order["does"]](
            context
        )


def hold(context: Context) -> None:
    """Wait, and stop when told to, as a stage does that can be resumed."""
    while ORDER.exists():
        context.check_stop()
        time.sleep(0.01)


def ignore(_context: Context) -> None:
    """Wait, deaf to SIGTERM, as a library that computes does."""
    while ORDER.exists():
        time.sleep(0.01)


def eat(_context: Context) -> None:
    """Take all the memory that there is."""
    eaten = []
    while True:
        eaten.append(os.urandom(1 << 22))


def fill(context: Context) -> None:
    """Write until the disk is full."""
    with (context.output / "much.bin").open("wb", 0) as stream:
        while True:
            stream.write(bytes(1 << 20))


def abort(_context: Context) -> None:
    """Die as C++ does."""
    os.abort()
