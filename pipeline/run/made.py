"""A file that a stage made, out of the workspace: what the record says it is, or nothing."""

from __future__ import annotations

import io

from pipeline.engine.volumes import VolumeClient
from pipeline.errors import IntegrityFailed
from pipeline.integrity.record import force
from pipeline.plan.workspace import result_folder
from stages.contract import digests_of
from stages.message import msg


def read_made(volumes: VolumeClient, stage: str, key: str, name: str, sha256: str) -> bytes:
    """Return a small artifact of a result.

    Raises:
        EngineError: it is not there.
        IntegrityFailed: it is not what was recorded.
    """
    path, buffer = result_folder(stage, key) / name, io.BytesIO()
    volumes.fetch(path, buffer)
    data = buffer.getvalue()
    if digests_of(data).sha256 != sha256:
        raise IntegrityFailed(
            msg("{name} is not what {stage} made", name, stage),
            str(path),
            msg("make it again: {force}", force([stage])),
        )
    return data
