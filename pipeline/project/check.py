"""What is wrong with a project's settings, key by key; the file's reader and the form both ask here."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from pipeline.complaint import Complaint, complaint_of
from pipeline.project.consistency import disagreements
from pipeline.project.schema import Project, Settings


def complaints(folder: Path, raw: Mapping[str, Any]) -> list[Complaint]:
    """Return all that is wrong with the settings ``raw`` for a project in ``folder``.

    What other tables say does not hide it: a table that is not well formed is taken as if it said nothing.
    """
    found: list[Complaint] = []
    spoilt: set[str] = set()
    try:
        settings = Settings.model_validate(raw)
    except ValidationError as error:
        found = [complaint_of(item, Settings) for item in error.errors()]
        spoilt = {item.keys[0] for item in found if item.keys}
        rest = {name: table for name, table in raw.items() if name not in spoilt}
        settings = Settings.model_validate({"project": {"name": "unnamed"}, "data": {}, **rest})
    others = disagreements(Project(folder, settings))
    return [*found, *(item for item in others if item.keys[0] not in spoilt)]
