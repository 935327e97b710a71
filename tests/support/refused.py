"""A project as somebody might bring it, planned: what was said, or why it was refused."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.errors import UsageError
from pipeline.models.fetch_context import FetchContext
from pipeline.plan.hashes import HashCache
from pipeline.plan.inputs import FromProject
from pipeline.plan.wiring import Wire, wire
from pipeline.project import load_project
from support.given import give_configuration
from support.projects import write_project

#: What stands where a file was meant: Git's stand-in, and a server's error page.
LFS = b"version https://git-lfs.github.com/spec/v1\noid sha256:2460da\nsize 16543210\n"
PAGE = b"\n<!DOCTYPE html>\n<html><head><title>404</title></head></html>\n"
Prepare = Callable[[Path], object]


def planned(folder: Path, text: str, prepare: Prepare) -> tuple[dict[str, Wire], list[str]]:
    """Prepare a project and wire it; return its wires, and what was said."""
    write_project(folder, text)
    give_configuration(folder / "own.yml")
    prepare(folder)
    said: list[str] = []
    with HashCache(folder / ".paddock" / "hashes.sqlite") as cache:
        wires = wire(load_project(folder), cache, FetchContext(said.append))
    return {item.stage: item for item in wires}, said


def refusal(folder: Path, text: str, prepare: Prepare) -> str:
    """Return what is said of a project that is refused, with its remedy."""
    with pytest.raises(UsageError) as caught:
        planned(folder, text, prepare)
    return f"{caught.value.message} | {caught.value.remedy}"


def uploaded(source: object) -> dict[str, str]:
    """Return the files of an input: name in the container -> name on the host."""
    assert isinstance(source, FromProject)
    return {name: path.name for name, path in source.upload.files.items()}
