"""The project's append-only record of what was made, from what, by which run."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from pipeline.errors import IntegrityFailed
from pipeline.record.hash_chain import Chain, Writer, read_chain
from pipeline.record.verdict import read_verdict
from stages.contract import Artifact, Digests, Result, stage_key
from stages.message import msg
from stages.pitfalls import Pitfall


@dataclass(frozen=True)
class Components:
    """All that decides a stage's result; its key is their hash.

    ``image`` is the image's identity; in ledgers of earlier versions it is the ID, ``sha256:…``.
    """

    stage: str
    image: str
    parameters: Mapping[str, Any]
    inputs: Mapping[str, str]

    @property
    def key(self) -> str:
        """The stage's key (SHA-256, hexadecimal)."""
        return stage_key(self.stage, self.image, self.parameters, self.inputs)

    @property
    def names_image_by_id(self) -> bool:
        """Whether an earlier version wrote this: no result of today can have the same key."""
        return self.image.startswith("sha256:")


@dataclass(frozen=True)
class Entry:
    """A finished stage: what it was made from, what came out, and the workspace that holds it.

    ``result_file`` is the stage's ``result.json`` itself, by size and hashes; None in old ledgers.
    """

    time: str
    run: str
    workspace: str
    components: Components
    result: Result
    result_file: Artifact | None = None

    @property
    def key(self) -> str:
        """The key that the result was made under, which names its folder."""
        return self.result.key

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Entry:
        """Build an entry from a line of the ledger."""
        values = dict(raw)
        values["components"] = Components(**raw["components"])
        values["result"] = Result.from_json(raw["result"])
        if raw.get("result_file"):
            values["result_file"] = Artifact(**raw["result_file"])
        return cls(**values)


@dataclass(frozen=True)
class Conclusion:
    """A run that compared models, and what it wrote into the project.

    ``stages`` has the keys of the results that it stands on; ``files`` what it wrote, by path in the
    project; what an earlier run wrote and this one left alone is not among them. ``refused`` are the files
    that it made and did not deliver, though it delivered others. ``member`` is of a sweep's run.
    """

    time: str
    run: str
    workspace: str
    verdict: str
    stages: Mapping[str, str]
    files: Mapping[str, Digests]
    refused: tuple[str, ...] = ()
    member: str = ""

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Conclusion:
        """Build a conclusion from a line of the ledger."""
        files = {path: Digests(**digests) for path, digests in raw["files"].items()}
        return cls(**{**raw, "files": files, "refused": tuple(raw.get("refused", ()))})


@dataclass(frozen=True)
class Discarded:
    """Results that were taken out of a workspace on purpose, by their keys."""

    time: str
    workspace: str
    discarded: tuple[str, ...]

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Discarded:
        """Build it from a line of the ledger."""
        return cls(**{**raw, "discarded": tuple(raw["discarded"])})


class Ledger:
    """``.paddock/ledger.jsonl``, one entry or conclusion a line, or what was discarded.

    The runs of a sweep share one: any thread may ask and append. Of processes, the project's lock lets only
    one append.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.RLock()
        data = path.read_bytes() if path.is_file() else b""
        chain, self._writer = read_chain(data), Writer(path, data)
        self.broken, self.torn = chain.broken, chain.torn
        self._entries, self._conclusions, self._gone = _told_apart(chain)
        self._latest = {(entry.key, entry.workspace): entry for entry in self._entries}

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All results ever recorded, the oldest first."""
        return tuple(self._entries)

    @property
    def conclusions(self) -> tuple[Conclusion, ...]:
        """All runs that compared models, the oldest first."""
        return tuple(self._conclusions)

    @property
    def members(self) -> Mapping[str, str]:
        """Of each run that compared models, by name, which member of a sweep it was of; "" if of none."""
        return {it.run: it.member for it in self.conclusions}

    def check(self) -> None:
        """Do nothing if the ledger is what was written into it.

        Raises:
            IntegrityFailed: a line was changed or taken out.
        """
        if self.broken:
            raise IntegrityFailed(
                msg(
                    "line {broken} of the ledger, or what was before it, is not what was written",
                    self.broken,
                ),
                f"{self._path}:{self.broken}",
                msg(
                    "restore it, or set it aside and let every stage run again: mv {path} ledger.old",
                    self._path,
                ),
                Pitfall.CHANGED_ARTIFACT,
            )

    def append(self, item: Entry | Conclusion | Discarded) -> None:
        """Add a line and flush it to the disk."""
        with self._lock:
            self._writer.append(asdict(item))
            match item:
                case Entry():
                    self._entries.append(item)
                    self._latest[item.key, item.workspace] = item
                    self._gone.discard((item.workspace, item.key))
                case Conclusion():
                    self._conclusions.append(item)
                case Discarded():
                    self._gone |= {(item.workspace, key) for key in item.discarded}

    def find(self, key: str, workspace: str) -> Entry | None:
        """Return the latest result of ``key`` that this workspace holds."""
        if self.was_discarded(key, workspace):
            return None
        return self._latest.get((key, workspace))

    def held(self, workspace: str) -> tuple[Entry, ...]:
        """Return all results that this workspace holds, the oldest first."""
        return tuple(
            entry
            for entry in self._entries
            if entry.workspace == workspace and not self.was_discarded(entry.key, workspace)
        )

    def was_discarded(self, key: str, workspace: str) -> bool:
        """Return whether the result of ``key`` was taken out of this workspace, and not made again."""
        return (workspace, key) in self._gone

    def last(self, stage: str) -> Entry | None:
        """Return the latest result of ``stage``, whatever its key."""
        for entry in reversed(self.entries):
            if entry.components.stage == stage:
                return entry
        return None

    def last_good(self) -> Conclusion | None:
        """Return the latest run that passed, at least in part: what may ship is of it.

        What the members of a sweep deliver is beside ``out/``, and no run of the project itself.
        """
        for item in reversed(self.conclusions):
            verdict = read_verdict(item.verdict)
            if verdict and verdict.delivers and not item.member:
                return item
        return None


def now() -> str:
    """Return the time as the ledger has it: ISO 8601, UTC, seconds."""
    return datetime.now(timezone.utc).isoformat(timespec="seconds")


def _told_apart(
    chain: Chain,
) -> tuple[list[Entry], list[Conclusion], set[tuple[str, str]]]:
    """Return results, conclusions, and what is gone: workspace and key."""
    entries: list[Entry] = []
    conclusions: list[Conclusion] = []
    gone: set[tuple[str, str]] = set()
    for body in chain.bodies:
        try:
            if "verdict" in body:
                conclusions.append(Conclusion.from_json(body))
            elif "discarded" in body:
                item = Discarded.from_json(body)
                gone |= {(item.workspace, key) for key in item.discarded}
            else:
                entries.append(entry := Entry.from_json(body))
                gone.discard((entry.workspace, entry.key))
        except (ValueError, KeyError, TypeError, AttributeError):
            continue  # a crash cut the line short: that stage simply runs again
    return entries, conclusions, gone
