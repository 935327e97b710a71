"""What is built in, and what of it is on this host."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.errors import UsageError
from pipeline.models.catalogue import MODELS, OfficialModel
from pipeline.models.fetch import is_fetched, official_folder, origin, sources_of
from pipeline.models.fetch_context import FetchContext
from pipeline.text import nearest
from stages.message import msg


@dataclass(frozen=True)
class Listed:
    """A built-in model on this host. ``origin`` is the source of a fetched one, "" of any other."""

    model: OfficialModel
    folder: Path
    fetched: bool
    sources: tuple[str, ...]
    origin: str

    def as_json(self) -> dict[str, Any]:
        """Return it as plain data; ``path`` is null where nothing is."""
        model = self.model
        return {
            "name": model.name,
            "task": model.task,
            "format": model.kind,
            "size": model.size,
            "fetched": self.fetched,
            "path": str(self.folder) if self.fetched else None,
            "origin": self.origin,
            "sources": list(self.sources),
            "files": {
                name: {"size": file.size, "sha256": file.sha256}
                for name, file in model.files.items()
            },
        }


def listed(model: OfficialModel, caller: FetchContext) -> Listed:
    """Look whether a built-in model is here; its files are hashed."""
    fetched = is_fetched(model, caller)
    sources = tuple(source.title for source in sources_of(model))
    return Listed(model, official_folder(model), fetched, sources, origin(model) if fetched else "")


def find_model(name: str) -> OfficialModel:
    """Return the built-in model of this name.

    Raises:
        UsageError: there is none; says the nearest one.
    """
    if name not in MODELS:
        raise UsageError(
            msg("there is no built-in model {name}{nearest}", repr(name), nearest(name, MODELS)),
            remedy=msg("built in: {models}", ", ".join(MODELS)),
        )
    return MODELS[name]
