"""Runners in the background, for tests: an engine that keeps them waiting, and ways to wait for them."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from pipeline.record.events import Envelope, RunFinished
from pipeline.record.follow import Follower
from pipeline.record.runlock import Running
from pipeline.record.runs import RunFolder
from pipeline.run.background import running, stop
from support.patience import wait_for

_STARTER = """
import os, sys, time
from pathlib import Path
from pipeline.run.background import start
from pipeline.run.options import Options
print(start(Path(sys.argv[1]), Options(), os.environ).run, flush=True)
time.sleep(600)
"""


class SilentEngine:
    """Accepts connections and says nothing, until it is closed: then they break."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))

    @property
    def environ(self) -> dict[str, str]:
        """The test's environment, with this engine in it."""
        host, port = self._socket.getsockname()
        return {**os.environ, "DOCKER_HOST": f"tcp://{host}:{port}"}

    def close(self) -> None:
        """Break all connections and refuse new ones."""
        self._socket.close()

    def __enter__(self) -> SilentEngine:
        return self

    def __exit__(self, *_raised: object) -> None:
        self.close()


@dataclass(frozen=True)
class Starter:
    """A process that has started a run in the background, and the run's name."""

    process: subprocess.Popen[str]
    run: str

    def kill(self) -> None:
        """End it without a chance to clean up."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


@contextmanager
def starter(folder: Path, environ: Mapping[str, str]) -> Iterator[Starter]:
    """Start a run from a process of its own, which stays until it is killed."""
    command = [sys.executable, "-c", _STARTER, str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=dict(environ)) as process:
        assert process.stdout is not None
        try:
            yield Starter(process, process.stdout.readline().strip())
        finally:
            process.kill()


def wait_until_running(state: Path) -> Running:
    """Wait until somebody holds the project's lock."""
    return wait_for(lambda: running(state))


def wait_until_free(state: Path) -> None:
    """Wait until nobody holds it."""
    wait_for(lambda: None if running(state) else True)


def events_of(run: RunFolder) -> list[Envelope]:
    """Return what a run has said so far."""
    return Follower(run.events).read()


def finished(run: RunFolder) -> list[Envelope]:
    """Wait for the end of a run; return all that it said."""
    wait_for(lambda: _last_is_end(events_of(run)))
    return events_of(run)


def _last_is_end(envelopes: list[Envelope]) -> bool | None:
    return True if envelopes and isinstance(envelopes[-1].event, RunFinished) else None


@contextmanager
def nothing_left_behind(state: Path) -> Iterator[None]:
    """At the end, make sure that no runner of the project goes on without the test."""
    try:
        yield
    finally:
        if who := running(state):
            stop(who)
            with suppress(ProcessLookupError):
                os.kill(who.pid, signal.SIGKILL)
            wait_until_free(state)
