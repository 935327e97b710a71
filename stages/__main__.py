"""``python -m stages NAME SPEC``: a thin parent that outlives whatever a library does to the stage.

Paddle and ``opt`` can abort the process they run in. The work therefore happens in a child
(:mod:`stages.worker`); this parent copies its events and its log to files in the workspace first and to
stdout and stderr second, passes SIGTERM on, and turns a death by signal into an ``error`` event. When the
program that started the stage is gone, it ends the stage as SIGTERM does.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from types import FrameType
from typing import IO

from stages.contract import ATTENDED, Exit, Failed, encode_event
from stages.message import msg

#: What a stage that nobody attends to any more may take to save what it can be resumed from.
GRACE_S = 60


def main(arguments: list[str]) -> int:
    """Run one stage in a child process and return its exit code."""
    if len(arguments) != 2:
        sys.stderr.write("usage: python -m stages NAME SPEC\n")
        return Exit.USAGE
    folder = Path(arguments[1]).parent
    with (
        (folder / "events.jsonl").open("ab", 0) as events,
        (folder / "log.txt").open("ab", 0) as log,
    ):
        child = subprocess.Popen(
            [sys.executable, "-m", "stages.worker", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        _pass_sigterm_to(child)
        if ATTENDED in os.environ:
            _stop_when_left_alone(child)
        copiers = [
            _copy(child.stdout, events, sys.stdout.buffer),
            _copy(child.stderr, log, sys.stderr.buffer),
        ]
        status = child.wait()
        for copier in copiers:
            copier.join()
        if status >= 0:
            return status
        line = encode_event(_death(arguments[0], -status)) + "\n"
        events.write(line.encode("ascii"))
        sys.stdout.write(line)
        return Exit.STAGE


def _pass_sigterm_to(child: subprocess.Popen[bytes]) -> None:
    def forward(number: int, _frame: FrameType | None) -> None:
        child.send_signal(number)

    signal.signal(signal.SIGTERM, forward)


def _stop_when_left_alone(child: subprocess.Popen[bytes]) -> None:
    """Stop the work when nobody attends to it any more: the engine closes stdin then."""

    def run() -> None:
        while os.read(sys.stdin.fileno(), 1 << 10):
            pass
        child.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(GRACE_S)
        child.kill()

    threading.Thread(target=run, daemon=True).start()


def _copy(source: IO[bytes] | None, file: IO[bytes], stream: IO[bytes]) -> threading.Thread:
    """Start a thread that copies ``source`` as it arrives, to ``file`` before ``stream``."""

    def run() -> None:
        while source and (block := os.read(source.fileno(), 1 << 16)):
            # A full disk costs the copy, not the run: an unread pipe would block the child for ever.
            with contextlib.suppress(OSError):
                file.write(block)
            stream.write(block)
            stream.flush()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread


def _death(stage: str, number: int) -> Failed:
    name = signal.Signals(number).name
    hint = msg("perhaps out of memory: raise limits.memory") if number == signal.SIGKILL else ""
    return Failed(
        Exit.STAGE,
        msg("the {stage} stage was killed by {name}", stage, name),
        remedy=hint or msg("see its log"),
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
