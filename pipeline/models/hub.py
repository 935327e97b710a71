"""The official download: file by file, at the recorded revision."""

from __future__ import annotations

import os
from pathlib import Path

from pipeline.models.catalogue import HUB, Hub, OfficialModel
from pipeline.models.download import download
from pipeline.models.fetch_context import FetchContext
from pipeline.models.store import expect


def endpoint() -> str:
    """Return the hub's address: the user's mirror (``HF_ENDPOINT``), else the official one."""
    return (os.environ.get("HF_ENDPOINT") or HUB).rstrip("/")


def title(hub: Hub) -> str:
    """Name the source for a person."""
    return f"the official download ({endpoint()}/{hub.repository})"


def fetch(model: OfficialModel, hub: Hub, folder: Path, caller: FetchContext) -> None:
    """Download the model's files into ``folder``.

    Raises:
        SourceFailed: the hub cannot be reached, or broke off.
        IntegrityFailed: a file is not the recorded one.
    """
    for name, file in model.files.items():
        url = f"{endpoint()}/{hub.repository}/resolve/{hub.revision}/{name}"
        download(url, folder / name, caller, file.size)
        expect(folder / name, file.sha256, url)
