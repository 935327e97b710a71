"""What a finished stage leaves: its artifacts and :data:`~stages.contract.spec.RESULT_FILE`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Artifact:
    """A file that a stage made; ``path`` is relative to the stage's output folder."""

    path: str
    size: int
    md5: str
    sha256: str


@dataclass(frozen=True)
class Result:
    """What a finished stage leaves in :data:`~stages.contract.spec.RESULT_FILE`.

    ``seconds`` is all that the stage took, ``guard_seconds`` what of it went into hashing and guards;
    ``cpu_seconds`` what its processes had of all CPUs, None in results of before this was counted.
    """

    stage: str
    key: str
    artifacts: tuple[Artifact, ...]
    metrics: dict[str, Any]
    environment: dict[str, str]
    seconds: float
    guard_seconds: float = 0.0
    cpu_seconds: float | None = None

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Result:
        """Build a result from its parsed JSON."""
        values = dict(raw)
        values["artifacts"] = tuple(Artifact(**item) for item in values["artifacts"])
        return cls(**values)

    def artifact(self, path: str) -> Artifact:
        """Return the artifact called ``path``.

        Raises:
            KeyError: the stage made no such file.
        """
        for item in self.artifacts:
            if item.path == path:
                return item
        raise KeyError(path)

    def dump(self) -> str:
        """Return the result as JSON with sorted keys."""
        return json.dumps(asdict(self), indent=2, sort_keys=True, ensure_ascii=False) + "\n"
