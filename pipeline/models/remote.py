"""A model by address and SHA-256: a file, or an archive of a model's folder."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlsplit

from pipeline.models.archive import is_archive, unpack
from pipeline.models.download import download
from pipeline.models.fetch_context import FetchContext
from pipeline.models.given import RemoteModel, is_safe_path
from pipeline.models.store import cache_folder, expect, fill
from pipeline.text import without_secrets
from stages.message import msg

#: In the store's folder of an archive: what came out of it, and its files' hashes.
_UNPACKED, _LIST = "unpacked", "unpacked.sha256"


def fetch_remote(source: RemoteModel, caller: FetchContext) -> Path:
    """Return the file at ``source.url``, or the model's folder in the archive; downloaded once, and checked.

    Raises:
        IntegrityFailed: its SHA-256 is not ``source.sha256``.
        SourceFailed: it cannot be downloaded.
        UsageError: it is an archive that cannot be unpacked safely.
    """
    name = _name(source.url)
    folder = cache_folder() / source.sha256[:16]

    def complete() -> bool:
        file = folder / name
        if not file.is_file() or caller.sha256(file) != source.sha256:
            return False
        return not is_archive(name) or _is_unpacked(folder, caller)

    def make(scratch: Path) -> None:
        caller.say(msg("fetching {shown}", without_secrets(source.url)))
        download(source.url, scratch / name, caller)
        expect(scratch / name, source.sha256, without_secrets(source.url))
        if is_archive(name):
            _unpack(scratch / name, scratch)

    fill(folder, caller, complete, make)
    return model_in(folder / _UNPACKED) if is_archive(name) else folder / name


def unpacked(archive: Path, caller: FetchContext) -> Path:
    """Return the folder in a local archive, unpacked once in the store.

    Raises:
        UsageError: it cannot be unpacked safely.
    """
    folder = cache_folder() / caller.sha256(archive)[:16]
    fill(
        folder,
        caller,
        lambda: _is_unpacked(folder, caller),
        lambda scratch: _unpack(archive, scratch),
    )
    return model_in(folder / _UNPACKED)


def model_in(folder: Path) -> Path:
    """Return the model in an unpacked archive.

    Archives often hold one folder, which holds the files; of a training archive it is the only checkpoint.
    """
    inside = sorted(folder.iterdir())
    while len(inside) == 1 and inside[0].is_dir():
        folder = inside[0]
        inside = sorted(folder.iterdir())
    checkpoints = [path for path in inside if path.suffix == ".pdparams"]
    return checkpoints[0] if len(checkpoints) == 1 else folder


def _name(url: str) -> str:
    """Return the file's name in an address, or a plain one where that cannot name a file."""
    name = unquote(urlsplit(url).path).rpartition("/")[2]
    return name if is_safe_path(name) and len(name) < 200 else "model"


def _unpack(archive: Path, folder: Path) -> None:
    unpacked = folder / _UNPACKED
    unpacked.mkdir()
    unpack(archive, unpacked)
    (folder / _LIST).write_text(_listing(unpacked, FetchContext()), encoding="utf-8")


def _is_unpacked(folder: Path, caller: FetchContext) -> bool:
    listed = folder / _LIST
    if not listed.is_file() or not (folder / _UNPACKED).is_dir():
        return False
    return listed.read_text(encoding="utf-8") == _listing(folder / _UNPACKED, caller)


def _listing(folder: Path, caller: FetchContext) -> str:
    """Return ``SHA256  path`` of every file below the folder, a line each."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    lines = [f"{caller.sha256(path)}  {path.relative_to(folder).as_posix()}\n" for path in files]
    return "".join(lines)
