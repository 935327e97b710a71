"""What a container uses while it runs: CPU and memory, as ``docker stats`` counts them."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from docker.errors import DockerException
from docker.models.containers import Container

#: A container is measured this often, in seconds.
EVERY = 2.0


@dataclass(frozen=True)
class Usage:
    """CPU in cores, over the time since the last measurement; memory and its limit in bytes."""

    cpu: float
    memory: int
    memory_limit: int


class Meter(threading.Thread):
    """Measures a running container between entering and leaving; after that it says nothing more.

    An engine without such numbers, or whatever else goes wrong with them, only makes it silent.
    """

    def __init__(self, container: Container, tell: Callable[[Usage], None]) -> None:
        super().__init__(daemon=True)
        self._container, self._tell = container, tell
        self._over, self._telling = threading.Event(), threading.Lock()

    def __enter__(self) -> Meter:
        self.start()
        return self

    def __exit__(self, *_raised: object) -> None:
        with self._telling:
            self._over.set()

    def run(self) -> None:
        """Measure until it is over; what :meth:`start` runs in the thread."""
        # OSError is also what the listener fails with; the pump meets that too, and reports it.
        with contextlib.suppress(DockerException, OSError, ValueError):
            before = self._sample()
            while not self._over.wait(EVERY):
                now = self._sample()
                self._say(usage_between(before, now))
                before = now

    def _sample(self) -> Mapping[str, Any]:
        """Ask for the counters as they are, which a stream would only do once a second."""
        return cast("Mapping[str, Any]", self._container.stats(stream=False, one_shot=True))

    def _say(self, usage: Usage | None) -> None:
        with self._telling:
            if usage and not self._over.is_set():
                self._tell(usage)


def usage_between(before: Mapping[str, Any], now: Mapping[str, Any]) -> Usage | None:
    """Return what was used between two answers of the engine, or None if they do not tell."""
    try:
        return Usage(_cores(before["cpu_stats"], now["cpu_stats"]), *_memory(now["memory_stats"]))
    except (LookupError, TypeError, ArithmeticError):
        return None  # it has ended, or its engine counts otherwise


def _cores(before: Mapping[str, Any], now: Mapping[str, Any]) -> float:
    """Return the container's share of what all CPUs of the machine counted in the same time."""
    used: int = now["cpu_usage"]["total_usage"] - before["cpu_usage"]["total_usage"]
    passed: int = now["system_cpu_usage"] - before["system_cpu_usage"]
    cpus: int = now.get("online_cpus") or len(now["cpu_usage"]["percpu_usage"])
    return round(max(0.0, used / passed * cpus), 2)


def _memory(now: Mapping[str, Any]) -> tuple[int, int]:
    """Return memory and limit; file cache that the kernel can drop at once is not counted."""
    counts = now["stats"]
    # cgroup v1 and v2 have different names for it.
    cache = counts.get("total_inactive_file", counts.get("inactive_file", 0))
    usage = now["usage"]
    return (usage - cache if cache < usage else usage), now["limit"]
