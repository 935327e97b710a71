"""What a stage calls a file of the project, said as the user calls it: never by its path in a container."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import overload

from pipeline.plan.inputs import Upload
from stages.contract import Failed, Warned
from stages.message import Message


class OwnNames:
    """Paths in a container, and what they are on the host: below the project's folder relative to it."""

    def __init__(self, uploads: Iterable[Upload], project: Path) -> None:
        found = {inside: own for upload in uploads for inside, own in _names(upload, project)}
        # a file before the folder that it is in
        self._names = sorted(found.items(), key=lambda pair: -len(pair[0]))

    @overload
    def of(self, said: Failed) -> Failed: ...

    @overload
    def of(self, said: Warned) -> Warned: ...

    def of(self, said: Failed | Warned) -> Failed | Warned:
        """Return what a stage says with the user's names in place."""
        message, where = self._told(said.message), self._told(said.where)
        if isinstance(said, Failed):
            return replace(said, message=message, where=where, remedy=self._told(said.remedy))
        return replace(said, message=message, where=where)

    def _told(self, text: str) -> str:
        if isinstance(text, Message):
            return Message(text.template, map(self._told, text.values))
        for inside, own in self._names:
            text = text.replace(inside, own)
        return text


def _names(upload: Upload, project: Path) -> Iterator[tuple[str, str]]:
    """Give the folder of an upload, and each file that has another name there than on the host."""
    root: Path | None = None
    for name, path in upload.files.items():
        if path.as_posix().endswith(f"/{name}"):
            root = Path(path.as_posix().removesuffix(f"/{name}"))
        else:
            yield f"{upload.folder}/{name}", _shown(path, project)
    if root is not None:
        if root != project:
            yield f"{upload.folder}", _shown(root, project)
        else:
            yield f"{upload.folder}/", ""


def _shown(path: Path, project: Path) -> str:
    return path.relative_to(project).as_posix() if path.is_relative_to(project) else str(path)
