"""The project's append-only record of what was made, from what, by which run."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from stages.contract import Result, stage_key


@dataclass(frozen=True)
class Components:
    """All that decides a stage's result; its key is their hash."""

    stage: str
    image: str
    parameters: Mapping[str, Any]
    inputs: Mapping[str, str]

    @property
    def key(self) -> str:
        """The stage's key (SHA-256, hexadecimal)."""
        return stage_key(self.stage, self.image, self.parameters, self.inputs)


@dataclass(frozen=True)
class Entry:
    """A finished stage: what it was made from, what came out, and the workspace that holds it."""

    time: str
    run: str
    workspace: str
    components: Components
    result: Result

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Entry:
        """Build an entry from a line of the ledger."""
        components = Components(**raw["components"])
        result = Result.from_json(raw["result"])
        return cls(raw["time"], raw["run"], raw["workspace"], components, result)


class Ledger:
    """``.paddock/ledger.jsonl``, one entry a line."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._entries = _read(path)

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All results ever recorded, the oldest first."""
        return tuple(self._entries)

    def append(self, entry: Entry) -> None:
        """Add an entry and flush it to the disk."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("ab") as stream:
            if stream.tell() and not _ends_with_newline(self._path):
                stream.write(b"\n")  # a line that a crash cut short stays alone
            stream.write(json.dumps(asdict(entry), sort_keys=True).encode("ascii") + b"\n")
            stream.flush()
            os.fsync(stream.fileno())
        self._entries.append(entry)

    def find(self, key: str, workspace: str) -> Entry | None:
        """Return the latest result of ``key`` that this workspace holds."""
        for entry in reversed(self._entries):
            if entry.components.key == key and entry.workspace == workspace:
                return entry
        return None

    def last(self, stage: str) -> Entry | None:
        """Return the latest result of ``stage``, whatever its key."""
        for entry in reversed(self._entries):
            if entry.components.stage == stage:
                return entry
        return None


def _read(path: Path) -> list[Entry]:
    if not path.is_file():
        return []
    entries = []
    for line in path.read_bytes().splitlines():
        try:
            entries.append(Entry.from_json(json.loads(line)))
        except (ValueError, KeyError, TypeError):
            continue  # a crash cut the line short: that stage simply runs again
    return entries


def _ends_with_newline(path: Path) -> bool:
    with path.open("rb") as stream:
        stream.seek(-1, os.SEEK_END)
        return stream.read(1) == b"\n"
