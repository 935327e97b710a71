"""What of a member's run is heard while it goes on: its events, as the Swarm passes on what it prints."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from pipeline.engine.swarm import Said
from pipeline.record.events import Envelope, RunFailed
from pipeline.record.follow import read_events
from pipeline.record.runs import run_folder
from pipeline.swarm.order import Job


class Heard:
    """The events of a member's latest attempt, written where its run's record will be, and passed on once."""

    def __init__(self, state: Path, job: Job, hear: Callable[[Envelope], None]) -> None:
        self._run, self._member, self._hear = run_folder(state, job.run), job.member, hear
        self._task, self._since, self._seq = "", "", -1
        #: Why the latest attempt failed, as it said.
        self.failure = ""
        self._is_new = True

    def since(self, task: str) -> str:
        """Return from when on to ask for what an attempt said, by its node's clock; "" is from its start."""
        return self._since if task == self._task else ""

    def take(self, task: str, said: Sequence[Said]) -> bool:
        """Take what an attempt said; return whether it has said anything so far.

        What is no event, or was cut in pieces on the way, is passed over: the result has all of them.
        """
        new = list[Envelope]()
        if task != self._task:
            self._task, self._since, self._seq, self.failure = task, "", -1, ""
            self._is_new = True
        for item in said:
            self._since = item.time
            try:
                envelope = Envelope.decode(item.line)
            except ValueError:
                continue
            is_ours = (envelope.run, envelope.member) == (self._run.name, self._member)
            if is_ours and envelope.seq > self._seq:
                self._seq = envelope.seq
                new.append(envelope)
        if new:
            self._write(new, anew=self._is_new)
            self._is_new = False
        for envelope in new:
            self._hear(envelope)
            if isinstance(envelope.event, RunFailed):
                self.failure = envelope.event.message
        return self._seq >= 0

    def rest(self) -> None:
        """Pass on what the record of the run has, now that it is there, and was not heard."""
        for envelope in read_events(self._run.events):
            if envelope.seq > self._seq:
                self._seq = envelope.seq
                self._hear(envelope)

    def _write(self, events: Sequence[Envelope], *, anew: bool) -> None:
        self._run.path.mkdir(parents=True, exist_ok=True)
        with self._run.events.open("w" if anew else "a", encoding="ascii") as stream:
            stream.writelines(f"{it.encode()}\n" for it in events)
