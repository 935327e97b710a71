"""A container that prints numbered lines as fast as it can, taken to a file as a run's log is."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.compose.file import read_compose
from pipeline.engine.connection import Engine
from pipeline.engine.containers import Job, Sink
from pipeline.plan.workspace import PROJECT_LABEL
from pipeline.record.events import EventLog
from pipeline.run.execution import _Listener

#: What a line of a training log looks like.
_LINE = (
    "[2026/11/22 19:00:00] ppocr INFO: epoch: [3/30], global_step: {number}, acc: 0.912500, "
    "loss: 1.234567, avg_batch_cost: 0.41 s"
)
_PRINT = f"""
import sys
for number in range(int(sys.argv[1])):
    sys.stderr.write({_LINE!r}.format(number=number) + "\\n")
"""


@contextmanager
def printing_image(engine: Engine, image: str) -> Iterator[str]:
    """Give ``image`` with another entry point: it runs Python with its arguments."""
    container = engine.client.containers.create(image)
    try:
        made = container.commit(changes='ENTRYPOINT ["python", "-c"]')
    finally:
        container.remove()
    try:
        yield str(made.id)
    finally:
        engine.client.images.remove(made.id)


def flood(engine: Engine, image: str, log: Path, lines: int, told: Callable[[int], None]) -> None:
    """Let a container, limited as a stage's, print into ``log``; ``told`` gets the lines so far."""
    service = read_compose({}).services["data"].model_copy(update={"volumes": ()})
    name = f"paddock-flood-{secrets.token_hex(4)}"
    labels = {PROJECT_LABEL: "benchmark"}
    job = Job(service, image, name, (_PRINT, str(lines)), {}, labels)
    events = EventLog(log.with_suffix(".jsonl"), "flood", lambda _envelope: None)
    written = 0
    with log.open("ab", buffering=0) as stream:
        listener = _Listener("data", events, stream)  # what a run writes its logs with

        def take(data: bytes) -> None:
            nonlocal written
            listener.take_log(data)
            written += data.count(b"\n")
            told(written)

        exited = engine.containers.run(job, {}, Sink(listener.take_events, take), lambda: 0)
    events.close()
    if exited.code:
        raise SystemExit(f"the container ended with {exited.code}: see {log}")


def missing_lines(log: Path, lines: int) -> int:
    """Return how many of the printed lines ``log`` lacks; 0 says: all, in order, and nothing else."""
    expected = hashlib.sha256()
    for number in range(lines):
        expected.update((_LINE.format(number=number) + "\n").encode())
    data = log.read_bytes()
    if hashlib.sha256(data).digest() == expected.digest():
        return 0
    found = set(data.decode("utf-8", "replace").splitlines())
    return max(1, sum(_LINE.format(number=number) not in found for number in range(lines)))
