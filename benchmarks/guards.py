"""What hashing and guards add to a run: each stage's share, the host's part, and the run with nothing to do.

``python benchmarks/guards.py PROJECT`` copies the project, runs all its stages once from nothing, and once
more. Stages tell what they spent on guards themselves (``guard_seconds`` of result.json); what the
host does is timed around its own functions. The copy and its volumes are removed at the end.
"""

from __future__ import annotations

import argparse
import functools
import os
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

from copies import copy_of
from runs import read_ledger

from pipeline.plan import wiring
from pipeline.plan.hashes import HashCache
from pipeline.record.events import Envelope, RunFailed, StageFinished
from pipeline.record.ledger import Ledger
from pipeline.report import build
from pipeline.run import deliver, outcome, runner, stage_pass
from pipeline.run.options import Options, StopSwitch
from pipeline.run.recheck import Recheck
from stages.contract import Result

#: Where the host hashes and guards, by what the table calls it. Of nested ones only the outer counts.
HOST: tuple[tuple[str, Any, str], ...] = (
    ("inputs hashed", HashCache, "sha256"),
    ("inputs hashed", wiring, "hash_file"),
    ("ledger checked", Ledger, "check"),
    ("out/ and lock hashed again", Recheck, "out"),
    ("cached results hashed again", Recheck, "results"),
    ("versions compared", stage_pass, "check_one_environment"),
    ("guards of the report", build, "check_guards"),
    ("what ships hashed", outcome, "hash_file"),
    ("what ships hashed", deliver, "hash_file"),
)


@dataclass
class Stopwatch:
    """Seconds by name, of the outermost of the calls that it is wrapped around."""

    seconds: dict[str, float] = field(default_factory=dict)
    _running: bool = False

    def around(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function with its time taken."""

        @functools.wraps(function)
        def timed_function(*args: Any, **kwargs: Any) -> Any:
            if self._running:
                return function(*args, **kwargs)
            self._running, started = True, time.perf_counter()
            try:
                return function(*args, **kwargs)
            finally:
                self._running = False
                passed = time.perf_counter() - started
                self.seconds[name] = self.seconds.get(name, 0.0) + passed

        return timed_function


@dataclass(frozen=True)
class Run:
    """A run's wall time, the host's seconds by name, and the results of the stages that ran."""

    seconds: float
    host: dict[str, float]
    stages: list[Result]

    @property
    def guards(self) -> float:
        """All that went into hashing and guards."""
        return sum(self.host.values()) + sum(result.guard_seconds for result in self.stages)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="What hashing and guards add to a run.")
    parser.add_argument("project", type=Path)
    with copy_of(parser.parse_args().project.resolve()) as folder:
        first, again = _measure(folder), _measure(folder)
    _print_stages(first.stages)
    _print_run("the run from nothing", first)
    _print_run("the run with nothing to do", again)


def _measure(folder: Path) -> Run:
    """Run the project in this process, its host functions timed.

    Raises:
        SystemExit: it failed; says why.
    """
    said: list[Envelope] = []
    watch, started = Stopwatch(), time.perf_counter()
    with ExitStack() as stack:
        for name, owner, function in HOST:
            wrapped = watch.around(name, getattr(owner, function))
            stack.enter_context(mock.patch.object(owner, function, wrapped))
        code = runner.run(folder, Options(), os.environ, said.append, StopSwitch())
    seconds = time.perf_counter() - started
    if code:
        failed = [item.event.message for item in said if isinstance(item.event, RunFailed)]
        raise SystemExit(f"the run ended with {code}: {failed}")
    ran = {item.stage for item in said if isinstance(item.event, StageFinished)}
    entries = [entry for entry in read_ledger(folder) if entry.run == said[0].run]
    return Run(seconds, watch.seconds, [e.result for e in entries if e.result.stage in ran])


def _print_stages(results: Sequence[Result]) -> None:
    print(f"{'stage':<10}{'seconds':>10}{'guards':>10}{'share':>8}")
    for result in results:
        share = result.guard_seconds / result.seconds
        print(
            f"{result.stage:<10}{result.seconds:>10.2f}{result.guard_seconds:>10.2f}{share:>8.1%}"
        )


def _print_run(title: str, run: Run) -> None:
    print(f"\n{title}: {run.seconds:.2f} s")
    for name, seconds in run.host.items():
        print(f"  host: {name:<30}{seconds:>8.3f} s")
    print(f"  hashing and guards in all: {run.guards:.2f} s, {run.guards / run.seconds:.1%}")


if __name__ == "__main__":
    main()
