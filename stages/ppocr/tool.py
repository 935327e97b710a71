"""PaddleOCR's own tools, run unmodified as a child process, their log read as it comes."""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import stages
from stages.errors import StageError
from stages.message import msg
from stages.ppocr.location import paddleocr_root
from stages.runtime import Context

_POLL_SECONDS = 0.2
#: How long a tool may take to end after SIGTERM before it is killed.
_PATIENCE_SECONDS = 20.0
_TAIL = 30


@dataclass(frozen=True)
class Ended:
    """How a tool ended: its exit code (negative: the signal), and the last lines of its log."""

    code: int
    tail: tuple[str, ...]


class Tool:
    """A running tool. Its log goes to this stage's log; each line is given to a reader."""

    def __init__(
        self, context: Context, script: str, arguments: list[str], folder: Path, processes: int = 1
    ) -> None:
        """Start ``tools/SCRIPT`` in ``folder``, in a process group of its own.

        PaddleOCR's trainer kills its workers on SIGTERM only where it leads its group. Several processes
        are started by Paddle's own launcher, which passes on what the first one prints.
        """
        root = paddleocr_root()
        path = str(root), str(Path(stages.__file__).parents[1])
        self._context = context
        self._tail: deque[str] = deque(maxlen=_TAIL)
        self._lines: queue.Queue[str | None] = queue.Queue()
        self._process = subprocess.Popen(
            [
                sys.executable,
                *_launcher(processes, folder),
                str(root / "tools" / script),
                *arguments,
            ],
            cwd=folder,
            env={
                **os.environ,
                "PYTHONUNBUFFERED": "1",
                "PYTHONPATH": os.pathsep.join(path),
                # gloo would look for the host's name, which no name server tells where there is no network
                "GLOO_SOCKET_IFNAME": "lo",
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        threading.Thread(target=self._read, args=(self._process.stdout,), daemon=True).start()

    def follow(self, reader: Callable[[str], None]) -> Ended:
        """Give every line to ``reader`` until the tool ends; pass an order to stop on to it."""
        try:
            for line in self._until_end():
                self._tail.append(line)
                reader(line)
            return Ended(self._process.wait(), tuple(self._tail))
        finally:
            self.stop()

    def stop(self) -> None:
        """Ask the tool to end, wait, and kill what is left of its process group."""
        if self._process.poll() is None:
            self._process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(_PATIENCE_SECONDS)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def _until_end(self) -> Iterator[str]:
        while True:
            if self._context.stopping and self._process.poll() is None:
                self.stop()
            with contextlib.suppress(queue.Empty):
                line = self._lines.get(timeout=_POLL_SECONDS)
                if line is None:
                    return
                yield line

    def _read(self, stream: IO[bytes]) -> None:
        for block in stream:
            sys.stderr.buffer.write(block)
            sys.stderr.buffer.flush()
            for part in block.decode("utf-8", "replace").replace("\r", "\n").split("\n"):
                if part.strip():
                    self._lines.put(part)
        self._lines.put(None)


def failure(script: str, ended: Ended) -> StageError:
    """Return the error for a tool that ended badly: its last line that says why."""
    how = (
        msg("exit code {code}", ended.code) if ended.code > 0 else signal.Signals(-ended.code).name
    )
    reasons = [line.strip() for line in ended.tail if "Error" in line or "error" in line]
    last = reasons[-1] if reasons else (ended.tail[-1].strip() if ended.tail else msg("no output"))
    killed = ended.code == -signal.SIGKILL
    remedy = (
        msg("perhaps out of memory: raise limits.memory") if killed else msg("see the stage's log")
    )
    return StageError(
        msg("PaddleOCR's tools/{script} ended with {how}: {last}", script, how, last[:300]),
        script,
        remedy,
    )


def _launcher(processes: int, folder: Path) -> list[str]:
    if processes == 1:
        return ["-m", "stages.ppocr.launch"]
    return [
        "-m", "paddle.distributed.launch", f"--nproc_per_node={processes}",
        f"--log_dir={folder / 'processes'}", str(Path(__file__).with_name("launch.py")),
    ]  # fmt: skip
